import Console
import Ground
import Orders
import PatrolWire
import Plan
import Position
import Threading
import Track
import Uplink

extension Patrol {
    /// Does what the officer, or the car's own screen, asks.
    mutating func answer(_ request: ConsoleRequest) async throws -> ConsoleReply {
        switch request.verb {
        case .status, .watch: return ConsoleReply(ok: true, report: self.report)
        case .say:
            guard let status = request.status else {
                return self.refused("'status' is missing: off, patrol, busy or break")
            }
            guard status != .enroute, status != .scene else {
                return self.refused("'\(status.rawValue)' comes with a dispatch: accept one, or say arrived")
            }
            return try await self.take(.say(status))
        case .checkin: return try await self.take(.checkin(request.officers ?? []))
        case .checkout: return try await self.take(.checkout(request.officers ?? []))
        case .accept: return try await self.take(.accept)
        case .decline: return try await self.take(.decline(reason: request.reason ?? ""))
        case .arrived: return try await self.take(.arrive(.officer))
        case .cleared: return try await self.take(.clear)
        case .sos:
            try await self.callForHelp(["by": .string("word")])
            return ConsoleReply(ok: true, report: self.report)
        case .rollcall:
            guard !self.rollcalls.isEmpty else { return self.refused("no roll call waits for an answer") }
            let waiting = self.rollcalls
            self.rollcalls = []
            try await self.record(waiting.map { self.answer(to: $0, by: "officer") })
            return ConsoleReply(ok: true, report: self.report)
        case .input: return try await self.takeInput(request)
        }
    }

    private mutating func take(_ step: UnitDuty.Step) async throws -> ConsoleReply {
        let changes: [UnitDuty.Change]
        do throws(UnitDuty.Refusal) { changes = try self.duty.take(step) } catch {
            return self.refused(error.description)
        }
        try await self.record(changes.map { Happening($0) })
        return ConsoleReply(ok: true, report: self.report)
    }

    private mutating func takeInput(_ request: ConsoleRequest) async throws -> ConsoleReply {
        guard let name = request.input, let value = request.level ?? request.on.map({ $0 ? 1 : 0 }), value.isFinite
        else {
            return self.refused("'input' needs its name, and 'on' or 'level'")
        }
        guard try await self.take(input: name, value) else {
            return self.refused("'\(name)' is no input; there are \(InputStates.names.joined(separator: ", "))")
        }
        return ConsoleReply(ok: true, report: self.report)
    }

    private func refused(_ reason: String) -> ConsoleReply {
        ConsoleReply(ok: false, reason: reason, report: self.report)
    }

    /// Everything there is to know.
    var report: UnitReport {
        let time = self.now.time
        var report = UnitReport(
            dev: self.parts.device.text,
            unit: self.parts.unit,
            t: time,
            st: self.duty.status
        )
        report.officers = self.duty.officers
        report.orders = self.duty.dispatches.map { dispatch in
            let scene = Coordinate(latitude: dispatch.latitude, longitude: dispatch.longitude)
            let metres = scene.flatMap { self.lastFix?.coordinate.distance(to: $0).value.rounded() }
            return UnitReport.Order(
                incident: dispatch.incident,
                phase: dispatch.phase.rawValue,
                text: dispatch.text,
                metres: metres
            )
        }
        report.sos = self.distress.map { UnitReport.SOS(t: $0.time, seen: $0.seenBy) }
        (report.messages, report.rollcall) = (self.messages, !self.rollcalls.isEmpty)
        report.position = self.lastFix.map { fix in
            UnitReport.Position(
                lat: fix.coordinate.latitude,
                lon: fix.coordinate.longitude,
                acc: fix.accuracy?.value,
                spd: fix.speed,
                cog: fix.course,
                sat: fix.satellites,
                age: Double(max(0, SystemClock.bootMilliseconds - fix.received)) / 1_000
            )
        }
        (report.grids, report.line) = (self.tracker.grids, self.tracker.line)
        report.lines = self.tracker.lines.map {
            UnitReport.Line(id: $0.line.id, name: $0.line.name, covered: $0.share, laps: [$0.laps, $0.line.laps])
        }
        report.posts = self.tracker.postsDue(at: time).map {
            UnitReport.Post(
                id: $0.post.id,
                name: $0.post.name,
                visits: [$0.visits, $0.post.visits],
                closes: $0.closes * 1_000,
                here: $0.isThere
            )
        }
        report.plan = self.tracker.plan.map { "\($0.id) \($0.revision)" }
        (report.link, report.room) = (self.parts.lane.isUp, self.parts.backlog.isRoomOnline)
        (report.backlog, report.inputs) = (self.backlogCount, self.inputs.values)
        return report
    }
}
