import ConsoleWire
import Ground
import Orders
import PatrolWire
import Position
import Report

/// What officers find, visit and hand on by themselves.
extension Patrol {
    /// Orders and incidents at the same time: nobody follows more.
    private static let mostAtOnce = 16

    /// The officer came upon an incident: the unit is at its scene, and clears it as any other.
    mutating func find(_ request: ConsoleRequest, _ turn: inout Turn) -> String? {
        if let priority = request.priority, !(1...4).contains(priority) { return "'priority' must be from 1 to 4" }
        guard let fix else { return "there is no position yet: tell the room by radio" }
        guard self.duty.dispatches.count < Self.mostAtOnce else { return "has \(Self.mostAtOnce) orders already" }
        let text = [request.category, request.place, request.note].compactMap(\.self).filter { !$0.isEmpty }
        // Unique in the room: a device does not begin two in one millisecond, and no dispatcher's id begins so.
        let id = "own-\(self.settings.device)-\(self.stamp(turn.moment).time)"
        guard
            let found = UnitDuty.Dispatch(
                incident: id,
                latitude: fix.coordinate.latitude.rounded(decimals: 7),
                longitude: fix.coordinate.longitude.rounded(decimals: 7),
                text: text.joined(separator: " · ")
            )
        else { return "the position is nowhere on Earth: tell the room by radio" }
        do throws(UnitDuty.Refusal) {
            for change in try self.duty.take(.find(found)) {
                guard change.event == .incidentFound else {
                    self.record(change.event, change.data, &turn)
                    continue
                }
                var data = change.data
                data["officers"] = self.present
                data["priority"] = .int(Int64(request.priority ?? 2))
                for (key, value) in ["category": request.category, "place": request.place, "note": request.note] {
                    if let value, !value.isEmpty { data[key] = .string(value) }
                }
                self.record(change.event, data, &turn)
            }
            self.policy.request()
            return nil
        } catch {
            return error.description
        }
    }

    /// A visit or a check was made.
    mutating func visit(_ request: ConsoleRequest, _ turn: inout Turn) -> String? {
        guard let kind = request.kind, !kind.isEmpty else {
            return "'kind' is missing, such as home, screening, inspection or publicity"
        }
        guard !self.duty.officers.isEmpty else { return "nobody is checked in: a visit is somebody's" }
        var data: [String: JSONValue] = ["kind": .string(kind), "officers": self.present]
        if let place = request.place, !place.isEmpty { data["place"] = .string(place) }
        if let result = request.result, !result.isEmpty { data["result"] = .string(result) }
        if let checks = request.checks, !checks.isEmpty {
            data["checks"] = .object(checks.mapValues { .string($0) })
        }
        self.record(.visit, data, &turn)
        return nil
    }

    /// The officer raises a task; whether its owner can have it, the room says.
    mutating func raise(_ request: ConsoleRequest, _ turn: inout Turn) -> String? {
        guard let note = request.note, !note.isEmpty else { return "'note' must say what is to be done" }
        guard let owner = request.owner, !owner.isEmpty else { return "'owner' must be the number of an officer" }
        guard let due = request.due, due > self.stamp(turn.moment).time else {
            return "'due' must lie ahead, in ms since 1970"
        }
        self.record(
            .taskRaised,
            [
                "kind": .string(request.kind ?? "whistle"), "text": .string(note), "owner": .string(owner),
                "due": .int(due), "officers": self.present,
            ],
            &turn
        )
        return nil
    }

    /// The officer says what came of a task.
    mutating func answerTask(_ request: ConsoleRequest, _ turn: inout Turn) -> String? {
        guard let task = request.task, !task.isEmpty else { return "'task' must be the id of a task" }
        guard let result = request.result, !result.isEmpty else { return "'result' must say what came of it" }
        self.record(
            .taskAnswered,
            ["task": .string(task), "result": .string(result), "officers": self.present],
            &turn
        )
        return nil
    }

    private var present: JSONValue { .array(self.duty.officers.map { .string($0) }) }
}
