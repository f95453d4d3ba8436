import Ground
import History
import Incidents
import Plan
package import Reports

/// Which incidents a map of density is of.
package struct DensityQuestion: Sendable {
    /// Lower level of the category; `nil` for all.
    package var category: String?
    /// Upper level of the category; `nil` for all.
    package var group: String?
    /// Hours and weekdays.
    package var hours: HourFilter

    /// Creates a question.
    package init(category: String? = nil, group: String? = nil, hours: HourFilter) {
        (self.category, self.group, self.hours) = (category, group, hours)
    }
}

extension ReportReading {
    /// Counts where incidents were, and where units spent their time meanwhile.
    ///
    /// - Parameters:
    ///   - question: Which incidents and hours.
    ///   - map: Takes both.
    /// - Returns: How many incidents were taken.
    /// - Throws: ``HeatMapTooFine`` when the cells are too small for the ground that is covered; `HistoryError`, or
    ///   `CancellationError` when nobody waits any more.
    package func density(_ question: DensityQuestion, into map: inout IncidentDensity) throws -> Int {
        var count = 0
        for incident in try self.incidents() where incident.state != .cancelled {
            guard let scene = incident.scene, question.hours.contains(incident.received),
                question.category.map({ $0 == incident.report.category ?? "" }) ?? true,
                question.group.map({ $0 == incident.report.group }) ?? true
            else { continue }
            map.incident(at: scene)
            count += 1
            if map.isTooFine { throw HeatMapTooFine() }
        }
        guard count > 0 else { return 0 }
        try self.reader.positions(from: self.span.lowerBound, to: self.span.upperBound) { log, position in
            guard let place = Coordinate(latitude: position.latitude, longitude: position.longitude) else { return }
            map.position(
                log: log.number,
                place,
                at: position.made,
                isWanted: question.hours.contains(position.made)
            )
            if map.isTooFine { throw HeatMapTooFine() }
        }
        return count
    }
}
