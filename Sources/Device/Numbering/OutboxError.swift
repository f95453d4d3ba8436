/// Why the outbox could not do what it was asked.
package enum OutboxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Another process has it open.
    case inUse(path: String)
    /// A newer program wrote it.
    case tooNew(path: String, version: Int)
    /// There is no room for the record; it was not stored, and its number not used.
    case full(path: String)
    /// The disk takes nothing, for another reason than space; the record was not stored, and its number not used.
    case unwritable(path: String, reason: String)
    /// Somebody else holds the file; the record was not stored, and its number not used.
    case locked(path: String)
    /// It holds records of another device that were not delivered yet.
    case ofAnother(path: String, owner: String, unsent: Int64)
    /// The file is damaged; at the next start it is set aside.
    case damaged(path: String, reason: String)
    /// Anything else that SQLite or the system says.
    case failed(path: String, reason: String)

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .inUse(let path): "\(path): another patrold uses it; stop that one first"
        case .tooNew(let path, let version):
            "\(path): written by a newer patrold (schema \(version)); install that version again"
        case .full(let path): "\(path): no space left for a record; make room on the disk"
        case .unwritable(let path, let reason):
            "\(path): the disk takes nothing (\(reason)); look at 'dmesg', and at how it is mounted"
        case .locked(let path): "\(path): another program has locked it; close that program (sqlite3?)"
        case .ofAnother(let path, let owner, let unsent):
            "\(path): holds \(unsent) records of '\(owner)' that are not delivered yet; let patrold deliver them under "
                + "that name, or move the folder away"
        case .damaged(let path, let reason): "\(path): damaged (\(reason)); it is set aside at the next start"
        case .failed(let path, let reason): "\(path): \(reason); check the folder and its permissions"
        }
    }

    /// Whether it may pass by itself, so that trying again makes sense.
    package var mayPass: Bool {
        switch self {
        case .full, .unwritable, .locked: true
        case .inUse, .tooNew, .ofAnother, .damaged, .failed: false
        }
    }
}
