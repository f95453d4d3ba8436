import AccountFile
import ArgumentParser
import FoundationEssentials
import Glibc
import Program

/// `patrolctl account`: who may log in to the board.
struct AccountCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Add, list and remove the accounts of a command room's board.",
        subcommands: [Add.self, List.self, Remove.self]
    )

    struct Options: ParsableArguments {
        @Option(help: "The accounts file, as 'accounts' in command-room.yaml names it.")
        var file = "/etc/patrollink/accounts"

        func load() throws -> AccountFile {
            guard FileManager.default.fileExists(atPath: self.file) else { return AccountFile() }
            do {
                let text = String(decoding: try Data(contentsOf: URL(filePath: self.file)), as: UTF8.self)
                return try AccountFile(text, path: self.file)
            } catch let problem as AccountFile.Problem {
                throw ProgramFailure(.data, "\(problem)")
            } catch {
                throw ProgramFailure(.unavailable, "\(self.file): cannot be read; are you allowed to?")
            }
        }

        /// Adds an account; without a password it is asked for.
        func add(_ name: String, role: String, password: String?) throws {
            var accounts = try self.load()
            let password = try password ?? askPassword(of: name)
            do throws(AccountFile.Problem) {
                try accounts.set(name: name, role: role, password: password)
            } catch {
                throw ProgramFailure(.data, "\(error)")
            }
            try self.save(accounts)
            print("\(name) is \(role) in \(self.file)")
        }

        /// Gives it to the room's group, whatever cut the last time short.
        func letRoomRead() { letServiceRead(self.file, "command-room") }

        /// Writes the file whole or not at all, readable for its owner and group only; owner and group stay.
        func save(_ accounts: AccountFile) throws {
            let draft = self.file + ".part"
            unlink(draft)
            let made = FileManager.default.createFile(
                atPath: draft,
                contents: Data(accounts.text.utf8),
                attributes: [.posixPermissions: 0o640]
            )
            var old = stat()
            if made, stat(self.file, &old) == 0 { chown(draft, old.st_uid, old.st_gid) }
            guard made, rename(draft, self.file) == 0 else {
                throw ProgramFailure(.unavailable, "\(self.file): cannot be written; are you allowed to?")
            }
            if old.st_ino == 0 { letServiceRead(self.file, "command-room") }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an account, or give one a new role and password; the password is asked for.",
            discussion: "The password is read from the terminal, or as one line from standard input."
        )
        @OptionGroup var options: Options
        @Argument(help: "Its name.") var name: String
        @Option(help: "viewer, dispatcher, chief or admin.") var role = "dispatcher"

        func run() async throws {
            try self.options.add(self.name, role: self.role, password: nil)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts.")
        @OptionGroup var options: Options

        func run() async throws {
            for account in try self.options.load().accounts { print("\(account.name) \(account.role)") }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove an account.")
        @OptionGroup var options: Options
        @Argument(help: "Its name.") var name: String

        func run() async throws {
            var accounts = try self.options.load()
            guard accounts.remove(name: self.name) else {
                throw ProgramFailure(.data, "\(self.options.file): has no account '\(self.name)'")
            }
            try self.options.save(accounts)
        }
    }
}

/// Asks for a password; at a terminal twice, where nobody sees what is typed.
private func askPassword(of name: String) throws -> String {
    let password = try readPassword(say("Password for \(name): ", "\(name) 的密码："))
    guard isatty(STDIN_FILENO) == 1 else { return password }
    guard try readPassword(say("Once more: ", "再输入一次：")) == password else {
        throw ProgramFailure(.usage, say("these are two different passwords; try again", "两次输入的密码不同，请重试"))
    }
    return password
}

/// Reads a line from the terminal without showing it.
private func readPassword(_ prompt: String) throws -> String {
    let isTerminal = isatty(STDIN_FILENO) == 1
    var shown = termios()
    if isTerminal {
        tcgetattr(STDIN_FILENO, &shown)
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        tell(prompt)
    }
    defer {
        if isTerminal {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            tell("\n")
        }
    }
    guard let line = readLine() else { throw ProgramFailure(.usage, "no password was given") }
    return line
}
