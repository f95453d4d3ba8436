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

            Exit status: 0 done, 65 done, and a line of the audit in it was changed or is missing, 69 not done.
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
        for name in made.gone { print("\(name) is gone: \(self.keep ?? 0) newer ones are there.") }
        print("\(made.file) holds all of it.")
        // What a backup prints stands in a log or a mail: a mark there proves later that nothing before it was changed.
        if case .whole(let head?) = made.contents.audit { print("The audit in it stands at \(head)") }
        if case .broken(let number, let reason) = made.contents.audit {
            throw ProgramFailure(.data, "\(made.file): line \(number) of the audit in it: \(reason)")
        }
    }
}

/// `command-room restore`.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup back into the room's state folder; the room must not run.",
        discussion: """
            The backup is looked at from end to end before anything is touched. One that was cut short keeps the room from \
            starting until it has been run once more, with the same backup or another one. What devices have recorded \
            since it was made they send again, as far as their black boxes still have it.
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
        if case .whole(let head?) = contents.audit { print("The audit goes on from \(head)") }
        if case .broken(let number, let reason) = contents.audit {
            warn(CommandRoom.self, "line \(number) of the audit in it: \(reason)")
        }
        print("\(configuration.state) is as it was when the backup was made. Start the room.")
    }
}
