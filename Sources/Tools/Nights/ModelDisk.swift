import Numbering
import PatrolWire

/// What stands on a device's disk.
struct DiskImage {
    var state: LogState
    /// By number.
    var entries: [Entry] = []
    /// By place in the queue.
    var former: [Entry] = []
    var notes: [String: [UInt8]] = [:]
    var spent: (day: Int64, bytes: Int) = (0, 0)
    /// The boot in which the log was last open.
    var boot: Int64?

    /// All that is kept, in whatever log.
    var bodies: [[UInt8]] { self.entries.map(\.body) + self.former.map(\.body) }

    /// The place of the first record from a number on.
    func index(from sequence: Int64) -> Int {
        var (low, high) = (0, self.entries.count)
        while low < high {
            let middle = (low + high) / 2
            if self.entries[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func apply(_ change: LogChange) {
        switch change {
        case .insert(let entry):
            self.entries.insert(entry, at: self.index(from: entry.sequence))
        case .delete(let numbers):
            let numbers = Set(numbers)
            self.entries.removeAll { numbers.contains($0.sequence) }
        case .deleteAcknowledged:
            let acknowledged = self.state.acknowledged
            self.entries.removeAll { acknowledged.contains($0.sequence) }
        case .note(let name, let body): self.notes[name] = body
        case .acknowledged(let ranges): self.state.acknowledged = ranges
        case .dropped(let ranges): self.state.dropped = ranges
        case .begin(let log):
            let last = self.former.last?.sequence ?? 0
            for (index, entry) in self.entries.enumerated() {
                self.former.append(
                    Entry(sequence: last + 1 + Int64(index), kind: entry.kind, made: entry.made, body: entry.body)
                )
            }
            self.entries = []
            (self.state.log, self.state.acknowledged, self.state.dropped) = (log, SequenceRanges(), SequenceRanges())
        case .reserve(let numbers): self.state.reserved = numbers
        case .deleteFormer(let places):
            let places = Set(places)
            self.former.removeAll { places.contains($0.sequence) }
        case .connections(let count): self.state.connections = count
        case .backlogSpent(let day, let bytes): self.spent = (day, bytes)
        case .identity(let identity): self.state.identity = identity
        }
    }
}

/// The disk of a device: what was committed survives a crash, and nothing else.
final class ModelDisk: LogStorage {
    /// Why a commit fails.
    enum Trouble { case none, full, locked }
    /// The power goes while a commit is under way.
    enum PowerCut { case before, after }

    private(set) var image: DiskImage
    /// What tells this disk from one that it was copied to.
    private(set) var identity: String
    var trouble = Trouble.none
    var powerCut: PowerCut?
    /// Whether the power has gone during a commit.
    private(set) var isCut = false
    /// Told of the bodies that a commit took away, and whether the room had acknowledged each.
    var forgot: ((_ bodies: [(body: [UInt8], isAcknowledged: Bool)]) -> Void)?
    /// A planted fault: commits that were not synchronised are lost with the power.
    var lagsBehind = false
    /// A planted fault: what was dropped is not declared.
    var hidesDropped = false
    private var synchronised: DiskImage
    private var unsynchronised = 0

    /// What a record costs, bytes; the budget is counted in these.
    static let recordSize: Int64 = 300

    init(log: String, identity: String) {
        self.image = DiskImage(state: LogState(log: log))
        self.image.state.identity = identity
        (self.identity, self.synchronised) = (identity, self.image)
    }

    /// The machine comes back with power: what was synchronised is there.
    func restart() {
        (self.isCut, self.powerCut) = (false, nil)
        if self.lagsBehind { self.image = self.synchronised }
    }

    /// Another image comes in place of this one; a copied file is another file.
    func setBack(to image: DiskImage, identity: String?) {
        (self.image, self.synchronised) = (image, image)
        if let identity { self.identity = identity }
    }

    func noteBoot(_ boot: Int64) { self.image.boot = boot }

    /// A record's bytes rot on the disk.
    func spoil(_ index: Int) {
        let entry = self.image.entries[index]
        self.image.entries[index] = Entry(
            sequence: entry.sequence,
            kind: entry.kind,
            made: entry.made,
            body: RecordTable.spoilt
        )
        self.synchronised = self.image
    }

    func commit(_ changes: [LogChange]) throws(OutboxError) {
        guard !self.isCut else { throw .failed(path: "disk", reason: "no power") }
        switch self.trouble {
        case .none: break
        case .full: throw .full(path: "disk")
        case .locked: throw .locked(path: "disk")
        }
        if self.powerCut == .before { return try self.cut() }
        var gone: [(body: [UInt8], isAcknowledged: Bool)] = []
        for change in changes {
            if case .delete(let numbers) = change {
                let numbers = Set(numbers)
                for entry in self.image.entries where numbers.contains(entry.sequence) {
                    gone.append((entry.body, self.image.state.acknowledged.contains(entry.sequence)))
                }
            }
            if case .deleteAcknowledged = change {
                gone += self.image.entries.filter { self.image.state.acknowledged.contains($0.sequence) }
                    .map { ($0.body, true) }
            }
            if case .deleteFormer(let places) = change {
                let places = Set(places)
                gone += self.image.former.filter { places.contains($0.sequence) }.map { ($0.body, false) }
            }
            if self.hidesDropped, case .dropped = change { continue }
            self.image.apply(change)
        }
        self.unsynchronised += 1
        if !self.lagsBehind || self.unsynchronised > 3 { (self.synchronised, self.unsynchronised) = (self.image, 0) }
        if !gone.isEmpty { self.forgot?(gone) }
        if self.powerCut == .after { try self.cut() }
    }

    private func cut() throws(OutboxError) {
        self.isCut = true
        throw .failed(path: "disk", reason: "the power went")
    }

    func state() throws(OutboxError) -> LogState {
        var state = self.image.state
        state.highest = self.image.entries.last?.sequence ?? 0
        return state
    }

    func entries(from sequence: Int64, limit: Int) throws(OutboxError) -> [Entry] {
        Array(self.image.entries[self.image.index(from: sequence)...].prefix(limit))
    }

    func numbers(in range: ClosedRange<Int64>) throws(OutboxError) -> SequenceRanges {
        var numbers = SequenceRanges()
        for entry in self.image.entries[self.image.index(from: range.lowerBound)...] {
            guard entry.sequence <= range.upperBound else { break }
            numbers.insert(entry.sequence...entry.sequence)
        }
        return numbers
    }

    func lowest(_ kind: EntryKind?, in range: ClosedRange<Int64>, limit: Int) throws(OutboxError) -> [Int64] {
        Array(
            self.image.entries[self.image.index(from: range.lowerBound)...].lazy
                .prefix { $0.sequence <= range.upperBound }
                .filter { kind == nil || $0.kind == kind }
                .map(\.sequence).prefix(limit)
        )
    }

    func count() throws(OutboxError) -> Int64 { Int64(self.image.entries.count) }

    func former(limit: Int) throws(OutboxError) -> [Entry] { Array(self.image.former.prefix(limit)) }

    func formerCount() throws(OutboxError) -> Int64 { Int64(self.image.former.count) }

    func formerToDrop(limit: Int) throws(OutboxError) -> [Int64] {
        Array(
            self.image.former.sorted { ($0.kind.rawValue, $0.sequence) < ($1.kind.rawValue, $1.sequence) }
                .prefix(limit).map(\.sequence)
        )
    }

    func usedBytes() throws(OutboxError) -> Int64 {
        Int64(self.image.entries.count + self.image.former.count) * Self.recordSize
    }
}
