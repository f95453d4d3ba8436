import Delivery
import Ledger
import Numbering
import PatrolWire
import Units

/// What really happened in a night, against which the programs are held.
struct Truth {
    /// Something that was worth a record.
    struct Content {
        enum Fate {
            /// It has to reach the room.
            case owed
            /// It need not: it never became durable, or went with a disk, a store or the end of space.
            case excused
        }

        let unit: Int
        let isEvent: Bool
        /// ms of the night.
        let happened: Int64
        var fate = Fate.owed
        /// How often the room's store has it now.
        var stored = 0
        /// Whether the store had it and let it go for its age.
        var isForgotten = false
    }

    struct Number: Hashable {
        let log: String
        let sequence: Int64
    }

    /// In the order in which they happened.
    var contents: [Content] = []
    /// The content that got each number.
    var numbers: [Number: Int] = [:]
    /// Logs whose disk was set back in place: their numbers are given twice, and the room finds that out.
    var setBack: Set<String> = []
    /// How often the disk of each unit was set back in place.
    var setBacks: [Int: Int] = [:]
    /// Contents whose number another content had too.
    var doubtful: Set<Int> = []
    /// Units of which a record has rotted that the room had not.
    var rotten: Set<Int> = []
    /// Whether the store let records go for their age.
    var hasAged = false
    /// Whether an older copy of the room's store came in place of it.
    var wasStoreSetBack = false
    /// The newest content that the live table has shown of each unit.
    var shown: [Int: Int] = [:]
    /// What was found wrong first.
    var violation: String?

    /// Whether more happened to a unit's numbers than anybody could find out.
    ///
    /// A disk that was set back in place is found out by the record that the room has under a number of it. Set back twice, with
    /// a room that was set back too or has let go of what it had, or with records that rotted, it may meet its own former records under the same numbers.
    func isTangled(_ unit: Int) -> Bool {
        let count = self.setBacks[unit] ?? 0
        return count > 1 || (count == 1 && (self.wasStoreSetBack || self.hasAged || self.rotten.contains(unit)))
    }
}

extension Night {
    /// Something is wrong.
    func blame(_ text: String) {
        guard self.ledgerOfTruth.violation == nil else { return }
        self.ledgerOfTruth.violation = "\(text) (seed \(self.seed), at \(self.now) ms)"
        self.note(text)
    }

    private func content(_ body: [UInt8]) -> Int? { self.table.content(body) }

    /// A record became durable under a number.
    func born(_ entry: Entry, log: String) {
        guard let content = self.content(entry.body) else { return self.blame("a record without a content") }
        let number = Truth.Number(log: log, sequence: entry.sequence)
        guard let other = self.ledgerOfTruth.numbers.updateValue(content, forKey: number), other != content else {
            return
        }
        self.ledgerOfTruth.doubtful.formUnion([content, other])
        guard !self.ledgerOfTruth.setBack.contains(log) else { return }
        self.blame("number \(entry.sequence) of log \(log) was given to content \(other) and to content \(content)")
    }

    /// Records did not become durable, but for those that the disk had when the power went.
    func notBorn(from first: Int, _ unit: UnitNode) {
        var kept: Set<Int> = []
        if unit.disk.isCut {
            for entry in unit.disk.image.entries.reversed() {
                guard let content = self.content(entry.body), content >= first else { break }
                kept.insert(content)
                self.born(entry, log: unit.disk.image.state.log)
            }
        }
        for content in first..<self.ledgerOfTruth.contents.count where !kept.contains(content) {
            self.ledgerOfTruth.contents[content].fate = .excused
        }
    }

    /// A disk let records go: those that the room does not have were dropped for space.
    func forgot(_ bodies: [(body: [UInt8], isAcknowledged: Bool)]) {
        self.note("a disk lets \(bodies.count) records go")
        for (body, isAcknowledged) in bodies {
            guard let content = self.content(body) else { continue }
            let item = self.ledgerOfTruth.contents[content]
            let unit = self.units[item.unit]
            // It only got another number, or is there under another.
            guard item.stored == 0, !unit.disk.image.bodies.contains(where: { self.content($0) == content }) else {
                continue
            }
            if isAcknowledged, !item.isForgotten, item.fate == .owed, !self.ledgerOfTruth.wasStoreSetBack {
                self.blame(
                    "content \(content) of \(unit.name) was acknowledged, is not in the room, and its device let it go"
                )
            }
            self.ledgerOfTruth.contents[content].fate = .excused
        }
    }

    /// The room's word has come that it has these numbers.
    func acknowledged(_ numbers: SequenceRanges, _ unit: UnitNode) {
        let log = unit.disk.image.state.log
        guard !self.ledgerOfTruth.setBack.contains(log), !self.ledgerOfTruth.wasStoreSetBack else { return }
        for range in numbers.ranges {
            for entry in unit.disk.image.entries[unit.disk.image.index(from: range.lowerBound)...] {
                guard entry.sequence <= range.upperBound else { break }
                guard let content = self.content(entry.body) else { continue }
                let item = self.ledgerOfTruth.contents[content]
                if item.stored == 0, !item.isForgotten {
                    self.blame("\(unit.name) was told that \(entry.sequence) of log \(log) is stored, and it is not")
                }
            }
        }
    }

