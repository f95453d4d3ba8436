import Cases
import FoundationEssentials
import History
package import Incidents
package import PatrolWire
package import Reports
import Threading
package import Units

/// What one unit did in a time, to be looked at again.
package struct ReplayUnit: Sendable {
    /// What happened, as the device told it.
    package struct Event: Sendable {
        /// ms since 1970 UTC.
        package let time: Int64
        /// What.
        package let kind: EventKind
        /// Where, degrees; `nil` while the device knew no place.
        package let place: (latitude: Double, longitude: Double)?
        /// Which incident, post, line or visit it was about.
        package let about: String?
    }

    /// Which.
    package let id: UnitID
    /// What it was called last.
    package let callSign: String
    /// Where it was.
    package let track: ReplayTrack
    /// What it told, oldest first.
    package let events: [Event]
}

extension ReportReading {
    /// After so long without a position, ms, nobody knows where a unit is: as on the board.
    package static let silence: Int64 = 180_000

    /// What a viewer of the past wants marked; who comes and goes in grids is seen on the map.
    private static let marked: [EventKind] = [
        .sos, .deviceStart, .deviceStop, .gnssLost, .gnssRestored, .gnssFrozen, .unitCheckin, .unitCheckout,
        .dispatchReceived, .dispatchAccepted, .dispatchDeclined, .dispatchArrived, .dispatchCleared, .rollcallAnswer,
        .incidentFound, .visit, .taskRaised, .taskAnswered, .postDone, .lineComplete, .powerLow, .cameraRecording,
        .vehicleSiren,
    ]

    /// So many threads read a replay: a day of a city is a second's work for two.
    private static let readers = 2

    /// Makes something of what each unit did, of several units at a time.
    ///
    /// - Parameters:
    ///   - only: Of this one only; `nil` for all.
    ///   - tolerance: So far, m, north or east, a position may be beside the thinned way.
    ///   - make: Gets each unit that was heard of in the time, on one of several threads.
    /// - Returns: What was made of each, in the order of their names.
    /// - Throws: `HistoryError`, `CancellationError` when nobody waits any more, or what `make` throws.
    package func replay<Made: Sendable>(
        of only: UnitID?,
        tolerance: Double,
        _ make: @escaping @Sendable (ReplayUnit) throws -> Made
    ) throws -> [Made] {
        let byUnit = Dictionary(grouping: try self.reader.logs()) { UnitID(station: $0.station, device: $0.device) }
        let units = byUnit.compactMap { unit, logs in unit.map { (id: $0, logs: logs) } }
            .filter { only == nil || $0.id == only }
            .sorted { $0.id.description < $1.id.description }
        return try onQuietCrew("replay", threads: Self.readers, pieces: units.count) { piece in
            try self.replay(of: units[piece].id, units[piece].logs, tolerance: tolerance).map { try make($0) }
        }
        .compactMap(\.self)
    }

    private func replay(of unit: UnitID, _ logs: [HistoryReader.Log], tolerance: Double) throws -> ReplayUnit? {
        var track = ReplayTrack(tolerance: tolerance, silence: Self.silence)
        var events: [ReplayUnit.Event] = []
        // A device that was wiped begins a new log: one after the other, they are one way.
        for log in logs {
            try self.reader.moves(of: log, from: self.span.lowerBound, to: self.span.upperBound) { move in
                track.add(
                    ReplayTrack.Point(
                        time: move.position.made,
                        latitude: move.position.latitude,
                        longitude: move.position.longitude,
                        status: move.status
                    )
                )
            }
            try self.reader.events(of: log, Self.marked, from: self.span.lowerBound, to: self.span.upperBound) {
                events.append(ReplayUnit.Event($0))
            }
        }
        track.end()
        guard track.positions > 0 || !events.isEmpty else { return nil }
        let name = try logs.last.flatMap { try self.reader.callSign(of: $0) }
        return ReplayUnit(
            id: unit,
            callSign: name ?? unit.device.text,
            track: track,
            events: events.sorted { $0.time < $1.time }
        )
    }

    /// Incidents that were open at some moment of the time, the oldest first.
    ///
    /// - Throws: `HistoryError`, or `CancellationError` when nobody waits any more.
    package func incidentsOpen(since begin: Int64) throws -> [Incident] {
        let begin = max(0, min(begin, self.span.lowerBound))
        // Those that are open still, however old they are; what was closed since is asked for by when it came.
        let old = try self.casebook.items(Incident.kind, from: 0, to: 0, orOpen: true).filter { $0.time < begin }
            .map { try JSONDecoder().decode(Incident.self, from: Data($0.body)) }
        let wider = ReportReading(
            reader: self.reader,
            casebook: self.casebook,
            span: begin..<self.span.upperBound,
            now: self.now
        )
        return try (old + wider.incidents()).filter { ($0.over ?? .max) >= self.span.lowerBound }
    }
}

extension ReplayUnit.Event {
    fileprivate init(_ event: StoredEvent) {
        let names = ["incident", "post", "line", "task", "kind"]
        let about = names.lazy.compactMap { name -> String? in
            guard case .string(let text)? = event.data[name] else { return nil }
            return text
        }.first
        self.init(
            time: event.made,
            kind: event.kind,
            place: event.latitude.flatMap { latitude in event.longitude.map { (latitude, $0) } },
            about: about
        )
    }
}
