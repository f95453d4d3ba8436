import ArgumentParser
import Glibc
import History
import Program
import Threading

/// `command-room backup`.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Write all that the room has stored into one file, while the room runs.",
        discussion: """
            Records, incidents, people, tasks, the audit and a plan that was put in force over HTTP. Not in it are the \
            configuration, keys, certificates and accounts: keep those apart.
            """
    )
    @OptionGroup var options: CommandRoom.Options

    @Argument(help: "The backup, a file that is not there yet; or a folder, in which it is named by when it was made.")
    var file: String

    @Option(help: "In a folder: so many backups stay, the oldest go once the new one is whole.")
    var keep: Int?

    func validate() throws {
        if let keep, !(1...10_000).contains(keep) { throw ValidationError("--keep must be from 1 to 10000") }
    }

    func run() async throws {
        let configuration = try self.options.load()
        let (state, now) = (configuration.state, SystemClock.wallMilliseconds)
        var status = stat()
        let isFolder = stat(self.file, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        guard isFolder || self.keep == nil else {
            throw ProgramFailure(.usage, "\(self.file): is no folder, and --keep is for one")
        }
        let made: (file: String, contents: Backup.Contents, gone: [String])
        do throws(HistoryError) {
            if isFolder {
                made = try BackupFolder(path: self.file)
                    .make(of: state, version: Release.version, now: now, kept: self.keep)
            } else {
                let contents = try Backup.make(of: state, into: self.file, version: Release.version, now: now)
                made = (self.file, contents, [])
            }
        } catch {
            throw ProgramFailure(.unavailable, "\(error)")
        }
        for (name, bytes) in made.contents.files.sorted(by: { $0.key < $1.key }) { print("\(name) \(bytes) bytes") }
        self.lookAtAudit("\(state)/casebook.sqlite")
        for name in made.gone { print("\(name) is gone: \(self.keep ?? 0) newer ones are there.") }
        print("\(made.file) holds all of it.")
    }

    /// A mark that stands in a mail or in the timer's log proves later that nothing before it was changed.
    private func lookAtAudit(_ path: String) {
        do throws(HistoryError) {
            switch try Casebook.verifyAudit(path) {
            case .whole(let head?): print("The audit stands at \(head)")
            case .whole(nil): break
            case .broken(let number, let reason): warn(CommandRoom.self, "line \(number) of the audit: \(reason)")
            }
        } catch {
            warn(CommandRoom.self, "\(error)")
        }
    }
}

/// `command-room restore`.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup back into the room's state folder; the room must not run.",
        discussion: """
            The backup is looked at from end to end before anything is touched. What devices have recorded since it was \
            made they send again, as far as their black boxes still have it.
            """
    )
    @OptionGroup var options: CommandRoom.Options

    @Argument(help: "A file that 'command-room backup' made.")
    var file: String

    @Flag(help: "Set the stores that are there aside, under names that say when.")
    var force = false

    func run() async throws {
        let configuration = try self.options.load()
        let lock: FolderLock
        do throws(FolderLock.Failure) {
            lock = try FolderLock.take(configuration.state)
        } catch {
            switch error {
            case .inUse(let path):
                throw ProgramFailure(.unavailable, "\(path): a command-room uses it; stop that one first")
            case .failed(let path, let reason): throw ProgramFailure(.unavailable, "\(path): \(reason)")
            }
        }
        let contents: Backup.Contents
        do throws(HistoryError) {
            defer { withExtendedLifetime(lock) {} }
            contents = try Backup.restore(
                self.file,
                into: configuration.state,
                isForced: self.force,
                now: SystemClock.wallMilliseconds
            )
        } catch {
            throw ProgramFailure(.data, "\(error)")
        }
        for (name, bytes) in contents.files.sorted(by: { $0.key < $1.key }) { print("\(name) \(bytes) bytes") }
        print("\(configuration.state) is as it was when the backup was made. Start the room.")
    }
}