    /// The space of a disk is what it may be, where that can be held.
    func holdBudget(_ unit: UnitNode) {
        guard let most = self.weather.mostRecords, unit.disk.trouble == .none else { return }
        let count = Int64(unit.disk.image.entries.count + unit.disk.image.former.count)
        // It looks at every thirty-second record, and a disk that took nothing may hold more for that long.
        if count > most + 256 { self.blame("\(unit.name) keeps \(count) records, and \(most) is its budget") }
    }

    /// The store has these contents more.
    func stored(_ contents: [Int]) {
        for content in contents {
            self.ledgerOfTruth.contents[content].stored += 1
            if self.ledgerOfTruth.contents[content].stored > 1 {
                self.blame("content \(content) is stored twice: \(self.places(of: content))")
            }
        }
    }

    /// Where the store has a content: log, number, and the numbers that it had before.
    private func places(of content: Int) -> String {
        var places: [String] = []
        for log in self.room.store.committed.logs {
            for row in log.rows where self.content(row.body) == content {
                let was = self.table.record(row.body)?.was?.map { "\($0.log) \($0.sequence)" } ?? []
                places.append("\(log.name.log) \(row.sequence) was \(was)")
            }
        }
        return places.joined(separator: ", ")
    }

    /// The store let these contents go for their age.
    func aged(_ contents: [Int]) {
        self.ledgerOfTruth.hasAged = self.ledgerOfTruth.hasAged || !contents.isEmpty
        for content in contents {
            self.ledgerOfTruth.contents[content].stored -= 1
            self.ledgerOfTruth.contents[content].isForgotten = true
        }
    }

    /// What a disk held is gone with it, but for what its new image holds.
    func lost(_ before: DiskImage, instead after: DiskImage) {
        let kept = Set(after.bodies.compactMap { self.content($0) })
        for content in before.bodies.compactMap({ self.content($0) }) where !kept.contains(content) {
            if self.ledgerOfTruth.contents[content].stored == 0 { self.ledgerOfTruth.contents[content].fate = .excused }
        }
    }

    /// A store is an older copy: what only it had is gone.
    func lostStore(_ image: StoreImage) {
        self.ledgerOfTruth.wasStoreSetBack = true
        var counts: [Int: Int] = [:]
        for log in image.logs {
            for row in log.rows { if let content = self.content(row.body) { counts[content, default: 0] += 1 } }
        }
        let kept = Set(self.units.flatMap(\.disk.image.bodies).compactMap { self.content($0) })
        for content in self.ledgerOfTruth.contents.indices {
            let now = counts[content] ?? 0
            if self.ledgerOfTruth.contents[content].stored > 0, now == 0, !kept.contains(content) {
                self.ledgerOfTruth.contents[content].fate = .excused
            }
            self.ledgerOfTruth.contents[content].stored = now
        }
    }

    /// What the live table shows of a unit is never older than what it showed.
    func look(at unit: UnitNode) {
        guard let position = self.position(of: unit) else { return }
        let before = self.ledgerOfTruth.shown.updateValue(position.content, forKey: unit.index) ?? 0
        if position.content != before {
            let number = self.room.units[.init(station: self.station, device: unit.name)]?.position?.identity
            self.note(
                "the board shows \(unit.name) at content \(position.content), log \(position.log), first \(number?.log ?? "") \(number?.sequence ?? 0)"
            )
        }
        guard position.content < before, !self.ledgerOfTruth.setBack.contains(position.log) else { return }
        guard !self.ledgerOfTruth.isTangled(unit.index) else { return }
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
        guard self.ledgerOfTruth.violation == nil else { return }
        if let unsettled = self.unsettled { return self.blame("after all was well for long: \(unsettled)") }
        // What is older than the store goes back is deleted for its age, or not taken for it.
        let horizon = self.room.store.committed.horizon.map { $0 - Self.beginning } ?? .min
        for (content, item) in self.ledgerOfTruth.contents.enumerated()
        where item.stored == 0 && item.fate == .owed && !item.isForgotten && item.happened >= horizon
            && !(self.ledgerOfTruth.isTangled(item.unit) && self.ledgerOfTruth.doubtful.contains(content))
        {
            return self.blame(
                "content \(content) of car-\(item.unit + 1) is lost: \(self.ledgerOfTruth.numbers.filter { $0.value == content }.map { "\($0.key.log) \($0.key.sequence)" }); \(self.units[item.unit].process.map { self.account(of: self.units[item.unit], $0) } ?? "")"
            )
        }
        // Beside a log whose numbers were given twice there are branches, each a part of what came.
        for log in self.room.store.committed.logs
        where !log.name.log.contains("~") && !self.ledgerOfTruth.setBack.contains(log.name.log) {
            let contents = log.rows.compactMap { self.content($0.body) }
            for (earlier, later) in zip(contents, contents.dropFirst()) where earlier > later {
                return self.blame("log \(log.name.log) has content \(later) after content \(earlier)")
            }
        }
        for unit in self.units where !self.ledgerOfTruth.isTangled(unit.index) {
            let newest = self.ledgerOfTruth.contents.lastIndex { item in
                item.unit == unit.index && !item.isEvent && item.stored > 0
            }
            guard let newest, let shown = self.position(of: unit), shown.content < newest else { continue }
            // A log that was set back is shown as far as it was heard before, until its numbers pass that.
            guard !self.ledgerOfTruth.setBack.contains(shown.log) else { continue }
            self.blame("the board shows \(unit.name) at content \(shown.content), and the newest is \(newest)")
        }
    }
}
