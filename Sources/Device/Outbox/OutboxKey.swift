import Numbering

/// What is kept by name beside the records.
enum OutboxKey: String {
    /// Id of the log.
    case log
    /// The device whose records these are.
    case owner
    /// What tells the file from a copy of it.
    case file
    /// Of the boot in which the log was last open.
    case boot
    /// Connections so far.
    case connections = "connect"
    /// Day, and bytes spent of its allowance.
    case backlog
    /// First and last number that records of an earlier log still get.
    case reserved
    /// Only lets the write-ahead log grow.
    case prepared
}

extension SQLite {
    /// What is kept under a key.
    func value(_ key: OutboxKey) throws(OutboxError) -> String? {
        try self.text("SELECT value FROM meta WHERE key = ?", [.text(key.rawValue)])
    }

    /// Keeps something under a key.
    func keep(_ key: OutboxKey, _ value: String) throws(OutboxError) {
        try self.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", [.text(key.rawValue), .text(value)])
    }

    /// Runs statements as one transaction: all of them, or none.
    func transaction(_ body: () throws(OutboxError) -> Void) throws(OutboxError) {
        try self.run("BEGIN IMMEDIATE")
        do throws(OutboxError) {
            try body()
            try self.run("COMMIT")
        } catch {
            // A full disk may have ended the transaction already; the first error says what was wrong.
            do throws(OutboxError) { try self.run("ROLLBACK") } catch {}
            throw error
        }
    }
}
