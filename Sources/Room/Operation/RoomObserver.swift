package import Dispatching
package import History
package import Incidents
package import Intake
package import Live
package import Logging
package import PatrolWire
import Threading
import Units

/// Passes on what comes in: to the roads, the desks and the pages.
package struct RoomObserver: IntakeObserver {
    private let units: UnitTable
    private let places: UnitPlaces
    private let desk: IncidentDesk
    private let rollCalls: RollCallDesk
    private let tasks: DeviceTasks
    private let notices: NoticeDesk
    private let feed: LiveFeed
    private let health: RoomHealth
    /// Looks at what devices signed; `nil` where no authority is known.
    private let seals: SealWatch?
    /// Ends the room: its store is damaged, and the next start begins a new one.
    private let giveUp: @Sendable (HistoryError) -> Void
    private let logger: Logger

    /// Creates the observer.
    ///
    /// - Parameters:
    ///   - units: The live table.
    ///   - places: Units on the roads.
    ///   - desk: Incidents, and what devices are to be told of them.
    ///   - rollCalls: Roll calls, and what devices are to be told of them.
    ///   - tasks: Tasks between the room and its units.
    ///   - notices: Texts for units.
    ///   - feed: Pages that look on.
    ///   - health: The room's own health.
    ///   - seals: Looks at what devices signed; `nil` where no authority is known.
    ///   - giveUp: Called when the store is damaged: the next start begins a new one.
    ///   - logger: Log.
    package init(
        units: UnitTable,
        places: UnitPlaces,
        desk: IncidentDesk,
        rollCalls: RollCallDesk,
        tasks: DeviceTasks,
        notices: NoticeDesk,
        feed: LiveFeed,
        health: RoomHealth,
        seals: SealWatch?,
        giveUp: @escaping @Sendable (HistoryError) -> Void,
        logger: Logger
    ) {
        self.units = units
        self.places = places
        self.desk = desk
        self.rollCalls = rollCalls
        (self.tasks, self.notices) = (tasks, notices)
        self.feed = feed
        (self.health, self.seals) = (health, seals)
        self.giveUp = giveUp
        self.logger = logger
    }

    /// A message that waited for longer, s, shows that the intake has fallen behind.
    private static let longestWait = 5.0

    package func heard(_ record: Record, isBacklog: Bool, station: Name, device: Name) async {
        let id = UnitID(station: station, device: device)
        if record.event == nil, !isBacklog { self.places.take(record, of: id) }
        self.feed.touch(.unit(id))
        if record.event == .trackSeal { self.seals?.heard(record, of: id) }
        // A position moves nothing on unless the unit is on its way, or calls for help.
        guard record.event != nil || record.status == .enroute || self.desk.calling.contains(id) else { return }
        do {
            let isOld = isBacklog && record.event == nil
            if !isOld {
                try await self.desk.heard(
                    record,
                    isBacklog: isBacklog,
                    station: station,
                    device: device,
                    place: self.place(of: id)
                )
            }
            try await self.rollCalls.heard(record, station: station, device: device)
        } catch {
            self.logger.error("What \(device) says of its order was not kept: \(error)")
        }
        await self.tasks.heard(record, station: station, device: device)
        if record.event == .sos { self.feed.touch(.alarms) }
    }

    private func place(of id: UnitID) -> (latitude: Double, longitude: Double, time: Int64)? {
        guard let unit = self.units[id], let place = unit.position, let time = unit.positionTime,
            let latitude = place.latitude, let longitude = place.longitude
        else { return nil }
        return (latitude, longitude, time)
    }

    package func noticed(station: Name, device: Name) async {
        self.feed.touch(.unit(UnitID(station: station, device: device)))
    }

    package func called(_ call: IncidentCall, station: Name) async -> IncidentReceipt {
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
                id: call.id,
                isKept: false
            )
            self.logger.info("Incident \(incident.id) from \(call.source)")
            return IncidentReceipt(id: call.id, ok: true, stored: await self.desk.unkeptCount == 0)
        } catch {
            self.logger.error("Incident \(call.id) from \(call.source) was not entered: \(error)")
            return IncidentReceipt(id: call.id, ok: false, stored: false, reason: "\(error)")
        }
    }

    package func called(_ call: TaskCall, station: Name) async -> IncidentReceipt {
        await self.tasks.called(call, station: station)
    }

    package func answered(_ result: CommandResult, station: Name, device: Name) async {
        do {
            try await self.desk.answered(result, station: station, device: device)
        } catch {
            self.logger.error("The answer of \(device) to \(result.id) was not kept: \(error)")
        }
        await self.rollCalls.answered(result, station: station, device: device)
        self.notices.answered(result, station: station, device: device)
    }

    package func stored(_ trouble: HistoryError?, station: Name) async {
        guard let trouble else { return self.health.clear(.store) }
        self.health.note(.store, detail: "\(trouble)", now: SystemClock.wallMilliseconds)
        if trouble.isDamage { self.giveUp(trouble) }
    }

    package func waited(_ seconds: Double, station: Name) async {
        guard seconds > Self.longestWait else { return self.health.clear(.intake, station: station) }
        self.health.note(
            .intake,
            station: station,
            detail: "messages wait for \(Int(seconds)) s",
            now: SystemClock.wallMilliseconds
        )
    }
}
