import Ground
package import History
import PatrolWire
package import Reports

/// Reads what one log adds to reports: whole hours from their sums where they are made, the rest from the records.
package struct LogReading: Sendable {
    private let reader: HistoryReader
    private let log: HistoryReader.Log
    /// The log ends then at the latest, ms since 1970 UTC: its device began another.
    private let end: Int64

    /// Creates one.
    ///
    /// - Parameters:
    ///   - reader: The store.
    ///   - log: The log.
    ///   - end: It ends then at the latest, ms since 1970 UTC: its device began another.
    package init(reader: HistoryReader, log: HistoryReader.Log, end: Int64) {
        (self.reader, self.log, self.end) = (reader, log, end)
    }

    /// What the log adds in parts of a time that follow each other, ms since 1970 UTC.
    ///
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func parts(of span: Range<Int64>) throws -> [LogSum] {
        var parts: [LogSum] = []
        for piece in try self.pieces(of: span) {
            switch piece {
            case .sum(let hour):
                let start = hour.hour * LogSum.hour
                let sum = LogSum(positions: hour.positions, metres: hour.metres, hour.body, from: start)
                parts.append(try sum ?? self.sum(of: start..<start + LogSum.hour))
            case .records(let span): parts.append(try self.sum(of: span))
            }
        }
        return parts
    }

    /// Positions and metres in a time, ms since 1970 UTC.
    ///
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func drive(in span: Range<Int64>) throws -> (positions: Int, metres: Double) {
        var (positions, metres) = (0, 0.0)
        for piece in try self.pieces(of: span) {
            switch piece {
            case .sum(let hour):
                positions += hour.positions
                metres += hour.metres
            case .records(let span):
                let way = try self.way(in: span) { _, _ in }
                positions += way.positions
                metres += way.metres
            }
        }
        return (positions, metres)
    }

    private enum Piece {
        case sum(StoredHour)
        case records(Range<Int64>)
    }

    /// Whole hours with sums, and what lies between them.
    private func pieces(of span: Range<Int64>) throws -> [Piece] {
        let first = span.lowerBound.quotientRoundedUp(by: LogSum.hour)
        let last = max(first, span.upperBound.quotientRoundedDown(by: LogSum.hour))
        var (pieces, done): ([Piece], Int64) = ([], span.lowerBound)
        for hour in first < last ? try self.reader.hours(of: self.log, from: first, to: last) : [] {
            let start = hour.hour * LogSum.hour
            if done < start { pieces.append(.records(done..<start)) }
            pieces.append(.sum(hour))
            done = start + LogSum.hour
        }
        if done < span.upperBound { pieces.append(.records(done..<span.upperBound)) }
        return pieces
    }

    /// What the records of a time add, ms since 1970 UTC.
    ///
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func sum(of span: Range<Int64>) throws -> LogSum {
        var sum = try self.presence(in: span)
        var ways: [(time: Int64, metres: Double)] = []
        let way = try self.way(in: span) { time, metres in if metres > 0 { ways.append((time, metres)) } }
        (sum.positions, sum.metres) = (way.positions, way.metres)
        sum.share(ways.sorted { $0.time < $1.time })
        return sum
    }

    private func way(in span: Range<Int64>, _ step: (Int64, Double) -> Void) throws -> DrivenWay {
        let before = try self.reader.lastPosition(of: self.log, before: span.lowerBound)
        var way = DrivenWay(
            after: before.flatMap { last in
                Coordinate(latitude: last.latitude, longitude: last.longitude).map { ($0, last.made) }
            }
        )
        try self.reader.positions(of: self.log, from: span.lowerBound, to: span.upperBound) { position in
            if let place = Coordinate(latitude: position.latitude, longitude: position.longitude) {
                step(position.made, way.add(place, at: position.made))
            }
        }
        return way
    }

    /// An event is told so much later than it happened at most, ms: longer than any rule of the device waits.
    private static let lateWord: Int64 = 6 * 3_600_000

    private func presence(in span: Range<Int64>) throws -> LogSum {
        guard let last = try self.reader.lastMade(of: self.log, before: span.upperBound) else { return LogSum() }
        let runsOn = try self.reader.runsOn(self.log, after: span.upperBound)
        guard last.made >= span.lowerBound || runsOn else { return LogSum() }
        let known = try self.reader.gridsKnown(of: self.log, before: span.lowerBound).map { PatrolEvent.Inside($0) }
        // Where no position says where the unit was, its last start does: nothing goes on over that.
        let start = known == nil ? try self.reader.lastStart(of: self.log, before: span.lowerBound) : nil
        var visits = GridVisits(span: span, known: known)
        try self.reader.events(
            of: self.log,
            PresenceBook.presence,
            from: start ?? known.map { $0.time - Self.lateWord } ?? .min,
            to: span.upperBound,
            after: known?.sequence ?? 0
        ) { visits.take(PatrolEvent($0)) }
        visits.end(at: min(runsOn ? span.upperBound : last.made, self.end))
        return visits.sum
    }
}

extension Int64 {
    func quotientRoundedDown(by divisor: Int64) -> Int64 {
        let (quotient, rest) = self.quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }

    func quotientRoundedUp(by divisor: Int64) -> Int64 {
        let (quotient, rest) = self.quotientAndRemainder(dividingBy: divisor)
        return rest > 0 ? quotient + 1 : quotient
    }
}
