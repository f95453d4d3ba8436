/// What one device's log adds to reports in a part of the time; of whole hours it is kept for years, when the records are
/// long gone.
package struct LogSum: Sendable, Hashable {
    /// What the unit did in one grid.
    package struct Grid: Sendable, Hashable {
        /// When it was in it, ms since 1970 UTC.
        package var stays: [Range<Int64>]
        /// When it had been in it and lost its position, ms since 1970 UTC.
        package var unknown: [Range<Int64>]
        /// Times that it came in.
        package var visits: Int
        /// Metres that it drove in it.
        package var metres: Double

        /// Creates what nothing adds to.
        package init(stays: [Range<Int64>] = [], unknown: [Range<Int64>] = [], visits: Int = 0, metres: Double = 0) {
            (self.stays, self.unknown, self.visits, self.metres) = (stays, unknown, visits, metres)
        }
    }

    /// An hour, ms.
    package static let hour: Int64 = 3_600_000

    /// Positions recorded.
    package var positions: Int
    /// Metres driven: ways that end in the time.
    package var metres: Double
    /// By grid.
    package var grids: [String: Grid]
    /// When the unit had no position, ms since 1970 UTC.
    package var lost: [Range<Int64>]

    /// Creates a sum.
    package init(positions: Int = 0, metres: Double = 0, grids: [String: Grid] = [:], lost: [Range<Int64>] = []) {
        (self.positions, self.metres, self.grids, self.lost) = (positions, metres, grids, lost)
    }
}

extension LogSum {
    /// Gives each grid the metres of the ways that ended while the unit was in it.
    ///
    /// - Parameter ways: When each ended, ms since 1970 UTC, and its metres; in the order of time.
    package mutating func share(_ ways: [(time: Int64, metres: Double)]) {
        for (id, grid) in self.grids {
            var metres = 0.0
            for stay in TimeSet(grid.stays).ranges {
                var index = ways.partitioningIndex { $0.time >= stay.lowerBound }
                while index < ways.count, ways[index].time <= stay.upperBound {
                    metres += ways[index].metres
                    index += 1
                }
            }
            self.grids[id]?.metres = metres
        }
    }

    /// The version of the coding; bytes of another are computed anew.
    private static let version: UInt8 = 1

    /// The grids and what was lost, for the store; equal sums give equal bytes.
    ///
    /// Positions and metres stand beside them.
    ///
    /// - Parameter start: When the hour begins, ms since 1970 UTC: times are written from there on.
    /// - Returns: The bytes.
    package func bytes(from start: Int64) -> [UInt8] {
        var writer = VarintWriter()
        writer.bytes.append(Self.version)
        writer.write(self.lost, from: start)
        writer.write(UInt64(self.grids.count))
        for (id, grid) in self.grids.sorted(by: { $0.key < $1.key }) {
            writer.write(UInt64(id.utf8.count))
            writer.bytes += Array(id.utf8)
            writer.write(UInt64(max(0, grid.visits)))
            writer.write(UInt64((grid.metres * 10).rounded()))
            writer.write(grid.stays, from: start)
            writer.write(grid.unknown, from: start)
        }
        return writer.bytes
    }

    /// Reads it back; `nil` for bytes that are none, or of another version.
    package init?(positions: Int, metres: Double, _ bytes: [UInt8], from start: Int64) {
        var reader = VarintReader(bytes)
        guard reader.byte() == Self.version, let lost = reader.ranges(from: start), let count = reader.number(),
            count <= UInt64(bytes.count)
        else { return nil }
        var grids: [String: Grid] = [:]
        for _ in 0..<count {
            guard let length = reader.number(), let id = reader.text(length), let visits = reader.number(),
                let tenths = reader.number(), let stays = reader.ranges(from: start),
                let unknown = reader.ranges(from: start), visits <= UInt64(Self.hour)
            else { return nil }
            grids[id] = Grid(stays: stays, unknown: unknown, visits: Int(visits), metres: Double(tenths) / 10)
        }
        guard reader.isAtEnd else { return nil }
        self.init(positions: positions, metres: metres, grids: grids, lost: lost)
    }
}

/// Writes whole numbers in as few bytes as they need: seven bits each, the lowest first.
private struct VarintWriter {
    var bytes: [UInt8] = []

    mutating func write(_ number: UInt64) {
        var rest = number
        while rest >= 0x80 {
            self.bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        self.bytes.append(UInt8(rest))
    }

    mutating func write(_ ranges: [Range<Int64>], from start: Int64) {
        self.write(UInt64(ranges.count))
        for range in ranges {
            self.write(UInt64(max(0, range.lowerBound - start)))
            self.write(UInt64(range.upperBound - range.lowerBound))
        }
    }
}

/// Reads what ``VarintWriter`` wrote; anything else ends in `nil`.
private struct VarintReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { self.position == self.bytes.count }

    mutating func byte() -> UInt8? {
        guard self.position < self.bytes.count else { return nil }
        defer { self.position += 1 }
        return self.bytes[self.position]
    }

    mutating func number() -> UInt64? {
        var (number, shift): (UInt64, UInt64) = (0, 0)
        while let byte = self.byte() {
            guard shift < 63 else { return nil }
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
        return nil
    }

    mutating func text(_ length: UInt64) -> String? {
        guard length <= UInt64(self.bytes.count - self.position) else { return nil }
        defer { self.position += Int(length) }
        return String(validating: self.bytes[self.position..<self.position + Int(length)], as: UTF8.self)
    }

    mutating func ranges(from start: Int64) -> [Range<Int64>]? {
        guard let count = self.number(), count <= UInt64(self.bytes.count) else { return nil }
        var ranges: [Range<Int64>] = []
        for _ in 0..<count {
            guard let offset = self.number(), let length = self.number(), offset <= UInt64(LogSum.hour),
                length <= UInt64(LogSum.hour)
            else { return nil }
            ranges.append(start + Int64(offset)..<start + Int64(offset) + Int64(length))
        }
        return ranges
    }
}

extension [(time: Int64, metres: Double)] {
    /// The first index from which on the condition holds.
    fileprivate func partitioningIndex(where isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, self.count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
