import History
import PatrolWire
package import Reports
import Units

/// There are more visits in the time than one answer holds.
package struct TooManyVisits: Error, Sendable {
    /// So many are answered at once.
    package let most: Int
}

extension ReportReading {
    /// Visits and checks of the time, oldest first.
    ///
    /// - Parameter most: So many at most.
    /// - Returns: The visits.
    /// - Throws: ``TooManyVisits``; `HistoryError`, or `CancellationError` when nobody waits any more.
    package func visits(atMost most: Int = .max) throws -> [Visit] {
        var found: [Visit] = []
        for log in try self.reader.logs() {
            guard let unit = UnitID(station: log.station, device: log.device) else { continue }
            try self.reader.events(of: log, [.visit], from: self.span.lowerBound, to: self.span.upperBound) { event in
                let place = event.latitude.flatMap { latitude in event.longitude.map { (latitude, $0) } }
                guard found.count <= most, let visit = Visit(PatrolEvent(event), of: unit, at: place) else { return }
                found.append(visit)
            }
            guard found.count <= most else { throw TooManyVisits(most: most) }
        }
        return found.sorted { ($0.time, $0.unit) < ($1.time, $1.unit) }
    }
}
