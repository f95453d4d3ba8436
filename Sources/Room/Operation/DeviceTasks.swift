package import Incidents
package import Intake
package import Logging
package import PatrolWire
package import Tasks
import Threading
import Units

/// Tasks between the room and the officers in the units: raised and answered there, told there.
package struct DeviceTasks: Sendable {
    private let tasks: TaskDesk
    private let notices: NoticeDesk
    private let units: UnitTable
    private let logger: Logger

    /// Creates it.
    package init(_ tasks: TaskDesk, notices: NoticeDesk, units: UnitTable, logger: Logger) {
        (self.tasks, self.notices, self.units, self.logger) = (tasks, notices, units, logger)
    }

    private static let events: Set<EventKind> = [.taskRaised, .taskAnswered, .unitCheckin]

    /// Takes what a device says of tasks; what the room cannot do, the officer is told.
    package func heard(_ record: Record, station: Name, device: Name) async {
        guard let event = record.event, Self.events.contains(event) else { return }
        let unit = UnitID(station: station, device: device)
        let identity = record.identity
        let id = "task-\(device)-\(identity.log.prefix(8))-\(identity.sequence)"
        let time = record.timeQuality.isTrusted ? min(record.time, SystemClock.wallMilliseconds) : nil
        let officers = Self.officers(record)
        do {
            switch event {
            case .taskRaised:
                let actor = officers.first.flatMap { WireLimits.isTooLong($0, WireLimits.name) ? nil : $0 }
                _ = try await self.tasks.raise(
                    try Self.draft(record),
                    actor: actor ?? device.text,
                    origin: "mqtt",
                    id: id,
                    at: time
                )
            case .taskAnswered:
                guard let task = Self.text("task", record), let result = Self.text("result", record) else { return }
                try await self.tasks.hear(result, of: task, by: officers, device: device.text, at: time)
            case .unitCheckin: await self.tellOpen(on: unit)
            default: return
            }
        } catch let refusal as TaskRefusal {
            let isTold = self.notices.tell(
                unit,
                id: "\(id)-no",
                "任务未登记 / Task not taken: \(refusal)",
                actor: "room",
                now: SystemClock.wallMilliseconds
            )
            if !isTold { self.logger.warning("\(unit) does not take texts; not told: \(refusal)") }
        } catch {
            self.logger.error("What \(device) says of a task was not kept: \(error)")
        }
    }

    /// Tells each unit the tasks of the officers who are signed in on it.
    ///
    /// A restart forgets what was not delivered, so a start tells all of it again.
    package func tellAll() async {
        for unit in self.units.all where !(unit.facts.officers ?? []).isEmpty { await self.tellOpen(on: unit.id) }
    }

    /// Takes a task from another system; returns what its sender is told.
    package func called(_ call: TaskCall, station: Name) async -> IncidentReceipt {
        do {
            guard let kind = OwnedTask.Kind(rawValue: call.kind) else {
                let kinds = OwnedTask.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                throw TaskRefusal(.invalid, "'kind' must be one of \(kinds)")
            }
            _ = try await self.tasks.raise(
                OwnedTask.Draft(
                    kind: kind,
                    grade: call.grade ?? 2,
                    text: call.text,
                    owner: call.owner,
                    due: call.due,
                    incident: call.incident,
                    grid: call.grid,
                    place: call.latitude.flatMap { lat in call.longitude.map { (latitude: lat, longitude: $0) } }
                ),
                actor: call.source,
                origin: "mqtt",
                id: "call-\(station)-\(call.id)"
            )
            return IncidentReceipt(id: call.id, ok: true, stored: await self.tasks.unkeptCount == 0)
        } catch {
            self.logger.error("Task \(call.id) from \(call.source) was not taken: \(error)")
            return IncidentReceipt(id: call.id, ok: false, stored: false, reason: "\(error)")
        }
    }

    /// Officers learn of their tasks when they come on duty: those who are there now, whatever an old record says.
    private func tellOpen(on unit: UnitID) async {
        let officers = self.units[unit]?.facts.officers ?? []
        for task in await self.tasks.open where task.state == .open && officers.contains(task.owner) {
            Self.tell(task, to: unit, self.notices, self.logger)
        }
    }

    /// Tells a task to the unit on which its owner is signed in, if there is one.
    package static func tell(_ task: OwnedTask, units: UnitTable, notices: NoticeDesk, logger: Logger) {
        // Answers and ratings are the room's; what the owner has to do, or no longer has to, is his.
        guard task.state == .open else { return }
        for unit in units.all where (unit.facts.officers ?? []).contains(task.owner) {
            Self.tell(task, to: unit.id, notices, logger)
        }
    }

    private static func tell(_ task: OwnedTask, to unit: UnitID, _ notices: NoticeDesk, _ logger: Logger) {
        let isTold = notices.tell(
            unit,
            id: "\(task.id)-v\(task.version)",
            "任务 \(task.id)（\(task.owner)）/ Task \(task.id): \(task.text.prefix(Self.longestText))",
            actor: task.entries.last?.actor ?? task.actor,
            now: SystemClock.wallMilliseconds
        )
        if !isTold { logger.warning("\(unit) does not take texts; task \(task.id) stands on the board only") }
    }

    /// More of a task's text than this is read on the board, characters.
    private static let longestText = 400

    private static func draft(_ record: Record) throws(TaskRefusal) -> OwnedTask.Draft {
        let kind = Self.text("kind", record) ?? OwnedTask.Kind.whistle.rawValue
        guard let known = OwnedTask.Kind(rawValue: kind) else {
            let kinds = OwnedTask.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw TaskRefusal(.invalid, "'kind' must be one of \(kinds)")
        }
        guard case .int(let due)? = record.data?["due"] else { throw TaskRefusal(.invalid, "'due' is missing") }
        return OwnedTask.Draft(
            kind: known,
            text: Self.text("text", record) ?? "",
            owner: Self.text("owner", record) ?? "",
            due: due,
            grid: record.grids?.last,
            place: record.latitude.flatMap { latitude in record.longitude.map { (latitude: latitude, longitude: $0) } }
        )
    }

    private static func text(_ key: String, _ record: Record) -> String? {
        guard case .string(let text)? = record.data?[key] else { return nil }
        return text
    }

    private static func officers(_ record: Record) -> [String] {
        guard case .array(let values)? = record.data?["officers"] else { return [] }
        return values.compactMap { if case .string(let number) = $0 { number } else { nil } }
    }
}
