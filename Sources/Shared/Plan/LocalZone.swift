/// The local time of a place: UTC offsets and when they change; a pure value made from a zone file's bytes.
///
/// Source of the format: RFC 8536, *The Time Zone Information Format (TZif)*.
package struct LocalZone: Sendable, Hashable {
    /// Name, such as `Asia/Shanghai`.
    package let name: String

    /// When an offset begins, s since 1970 UTC, ascending.
    private let changes: [Int64]
    /// The offset from each change on, s east of Greenwich.
    private let offsets: [Int64]
    /// The offset before the first change.
    private let first: Int64
    /// What holds after the last change.
    private let rule: ZoneRule?

    /// A zone that never changes its offset.
    package init(name: String, offset: Int64) {
        (self.name, self.changes, self.offsets, self.first, self.rule) = (name, [], [], offset, nil)
    }

    /// Reads the bytes of a zone file; `nil` when they are none.
    package init?(name: String, tzif bytes: [UInt8]) {
        guard var reader = TZifReader(bytes), let table = reader.table() else { return nil }
        self.name = name
        (self.changes, self.offsets, self.first) = (table.changes, table.offsets, table.first)
        self.rule = ZoneRule(reader.footer)
    }

    /// s east of Greenwich at a moment, s since 1970 UTC.
    package func offset(at moment: Int64) -> Int64 {
        let moment = Self.bounded(moment)
        var (low, high) = (0, self.changes.count)
        while low < high {
            let middle = (low + high) / 2
            if self.changes[middle] <= moment { low = middle + 1 } else { high = middle }
        }
        if low == self.changes.count, let rule { return rule.offset(at: moment) }
        return low == 0 ? self.first : self.offsets[low - 1]
    }

    /// Local seconds since 1970 (as if local time were UTC) at a moment, s since 1970 UTC.
    package func local(_ moment: Int64) -> Int64 { Self.bounded(moment) + self.offset(at: moment) }

    /// Three million years, s: a clock that is further off is at that end, and nothing overflows.
    private static let farthest: Int64 = 100_000_000_000_000

    private static func bounded(_ moment: Int64) -> Int64 { max(-self.farthest, min(self.farthest, moment)) }

    /// The first and the last moment at which clocks show a local time; when they skip it, both are the moment of the jump.
    package func moments(local: Int64) -> ClosedRange<Int64> {
        let local = Self.bounded(local)
        // Offsets lie within a day of each other, so both candidates are found from a day before and after.
        let offsets = [self.offset(at: local - 86_400), self.offset(at: local + 86_400)]
        let found = offsets.map { local - $0 }.filter { self.local($0) == local }
        if let first = found.min(), let last = found.max() { return first...last }
        // Skipped: the moment of the jump, the first at which clocks show more.
        var (low, high) = (local - (offsets.max() ?? 0) - 1, local - (offsets.min() ?? 0) + 1)
        while low + 1 < high {
            let middle = low + (high - low) / 2
            if self.local(middle) > local { high = middle } else { low = middle }
        }
        return high...high
    }
}

/// Reads the parts of a zone file.
private struct TZifReader {
    private let bytes: [UInt8]
    private var position = 0
    private var wide = false
    private(set) var footer = ""

    private struct Counts {
        var utc = 0
        var standard = 0
        var leaps = 0
        var times = 0
        var types = 0
        var characters = 0
    }

    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        guard bytes.starts(with: Array("TZif".utf8)), bytes.count >= 44 else { return nil }
    }

    /// Changes, the offset from each on, and the offset before.
    mutating func table() -> (changes: [Int64], offsets: [Int64], first: Int64)? {
        guard var counts = self.header() else { return nil }
        if self.bytes[4] >= UInt8(ascii: "2") {
            // The first block is for 32-bit readers; the second says the same and more.
            self.position += counts.times * 5 + counts.types * 6 + counts.characters + counts.leaps * 8
            self.position += counts.standard + counts.utc
            self.wide = true
            guard let second = self.header() else { return nil }
            counts = second
        }
        let changes = (0..<counts.times).compactMap { _ in self.number(self.wide ? 8 : 4) }
        let indices = (0..<counts.times).compactMap { _ in self.number(1) }
        var offsets: [Int64] = []
        for _ in 0..<counts.types {
            guard let offset = self.number(4), self.number(1) != nil, self.number(1) != nil else { return nil }
            offsets.append(offset)
        }
        guard changes.count == counts.times, indices.count == counts.times, let first = offsets.first,
            indices.allSatisfy({ $0 < offsets.count })
        else { return nil }
        self.position += counts.characters + counts.leaps * (self.wide ? 12 : 8) + counts.standard + counts.utc
        if self.wide, self.position < self.bytes.count {
            self.footer = String(decoding: self.bytes[self.position...].filter { $0 != 10 }, as: UTF8.self)
        }
        return (changes, indices.map { offsets[Int($0)] }, first)
    }

    private mutating func header() -> Counts? {
        guard self.position + 44 <= self.bytes.count else { return nil }
        self.position += 20
        let numbers = (0..<6).compactMap { _ in self.number(4).map { Int($0) } }
        guard numbers.count == 6, numbers.allSatisfy({ (0...100_000).contains($0) }) else { return nil }
        return Counts(
            utc: numbers[0],
            standard: numbers[1],
            leaps: numbers[2],
            times: numbers[3],
            types: numbers[4],
            characters: numbers[5]
        )
    }

    /// A big-endian number; of four and eight bytes with its sign.
    private mutating func number(_ size: Int) -> Int64? {
        guard self.position + size <= self.bytes.count else { return nil }
        var value: UInt64 = 0
        for byte in self.bytes[self.position..<(self.position + size)] { value = value << 8 | UInt64(byte) }
        self.position += size
        switch size {
        case 8: return Int64(bitPattern: value)
        case 4: return Int64(Int32(truncatingIfNeeded: value))
        default: return Int64(value)
        }
    }
}
