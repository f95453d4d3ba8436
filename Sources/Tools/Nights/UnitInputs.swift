import ConsoleWire
import Delivery
import Ground
import Numbering
import PatrolWire
import Patrolling
import Position

/// What happens to a device.
extension Night {
    func secondPassed(_ unit: UnitNode) {
        guard let process = unit.process else { return }
        var state = UplinkState(isLinkUp: process.delivery.isUp, isRoomOnline: process.delivery.isRoomOnline)
        do throws(OutboxError) { state.waiting = try process.log.waiting().count } catch {}
        self.take(.uplink(state), unit)
        self.take(.tick, unit)
        self.take(.backlog(.tick), unit)
    }

    func move(_ unit: UnitNode) {
        guard unit.process != nil, !self.isCalm || self.now < self.calmFixesEnd else { return }
        if self.chance(0.1) { unit.speed = Double(self.draw(0...25)) }
        unit.north += unit.speed * Double(self.weather.fixEvery) / 1_000
        guard let start = Coordinate(latitude: 40, longitude: 116),
            let place = start.moved(by: Metres(unit.north), course: 0)
        else { return }
        let moment = self.moment(unit)
        var fix = Fix(received: moment.boot, coordinate: place, mode: 3)
        // The receiver knows the true time, and sometimes none.
        fix.measured = self.chance(0.9) ? Self.beginning + self.now : nil
        (fix.speed, fix.course) = (unit.speed, 0)
        self.take(.position(.fix(fix)), unit)
    }

    func officerActs(_ unit: UnitNode) {
        guard unit.process != nil, !self.isCalm else { return }
        switch self.draw(0...5) {
        case 0: self.take(.console(ConsoleRequest(.sos)), unit)
        case 1:
            var request = ConsoleRequest(.checkin)
            request.officers = ["\(self.draw(1_000...1_009))"]
            self.take(.console(request), unit)
        case 2: self.take(.console(ConsoleRequest(.checkout)), unit)
        case 3: self.take(.machine(name: "ignition", value: self.chance(0.5) ? 1 : 0), unit)
        case 4: self.take(.machine(name: "battery", value: Double(self.draw(0...100)) / 100), unit)
        default: self.take(.machine(name: "siren", value: self.chance(0.5) ? 1 : 0), unit)
        }
    }

    /// A word of the room.
    func hear(_ word: Downward, _ unit: UnitNode) {
        guard let process = unit.process else { return }
        switch word {
        case .room(let isOnline): self.take(.backlog(.room(isOnline: isOnline)), unit)
        case .command(let command): self.take(.command(command, correlation: nil), unit)
        case .acknowledgement(let word):
            self.inputs += 1
            let (log, before) = (process.log.log, process.log.acknowledged)
            do throws(OutboxError) {
                let again = try process.log.takeOver(word)
                if process.log.log != log {
                    self.note("\(unit.name) begins log \(process.log.log) instead of \(log)")
                    if !self.truth.setBack.contains(log) {
                        self.blame("log \(log) was given up without a reason")
                    }
                    self.take(.live(.logChanged), unit)
                } else {
                    self.acknowledged(process.log.acknowledged.subtracting(before), unit)
                }
                if again > 0 { self.take(.backlog(.again), unit) }
            } catch {
                _ = self.diesNow(unit)
            }
        }
    }
}
