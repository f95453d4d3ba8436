package import ConsoleWire
import Ground
import Orders
import PatrolWire
import Plan
package import Position
import Track

extension Patrol {
    /// Everything there is to know, for the officer and the car's own screen.
    package func report(at moment: Moment) -> UnitReport {
        let time = self.stamp(moment).time
        var report = UnitReport(dev: self.settings.device, unit: self.settings.unit, t: time, st: self.duty.status)
        report.officers = self.duty.officers
        report.orders = self.duty.dispatches.map { dispatch in
            let scene = Coordinate(latitude: dispatch.latitude, longitude: dispatch.longitude)
            let metres = scene.flatMap { self.fix?.coordinate.distance(to: $0).value.rounded() }
            return UnitReport.Order(
                incident: dispatch.incident,
                phase: dispatch.phase.rawValue,
                text: dispatch.text,
                metres: metres
            )
        }
        report.sos = self.distress.map { UnitReport.SOS(t: $0.time, seen: $0.seenBy) }
        (report.messages, report.rollcall) = (self.messages, !self.rollCalls.isEmpty)
        report.position = self.fix.map { fix in
            UnitReport.Position(
                lat: fix.coordinate.latitude,
                lon: fix.coordinate.longitude,
                acc: fix.accuracy?.value,
                spd: fix.speed,
                cog: fix.course,
                sat: fix.satellites,
                age: Double(max(0, moment.boot - fix.received)) / 1_000
            )
        }
        self.reportPlan(in: &report, at: time)
        (report.link, report.room) = (self.uplink.isLinkUp, self.uplink.isRoomOnline)
        (report.backlog, report.inputs) = (self.uplink.waiting, self.inputs.values)
        return report
    }

    private func reportPlan(in report: inout UnitReport, at time: Int64) {
        (report.grids, report.line) = (self.tracker.grids, self.tracker.line)
        report.sector = self.assignment.flatMap { $0.until >= time ? $0.sector : nil }
        report.lines = self.tracker.lines.filter { self.isOwn($0.line.id, at: time) }.map {
            UnitReport.Line(id: $0.line.id, name: $0.line.name, covered: $0.share, laps: [$0.laps, $0.line.laps])
        }
        report.posts = self.tracker.postsDue(at: time).filter { self.isOwn($0.post.id, at: time) }.map {
            UnitReport.Post(
                id: $0.post.id,
                name: $0.post.name,
                visits: [$0.visits, $0.post.visits],
                closes: $0.closes * 1_000,
                here: $0.isThere
            )
        }
        report.plan = self.tracker.plan.map { "\($0.id) \($0.revision)" }
    }

    /// Fixes that were not believed, by reason.
    package var refused: [String: Int] {
        Dictionary(uniqueKeysWithValues: self.gate.refusals.map { ($0.key.rawValue, $0.value) })
    }

    /// Revision of the plan in force.
    package var planRevision: Int? { self.tracker.plan?.revision }

    /// Since when nothing can be stored, ms of CLOCK_BOOTTIME; `nil` while it can.
    package var stuckSince: Int64? { if case .stuck(let since, _) = self.storage { since } else { nil } }
}
