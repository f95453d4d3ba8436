/// Failed logins by name and address, and the wait that they cost; nothing in it reads a clock.
///
/// A name and an address together wait longer with each failure. Besides, an address and a name have generous limits
/// of their own against guessing that is spread out; an address from which the name logged in before is free of
/// those, and waits a few seconds at most, so that nobody else's guessing locks anybody out.
package struct LoginLimits: Sendable {
    /// What became of the wish to try.
    package enum Verdict: Sendable, Hashable {
        /// The try was counted and may be made.
        case go
        /// It may be made in so many seconds; `isNews` for the first that is told so.
        case wait(seconds: Int, isNews: Bool)
    }

    private struct Pair: Hashable, Sendable {
        let name: String
        let address: String
    }

    private struct Tries: Sendable {
        var count = 0
        var last: Int64
        var isTold = false
    }

    private struct Window: Sendable {
        var began: Int64
        var count = 0
        var isTold = false
    }

    /// Failures that cost nothing.
    private static let free = 5
    /// The first wait, ms; each further failure doubles it.
    private static let firstWait: Int64 = 10_000
    /// The longest wait, ms.
    private static let longestWait: Int64 = 900_000
    /// The longest wait from an address from which the name logged in before, ms.
    private static let knownWait: Int64 = 5_000
    /// Failures so old, ms, are forgotten.
    private static let memory: Int64 = 3_600_000
    /// Tries from one address in a minute.
    private static let perAddress = 60
    private static let addressWindow: Int64 = 60_000
    /// Tries of one name from addresses that are new to it, in ten minutes.
    private static let perName = 60
    private static let nameWindow: Int64 = 600_000
    /// Entries of each table; the oldest make room.
    private static let most = 10_000

    private var pairs: [Pair: Tries] = [:]
    private var addresses: [String: Window] = [:]
    private var names: [String: Window] = [:]

    /// Begins without a memory.
    package init() {}

    /// How many entries there are.
    package var size: Int { self.pairs.count + self.addresses.count + self.names.count }

    /// Somebody wants to try: counts it, or says how long to wait.
    ///
    /// - Parameters:
    ///   - name: The account's name as it was typed.
    ///   - address: Where from.
    ///   - isKnown: Whether that name logged in from there before.
    ///   - now: ms since 1970 UTC.
    /// - Returns: Whether it may be made now.
    package mutating func begin(name: String, address: String, isKnown: Bool, at now: Int64) -> Verdict {
        let pair = Pair(name: name, address: address)
        if let wait = self.wait(pair, isKnown: isKnown, at: now) { return wait }
        if !isKnown {
            if let wait = Self.wait(&self.addresses, address, Self.perAddress, Self.addressWindow, now) { return wait }
            if let wait = Self.wait(&self.names, name, Self.perName, Self.nameWindow, now) { return wait }
            self.addresses[address]?.count += 1
            self.names[name]?.count += 1
        }
        self.pairs[pair, default: Tries(last: now)].count += 1
        self.pairs[pair]?.last = now
        self.pairs[pair]?.isTold = false
        self.trim(now)
        return .go
    }

    /// A try that was counted could not be made after all.
    package mutating func takeBack(name: String, address: String) {
        let pair = Pair(name: name, address: address)
        guard let tries = self.pairs[pair] else { return }
        if tries.count > 1 { self.pairs[pair]?.count -= 1 } else { self.pairs[pair] = nil }
    }

    /// A try was right: its failures are forgotten.
    package mutating func succeeded(name: String, address: String) {
        self.pairs[Pair(name: name, address: address)] = nil
    }

    private mutating func wait(_ pair: Pair, isKnown: Bool, at now: Int64) -> Verdict? {
        guard let tries = self.pairs[pair] else { return nil }
        // A clock that was set back must not make anybody wait for hours.
        let passed = max(0, now - tries.last)
        if now < tries.last { self.pairs[pair]?.last = now }
        if passed >= Self.memory { self.pairs[pair] = nil }
        guard passed < Self.memory, tries.count >= Self.free else { return nil }
        let doublings = min(tries.count - Self.free, 16)
        let longest = isKnown ? Self.knownWait : Self.longestWait
        let wait = min(Self.firstWait << Int64(doublings), longest)
        guard passed < wait else { return nil }
        defer { self.pairs[pair]?.isTold = true }
        return .wait(seconds: Self.seconds(wait - passed), isNews: !tries.isTold)
    }

    private static func wait(
        _ windows: inout [String: Window],
        _ key: String,
        _ most: Int,
        _ length: Int64,
        _ now: Int64
    ) -> Verdict? {
        var window = windows[key] ?? Window(began: now)
        if now - window.began >= length || now < window.began { window = Window(began: now) }
        defer { windows[key] = window }
        guard window.count >= most else { return nil }
        defer { window.isTold = true }
        return .wait(seconds: Self.seconds(window.began + length - now), isNews: !window.isTold)
    }

    private static func seconds(_ milliseconds: Int64) -> Int { Int((milliseconds + 999) / 1_000) }

    /// Keeps the tables small: what is too old goes, and then the oldest.
    private mutating func trim(_ now: Int64) {
        if self.pairs.count > Self.most {
            self.pairs = self.pairs.filter { now - $0.value.last < Self.memory }
            Self.trim(&self.pairs) { $0.last }
        }
        if self.addresses.count > Self.most {
            self.addresses = self.addresses.filter { now - $0.value.began < Self.addressWindow }
            Self.trim(&self.addresses) { $0.began }
        }
        if self.names.count > Self.most {
            self.names = self.names.filter { now - $0.value.began < Self.nameWindow }
            Self.trim(&self.names) { $0.began }
        }
    }

    private static func trim<Key, Value>(_ table: inout [Key: Value], age: (Value) -> Int64) {
        guard table.count > Self.most else { return }
        // A tenth more than needed, so that it is not sorted again for each that comes.
        let surplus = table.count - Self.most + Self.most / 10
        for (key, _) in table.sorted(by: { age($0.value) < age($1.value) }).prefix(surplus) { table[key] = nil }
    }
}
