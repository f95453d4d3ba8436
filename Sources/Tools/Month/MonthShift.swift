import Ground
import PatrolWire

/// One car's shift: what it says of itself, second by second, and what is true of it.
struct MonthShift {
    /// When the device told of itself, first and last, s since 1970 UTC; `nil` when it never started.
    private(set) var seen: ClosedRange<Int64>?
    /// Who signed in.
    let officers: [String]
    /// When they did, and until when that is known, s since 1970 UTC.
    private(set) var signed: Range<Int64>?
    /// Stays in grids, s since 1970 UTC.
    private(set) var stays: [(grid: String, time: Range<Int64>)] = []
    /// Metres while somebody was signed in.
    private(set) var metres = 0.0

    static let grids = MonthPlan.grids

    /// Where a grid's middle is, and the way to the next position in it.
    private static func place(_ grid: String?, _ number: Int) -> (latitude: Double, longitude: Double) {
        let index = grid.flatMap { Self.grids.firstIndex(of: $0) } ?? 3
        return (
            MonthPlan.latitude + Double(number % 7) * 0.0005,
            MonthPlan.longitude + Double(index) * MonthPlan.spacing
        )
    }

    /// Drives a shift.
    ///
    /// - Parameters:
    ///   - log: What the device says.
    ///   - times: From when to when the roster has it, s since 1970 UTC.
    ///   - crew: Who signs in; nobody when nobody comes.
    ///   - random: Chance.
    init(_ log: inout MonthLog, times: Range<Int64>, crew: [String], _ random: inout SplitMix64) {
        self.officers = crew
        guard !crew.isEmpty else { return }
        let start = times.lowerBound + Int64.random(in: 0...600, using: &random)
        var end = times.upperBound - Int64.random(in: 30...600, using: &random)
        // One in twenty devices dies on the way and says nothing more.
        let dies = Int.random(in: 0..<20, using: &random) == 0
        if dies { end = Int64.random(in: start + 3_600...end - 3_600, using: &random) }
        log.say(.deviceStart, at: start)
        let signIn = start + 10
        log.say(.unitCheckin, at: signIn, ["present": .array(crew.map { .string($0) })])
        let last = self.drive(&log, from: start + 20, until: end - 20, signIn, &random)
        if dies {
            self.signed = signIn..<last
            self.seen = start...last
            self.endStays(at: last)
            return
        }
        log.say(.unitCheckout, at: end - 10, ["present": .array([])])
        log.say(.deviceStop, at: end)
        self.signed = signIn..<end - 10
        self.seen = start...end
        self.endStays(at: end)
    }

    private mutating func endStays(at end: Int64) {
        self.stays = self.stays.map { ($0.grid, $0.time.lowerBound..<min($0.time.upperBound, end)) }
    }

    /// Drives from grid to grid with a position a minute; returns when the last record was made.
    private mutating func drive(
        _ log: inout MonthLog,
        from: Int64,
        until: Int64,
        _ signIn: Int64,
        _ random: inout SplitMix64
    ) -> Int64 {
        var (grid, since): (String?, Int64) = (nil, from)
        var change = from
        var last: Coordinate?
        var number = 0
        var told = from
        for time in stride(from: from, through: until, by: 60) {
            if time >= change {
                let next = (Self.grids + [nil, nil]).randomElement(using: &random) ?? nil
                change = time + Int64.random(in: 600...3_600, using: &random)
                if next != grid {
                    if let grid {
                        log.say(.gridExit, at: time, ["grid": .string(grid)])
                        self.stays.append((grid, since..<time))
                    }
                    if let next { log.say(.gridEnter, at: time, ["grid": .string(next)]) }
                    (grid, since) = (next, time)
                }
            }
            let place = Self.place(grid, number)
            log.position(place, at: time, grids: grid.map { [$0] } ?? [])
            if let coordinate = Coordinate(latitude: place.latitude, longitude: place.longitude) {
                if let last {
                    let metres = last.distance(to: coordinate).value
                    if metres / 60 < 70 { self.metres += metres }
                }
                last = coordinate
            }
            number += 1
            told = time
        }
        if let grid { self.stays.append((grid, since..<Int64.max)) }
        return told
    }
}

/// What a device says, numbered as it is said.
struct MonthLog {
    let device: String
    let id: String
    private(set) var records: [Record] = []
    /// Where it is when nothing else is known.
    private var place: (latitude: Double, longitude: Double)?

    init(device: String, id: String) { (self.device, self.id) = (device, id) }

    mutating func say(_ event: EventKind, at second: Int64, _ data: [String: JSONValue]? = nil) {
        var record = self.record(at: second)
        (record.event, record.data, record.trigger) = (event, data, .event)
        self.records.append(record)
    }

    mutating func position(_ place: (latitude: Double, longitude: Double), at second: Int64, grids: [String]) {
        var record = self.record(at: second)
        record.setPlace(latitude: place.latitude, longitude: place.longitude)
        record.grids = grids
        self.records.append(record)
    }

    private func record(at second: Int64) -> Record {
        Record(
            device: self.device,
            unit: self.device,
            log: self.id,
            sequence: Int64(self.records.count + 1),
            time: second * 1_000,
            timeQuality: .gnss,
            uptime: second,
            trigger: .time,
            status: .patrol
        )
    }
}
