/// Open sessions, and the addresses from which each name has logged in before: a value, kept in memory and in a file.
package struct SessionBook: Sendable, Codable {
    /// One login.
    package struct Entry: Sendable, Hashable, Codable {
        /// The account.
        package var name: String
        /// What it may do.
        package var role: Role
        /// Tells the account's password from the one before, and says nothing about it.
        package var mark: String
        /// When it began, ms since 1970 UTC.
        package var began: Int64
        /// When it was last used, ms since 1970 UTC.
        package var used: Int64

        /// Creates a login.
        package init(name: String, role: Role, mark: String, began: Int64, used: Int64) {
            (self.name, self.role, self.mark) = (name, role, mark)
            (self.began, self.used) = (began, used)
        }
    }

    /// An account as the file has it now.
    package struct Account: Sendable, Hashable {
        /// What it may do.
        package let role: Role
        /// Tells its password from the one before.
        package let mark: String

        /// Creates an account.
        package init(role: Role, mark: String) { (self.role, self.mark) = (role, mark) }
    }

    /// Unused for so long, ms, a session ends: a shift and a half.
    private static let idle: Int64 = 12 * 3_600_000
    /// A session ends after so long, ms, in any case.
    private static let longest: Int64 = 24 * 3_600_000
    /// Its use is written down so often, ms.
    private static let grain: Int64 = 60_000
    /// Sessions in all, of one account, and addresses that are known of one account.
    private static let (most, mostPerName, mostAddresses) = (1_000, 50, 16)

    /// By the hash of the id that the browser has.
    package private(set) var sessions: [String: Entry] = [:]
    private var addresses: [String: [String]] = [:]
    /// Whether it differs from what was last written.
    package var hasChanged = false

    private enum CodingKeys: CodingKey {
        case addresses
        case sessions
    }

    /// Begins with nobody.
    package init() {}

    /// Begins a session; the oldest make room.
    package mutating func begin(_ key: String, _ entry: Entry, from address: String) {
        self.endOldest(among: self.sessions.filter { $0.value.name == entry.name }, keeping: Self.mostPerName - 1)
        self.endOldest(among: self.sessions, keeping: Self.most - 1)
        self.sessions[key] = entry
        var known = self.addresses[entry.name, default: []].filter { $0 != address }
        known.append(address)
        self.addresses[entry.name] = known.suffix(Self.mostAddresses)
        self.hasChanged = true
    }

    /// Whether a name logged in from an address before.
    package func isKnown(_ name: String, from address: String) -> Bool {
        self.addresses[name]?.contains(address) ?? false
    }

    /// The session of a key, used now; `nil` when it is over.
    package mutating func use(_ key: String, at now: Int64) -> Entry? {
        guard let entry = self.sessions[key] else { return nil }
        guard !Self.isOver(entry, now) else {
            self.end(key)
            return nil
        }
        if now - entry.used >= Self.grain {
            self.sessions[key]?.used = now
            self.hasChanged = true
        }
        return entry
    }

    /// Ends a session; `nil` where there was none.
    @discardableResult
    package mutating func end(_ key: String) -> Entry? {
        guard let entry = self.sessions.removeValue(forKey: key) else { return nil }
        self.hasChanged = true
        return entry
    }

    /// Ends what is over at a time, and what the accounts do not have any more; takes over their roles.
    package mutating func follow(_ accounts: [String: Account], at now: Int64) {
        for (key, entry) in self.sessions {
            guard let account = accounts[entry.name], account.mark == entry.mark, !Self.isOver(entry, now) else {
                self.end(key)
                continue
            }
            guard account.role != entry.role else { continue }
            self.sessions[key]?.role = account.role
            self.hasChanged = true
        }
        for name in self.addresses.keys where accounts[name] == nil {
            self.addresses[name] = nil
            self.hasChanged = true
        }
    }

    private mutating func endOldest(among sessions: [String: Entry], keeping count: Int) {
        guard sessions.count > count else { return }
        for (key, _) in sessions.sorted(by: { $0.value.used < $1.value.used }).prefix(sessions.count - count) {
            self.end(key)
        }
    }

    private static func isOver(_ entry: Entry, _ now: Int64) -> Bool {
        now - entry.used > Self.idle || now - entry.began > Self.longest
    }
}
