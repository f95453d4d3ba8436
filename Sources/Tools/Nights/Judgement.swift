import Delivery
import Ledger
import Numbering
import PatrolWire
import Units

/// What a night is held against while it runs, and at its end.
extension Night {
    /// What the live table shows of a unit is never older than what it showed.
    func look(at unit: UnitNode) {
        guard let position = self.position(of: unit) else { return }
        let before = self.truth.shown.updateValue(position.content, forKey: unit.index) ?? 0
        if position.content != before {
            let number = self.room.units[.init(station: self.station, device: unit.name)]?.position?.identity
            self.note(
                "the board shows \(unit.name) at content \(position.content), log \(position.log), first \(number?.log ?? "") \(number?.sequence ?? 0)"
            )
        }
        guard position.content < before, !self.truth.setBack.contains(position.log) else { return }
        guard !self.truth.isTangled(unit.index) else { return }
        self.blame("the board showed \(unit.name) at content \(before), and then at the older \(position.content)")
    }

    private func position(of unit: UnitNode) -> (content: Int, log: String)? {
        guard let record = self.room.units[.init(station: self.station, device: unit.name)]?.position,
            let content = record.altitude
        else { return nil }
        return (Int(content), record.log)
    }

    /// What is still on its way; `nil` when nothing is.
    var unsettled: String? {
        for unit in self.units {
            guard let process = unit.process else { return "\(unit.name) does not run" }
            do throws(OutboxError) {
                let waiting = try process.log.waiting().count
                if waiting > 0 {
                    return
                        "\(unit.name) waits for the room's word on \(waiting) records: \(self.account(of: unit, process))"
                }
            } catch {
                return "\(error)"
            }
            if process.log.reserved != nil { return "\(unit.name) has records without a number" }
            let name = LogName(station: self.station, device: unit.name, log: process.log.log)
            let known = self.room.store.knownNumber(of: name).map { self.room.store.ledger(of: $0) } ?? SequenceRanges()
            let missing = known.firstMissing(from: 1)
            if missing < process.log.next { return "the room misses \(missing) of log \(name.log) of \(unit.name)" }
        }
        return nil
    }

    /// What device and room say of a log.
    private func account(of unit: UnitNode, _ process: UnitNode.Process) -> String {
        let (disk, log) = (unit.disk.image, process.log)
        let name = LogName(station: self.station, device: unit.name, log: log.log)
        let ledger = self.room.store.knownNumber(of: name).map { self.room.store.ledger(of: $0) }
        let there = SequenceRanges(disk.entries.map { $0.sequence...$0.sequence })
        return
            "log \(log.log), next \(log.next), there \(there.ranges), acknowledged \(log.acknowledged.ranges), dropped \(log.dropped.ranges), in the room \(ledger?.ranges ?? []), link \(process.delivery.isUp), room \(process.delivery.isRoomOnline), former \(disk.former.count)"
    }

    /// The end of the night: everything owed is there, once, in order.
    func judge() {
        guard self.truth.violation == nil else { return }
        if let unsettled = self.unsettled { return self.blame("after all was well for long: \(unsettled)") }
        // What is older than the store goes back is deleted for its age, or not taken for it.
        let horizon = self.room.store.committed.horizon.map { $0 - Self.beginning } ?? .min
        for (content, item) in self.truth.contents.enumerated()
        where item.stored == 0 && item.fate == .owed && !item.isForgotten && item.happened >= horizon
            && !(self.truth.isTangled(item.unit) && self.truth.doubtful.contains(content))
        {
            return self.blame(
                "content \(content) of car-\(item.unit + 1) is lost: \(self.truth.numbers.filter { $0.value == content }.map { "\($0.key.log) \($0.key.sequence)" }); \(self.units[item.unit].process.map { self.account(of: self.units[item.unit], $0) } ?? "")"
            )
        }
        // Beside a log whose numbers were given twice there are branches, each a part of what came.
        for log in self.room.store.committed.logs
        where !log.name.log.contains("~") && !self.truth.setBack.contains(log.name.log) {
            let contents = log.rows.compactMap { self.content($0.body) }
            for (earlier, later) in zip(contents, contents.dropFirst()) where earlier > later {
                return self.blame("log \(log.name.log) has content \(later) after content \(earlier)")
            }
        }
        for unit in self.units where !self.truth.isTangled(unit.index) {
            let newest = self.truth.contents.lastIndex { item in
                item.unit == unit.index && !item.isEvent && item.stored > 0
            }
            guard let newest, let shown = self.position(of: unit), shown.content < newest else { continue }
            // A log that was set back is shown as far as it was heard before, until its numbers pass that.
            guard !self.truth.setBack.contains(shown.log) else { continue }
            self.blame("the board shows \(unit.name) at content \(shown.content), and the newest is \(newest)")
        }
    }
}
