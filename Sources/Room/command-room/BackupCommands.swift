import ArgumentParser
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

    @Argument(help: "The backup, a file that is not there yet.")
    var file: String

    func run() async throws {
        let configuration = try self.options.load()
        let contents: Backup.Contents
        do throws(HistoryError) {
            contents = try Backup.make(
                of: configuration.state,
                into: self.file,
                version: Release.version,
                now: SystemClock.wallMilliseconds
            )
        } catch {
            throw ProgramFailure(.unavailable, "\(error)")
        }
        for (name, bytes) in contents.files.sorted(by: { $0.key < $1.key }) { print("\(name) \(bytes) bytes") }
        print("\(self.file) holds all of it.")
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
