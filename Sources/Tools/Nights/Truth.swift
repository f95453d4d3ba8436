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
        guard self.truth.violation == nil else { return }
        self.truth.violation = "\(text) (seed \(self.seed), at \(self.now) ms)"
        self.note(text)
    }

    func content(_ body: [UInt8]) -> Int? { self.table.content(body) }

    /// A record became durable under a number.
    func born(_ entry: Entry, log: String) {
        guard let content = self.content(entry.body) else { return self.blame("a record without a content") }
        let number = Truth.Number(log: log, sequence: entry.sequence)
        guard let other = self.truth.numbers.updateValue(content, forKey: number), other != content else {
            return
        }
        self.truth.doubtful.formUnion([content, other])
        guard !self.truth.setBack.contains(log) else { return }
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
        for content in first..<self.truth.contents.count where !kept.contains(content) {
            self.truth.contents[content].fate = .excused
        }
    }

    /// A disk let records go: those that the room does not have were dropped for space.
    func forgot(_ bodies: [(body: [UInt8], isAcknowledged: Bool)]) {
        self.note("a disk lets \(bodies.count) records go")
        for (body, isAcknowledged) in bodies {
            guard let content = self.content(body) else { continue }
            let item = self.truth.contents[content]
            let unit = self.units[item.unit]
            // It only got another number, or is there under another.
            guard item.stored == 0, !unit.disk.image.bodies.contains(where: { self.content($0) == content }) else {
                continue
            }
            if isAcknowledged, !item.isForgotten, item.fate == .owed, !self.truth.wasStoreSetBack {
                self.blame(
                    "content \(content) of \(unit.name) was acknowledged, is not in the room, and its device let it go"
                )
            }
            self.truth.contents[content].fate = .excused
        }
    }

    /// The room's word has come that it has these numbers.
    func acknowledged(_ numbers: SequenceRanges, _ unit: UnitNode) {
        let log = unit.disk.image.state.log
        guard !self.truth.setBack.contains(log), !self.truth.wasStoreSetBack else { return }
        for range in numbers.ranges {
            for entry in unit.disk.image.entries[unit.disk.image.index(from: range.lowerBound)...] {
                guard entry.sequence <= range.upperBound else { break }
                guard let content = self.content(entry.body) else { continue }
                let item = self.truth.contents[content]
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
            self.truth.contents[content].stored += 1
            if self.truth.contents[content].stored > 1 {
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
        self.truth.hasAged = self.truth.hasAged || !contents.isEmpty
        for content in contents {
            self.truth.contents[content].stored -= 1
            self.truth.contents[content].isForgotten = true
        }
    }

    /// What a disk held is gone with it, but for what its new image holds.
    func lost(_ before: DiskImage, instead after: DiskImage) {
        let kept = Set(after.bodies.compactMap { self.content($0) })
        for content in before.bodies.compactMap({ self.content($0) }) where !kept.contains(content) {
            if self.truth.contents[content].stored == 0 { self.truth.contents[content].fate = .excused }
        }
    }

    /// A store is an older copy: what only it had is gone.
    func lostStore(_ image: StoreImage) {
        self.truth.wasStoreSetBack = true
        var counts: [Int: Int] = [:]
        for log in image.logs {
            for row in log.rows { if let content = self.content(row.body) { counts[content, default: 0] += 1 } }
        }
        let kept = Set(self.units.flatMap(\.disk.image.bodies).compactMap { self.content($0) })
        for content in self.truth.contents.indices {
            let now = counts[content] ?? 0
            if self.truth.contents[content].stored > 0, now == 0, !kept.contains(content) {
                self.truth.contents[content].fate = .excused
            }
            self.truth.contents[content].stored = now
        }
    }
}
