import FoundationEssentials
import Glibc
import SystemErrors

/// Puts the files of a backup in the place of those of a state folder, and sets aside what is there.
///
/// It can be ended at any point and begun again: what was there before stays aside under one number, and nothing of a
/// backup is taken for it.
struct StateExchange {
    let folder: String
    let state: UnfinishedRestore.State

    /// The room's own files of a folder: its stores with what SQLite keeps beside them, and what else it has stored.
    static func files(of folder: String) throws -> Set<String> {
        Set(
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
                (Backup.isStored(name) || Self.store(of: name) != nil) && Backup.isFile("\(folder)/\(name)")
            }
        )
    }

    /// The store that a file belongs to: itself, its journal, or the word that it was found damaged.
    private static func store(of name: String) -> String? {
        Backup.stores.first { store in (Backup.tails + [".damaged"]).contains { name == store + $0 } }
    }

    private func aside(_ name: String) -> String {
        let head = Self.store(of: name) ?? name
        return "\(self.folder)/\(head).before-\(self.state.stamp)\(name.dropFirst(head.count))"
    }

    /// Does it.
    ///
    /// - Throws: What the file system says.
    func run(_ names: [String]) throws {
        let files = FileManager.default
        for name in try Self.files(of: self.folder).sorted() {
            let (path, aside) = ("\(self.folder)/\(name)", self.aside(name))
            let isOfBackup = self.state.puts.contains(Self.store(of: name) ?? name)
            if self.state.before.contains(name) ? files.fileExists(atPath: aside) : isOfBackup {
                // A restore that was cut short has put it there.
                try files.removeItem(atPath: path)
            } else {
                try Self.move(path, to: aside)
            }
        }
        for name in names {
            let part = "\(self.folder)/\(name).restore-\(self.state.stamp)"
            try self.giveToOwner(part)
            try Self.move(part, to: "\(self.folder)/\(name)")
        }
        try self.giveToOwner("\(self.folder)/lock")
    }

    private static func move(_ path: String, to other: String) throws {
        let isTaken = unsafe access(other, F_OK) == 0
        guard !isTaken, unsafe rename(path, other) == 0 else {
            throw HistoryError(path: other, reason: isTaken ? "is there already" : "\(SystemError.last)")
        }
    }

    /// What root puts there is the service's, as its folder is.
    private func giveToOwner(_ path: String) throws {
        var owner = stat()
        guard geteuid() == 0, unsafe stat(self.folder, &owner) == 0 else { return }
        guard unsafe chown(path, owner.st_uid, owner.st_gid) == 0 || errno == ENOENT else {
            throw HistoryError(path: path, reason: "cannot be given to the owner of \(self.folder)")
        }
    }
}
