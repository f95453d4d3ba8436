import Board
import Dispatching
import Intake
import Logging
import PatrolWire

/// Passes on what comes in: to the roads, the desks and the pages.
struct RoomObserver: IntakeObserver {
    let places: UnitPlaces
    let desk: DispatchDesk
    let rollCalls: RollCallDesk
    let feed: LiveFeed
    let logger: Logger

    func heard(_ record: Record, isBacklog: Bool, station: Name, device: Name) async {
        if record.event == nil, !isBacklog { self.places.take(record, station: station, device: device) }
        self.feed.touch(.unit("\(station)/\(device)"))
        // A position moves nothing on unless the unit is on its way.
        guard record.event != nil || record.status == .enroute else { return }
        do {
            try await self.desk.heard(record, station: station, device: device)
            try await self.rollCalls.heard(record, station: station, device: device)
        } catch {
            self.logger.error("What \(device) says of its order was not kept: \(error)")
        }
    }

    func noticed(station: Name, device: Name) async { self.feed.touch(.unit("\(station)/\(device)")) }

    func called(_ call: IncidentCall, station: Name) async {
        let report = Incident.Report(
            latitude: call.latitude,
            longitude: call.longitude,
            place: call.place,
            category: call.category,
            priority: call.priority ?? 2,
            note: call.note
        )
        do {
            let incident = try await self.desk.open(
                report,
                station: station.text,
                actor: call.source,
                origin: "mqtt",
                id: call.id
            )
            self.logger.info("Incident \(incident.id) from \(call.source)")
        } catch {
            self.logger.error("Incident \(call.id) from \(call.source) was not entered: \(error)")
        }
    }

    func answered(_ result: CommandResult, station: Name, device: Name) async {
        do {
            try await self.desk.answered(result, station: station, device: device)
        } catch {
            self.logger.error("The answer of \(device) to \(result.id) was not kept: \(error)")
        }
        await self.rollCalls.answered(result, station: station, device: device)
    }
}
