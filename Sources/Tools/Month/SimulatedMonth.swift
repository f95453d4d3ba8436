package import Cases
import FoundationEssentials
import Ground
package import History
import Incidents
import Ledger
import PatrolWire
import People
package import Plan
import Tasks
import Threading

/// A month of a station, made up from a seed: people and shifts, sign-ins, drives, a post, incidents, roll calls and tasks.
///
/// It goes through the room's own desks and store; its truth is counted beside it, by other means than the reports'.
package struct SimulatedMonth {
    /// The same seed gives the same month.
    package let seed: UInt64
    /// Days that it has.
    package let days: Int
    /// The day on which it begins, at midnight in UTC.
    package let first: CivilDate
    /// When that is, s since 1970 UTC.
    package var begin: Int64 { self.first.daysSince1970 * 86_400 }

    private static let cars = 4
    /// The station, as records and reports name it.
    package static let station = "jinzhan"

    /// Creates a month; without a first day it is October 2026.
    package init(seed: UInt64, days: Int = 30, first: CivilDate = CivilDate(daysSince1970: 20_727)) {
        (self.seed, self.days, self.first) = (seed, days, first)
    }

    /// All of it, ms since 1970 UTC.
    package var span: Range<Int64> { self.begin * 1_000..<(self.begin + Int64(self.days) * 86_400) * 1_000 }

    /// What is on the road while the month is made up.
    struct Duty {
        let car: Int
        let times: Range<Int64>
        let shift: MonthShift
    }

    struct Life {
        var truth = MonthTruth()
        var register = Register()
        var logs: [MonthLog] = []
        var duties: [Duty] = []
        /// Orders of each car, from the officer's word to the end, s since 1970 UTC.
        var orders: [Int: [Range<Int64>]] = [:]
    }

    /// The grid that a car's shifts are to keep to.
    private static func ownGrid(_ car: Int) -> String { MonthShift.grids[car % MonthShift.grids.count] }

    /// Two officers for each car by day, two by night.
    private static func crew(_ car: Int, isNight: Bool) -> [String] {
        (0..<2).map { "\(car + 1)\(isNight ? "2" : "1")\($0 + 1)" }
    }

    /// Writes the month into a room's stores.
    ///
    /// - Parameters:
    ///   - history: The records.
    ///   - store: The desks' cases.
    /// - Returns: What truly happened.
    /// - Throws: What the stores throw.
    package func write(to history: History, _ store: any CaseStore) async throws -> MonthTruth {
        var random = SplitMix64(seed: self.seed)
        var life = Life()
        try self.makePeople(&life, &random)
        self.drive(&life, &random)
        self.visitPost(&life, &random)
        self.driveLine(&life, &random)
        self.visitPeople(&life, &random)
        let clock = Locked<Int64>(self.span.lowerBound)
        try await self.makeIncidents(&life, store, clock, &random)
        try await self.comeUpon(&life, store, clock, &random)
        try await self.makeYearBefore(&life, store, clock)
        self.countSectors(&life)
        self.countSpots(&life)
        try await self.callRolls(&life, store, clock, &random)
        try await self.raiseTasks(&life, store, clock, &random)
        try await self.keep(life, history, store)
        return life.truth
    }

    private func makePeople(_ life: inout Life, _ random: inout SplitMix64) throws {
        for car in 0..<Self.cars {
            for isNight in [false, true] {
                let crew = Self.crew(car, isNight: isNight)
                for number in crew {
                    let officer = Officer(number: number, name: "officer \(number)", role: .police)
                    _ = try life.register.put(officer, at: self.span.lowerBound)
                    life.truth.officers[number] = MonthTruth.Officer()
                }
                let shift = Shift(
                    id: "car-\(car + 1)-\(isNight ? "night" : "day")",
                    date: "\(self.first)",
                    from: isNight ? "20:00" : "08:00",
                    until: isNight ? "08:00" : "20:00",
                    every: 1,
                    officers: crew,
                    unit: "\(Self.station)/car-\(car + 1)",
                    places: [Self.ownGrid(car)] + (car == 0 && !isNight ? [MonthPlan.post, MonthPlan.line] : [])
                )
                _ = try life.register.put(shift, at: self.span.lowerBound)
            }
        }
    }

    private func drive(_ life: inout Life, _ random: inout SplitMix64) {
        life.logs = (0..<Self.cars).map {
            MonthLog(device: "car-\($0 + 1)", id: String(repeating: "0", count: 15) + "\($0 + 1)")
        }
        let end = self.span.upperBound / 1_000
        for day in 0..<self.days {
            for isNight in [false, true] {
                for car in 0..<Self.cars {
                    let begin = self.begin + Int64(day) * 86_400 + (isNight ? 72_000 : 28_800)
                    let times = begin..<min(begin + 43_200, end)
                    // The last night would reach into the next month.
                    guard times.upperBound - times.lowerBound == 43_200 else {
                        self.count(times, Self.crew(car, isNight: isNight), nil, &life)
                        continue
                    }
                    // One in twenty crews does not come, the first car's by day always does.
                    let comes = (car == 0 && !isNight) || Int.random(in: 0..<20, using: &random) > 0
                    let shift = MonthShift(
                        &life.logs[car],
                        times: times,
                        crew: comes ? Self.crew(car, isNight: isNight) : [],
                        &random
                    )
                    self.count(times, Self.crew(car, isNight: isNight), shift, &life)
                    life.duties.append(Duty(car: car, times: times, shift: shift))
                }
            }
        }
        self.countGrids(&life)
    }

    private func count(_ times: Range<Int64>, _ crew: [String], _ shift: MonthShift?, _ life: inout Life) {
        for number in crew {
            life.truth.officers[number]?.dutySeconds += times.upperBound - times.lowerBound
            life.truth.officers[number]?.shifts += 1
            guard let signed = shift?.signed, let shift else {
                life.truth.officers[number]?.shiftsMissed += 1
                continue
            }
            life.truth.officers[number]?.signedSeconds += signed.upperBound - signed.lowerBound
            life.truth.officers[number]?.metres += shift.metres
        }
    }

    /// Counts presence second by second.
    private func countGrids(_ life: inout Life) {
        for grid in MonthShift.grids {
            var present = [Bool](repeating: false, count: self.days * 86_400)
            var counted = MonthTruth.Grid()
            for stay in life.duties.flatMap(\.shift.stays) where stay.grid == grid && !stay.time.isEmpty {
                counted.unitSeconds += stay.time.upperBound - stay.time.lowerBound
                for second in stay.time { present[Int(second - self.begin)] = true }
            }
            counted.visits = life.duties.flatMap(\.shift.stays).count { $0.grid == grid }
            counted.presentSeconds = Int64(present.count { $0 })
            life.truth.grids[grid] = counted
        }
    }

    /// A post that wants a visit between 10:00 and 12:00 each day; what a device misses it says at noon.
    private func visitPost(_ life: inout Life, _ random: inout SplitMix64) {
        for day in 0..<self.days {
            let midnight = self.begin + Int64(day) * 86_400
            let noon = midnight + 43_200
            let there = life.duties.filter {
                $0.shift.seen.map { $0.contains(midnight + 36_000) && $0.contains(noon + 60) } ?? false
            }
            guard !there.isEmpty else { continue }
            let isDone = Int.random(in: 0..<5, using: &random) > 0
            let visitor = isDone ? there.randomElement(using: &random) : nil
            for number in Self.crew(0, isNight: false) {
                life.truth.officers[number]?.windows += 1
                if visitor?.car == 0 { life.truth.officers[number]?.windowsDone += 1 }
            }
            for duty in there {
                if duty.car == visitor?.car {
                    let time = midnight + Int64.random(in: 36_600...42_000, using: &random)
                    let data: [String: JSONValue] = [
                        "post": .string(MonthPlan.post), "window": .string("10:00-12:00"), "required": .int(1),
                    ]
                    life.logs[duty.car].say(.postDone, at: time, data)
                    for number in duty.shift.officers { life.truth.officers[number]?.posts += 1 }
                } else {
                    let data: [String: JSONValue] = [
                        "post": .string(MonthPlan.post), "window": .string("10:00-12:00"), "closes": .int(noon * 1_000),
                        "required": .int(1), "done": .int(0),
                    ]
                    life.logs[duty.car].say(.postMissed, at: noon + 1, data)
                }
            }
            if isDone { life.truth.postDone += 1 } else { life.truth.postMissed += 1 }
        }
    }

    /// A line that wants two laps between 14:00 and 16:00 each day, driven by whoever is there.
    private func driveLine(_ life: inout Life, _ random: inout SplitMix64) {
        for day in 0..<self.days {
            let midnight = self.begin + Int64(day) * 86_400
            var (laps, own) = (0, 0)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let time = midnight + Int64.random(in: 50_700...57_300, using: &random)
                guard let duty = self.signed(life, at: time).randomElement(using: &random) else { continue }
                life.logs[duty.car].say(.lineComplete, at: time, ["line": .string(MonthPlan.line), "lap": .int(1)])
                for number in duty.shift.officers { life.truth.officers[number]?.laps += 1 }
                laps += 1
                if duty.car == 0 { own += 1 }
            }
            life.truth.laps += laps
            if laps >= 2 { life.truth.lineDone += 1 } else { life.truth.lineMissed += 1 }
            if laps == 1 { life.truth.linePartly += 1 }
            for number in Self.crew(0, isNight: false) {
                life.truth.officers[number]?.windows += 1
                if own >= 2 { life.truth.officers[number]?.windowsDone += 1 }
            }
        }
    }

    /// A home is visited each day, by whoever is there.
    private func visitPeople(_ life: inout Life, _ random: inout SplitMix64) {
        for day in 0..<self.days {
            let time = self.begin + Int64(day) * 86_400 + Int64.random(in: 32_400...64_800, using: &random)
            guard let duty = self.signed(life, at: time).randomElement(using: &random) else { continue }
            let officers = JSONValue.array(duty.shift.officers.map { .string($0) })
            life.logs[duty.car].say(.visit, at: time, ["kind": .string("home"), "officers": officers])
            for number in duty.shift.officers { life.truth.officers[number]?.visits += 1 }
        }
    }

    /// Counts second by second where each unit was in its shifts.
    private func countSectors(_ life: inout Life) {
        for duty in life.duties {
            guard let signed = duty.shift.signed else { continue }
            var sum = life.truth.sectors["car-\(duty.car + 1)"] ?? MonthTruth.Sector()
            // What each second was, written over and over: outside, on an order, inside.
            var seconds = [UInt8](repeating: 0, count: Int(signed.upperBound - signed.lowerBound))
            func mark(_ time: Range<Int64>, as value: UInt8) {
                for second in time.clamped(to: signed) { seconds[Int(second - signed.lowerBound)] = value }
            }
            for order in life.orders[duty.car] ?? [] { mark(order, as: 1) }
            for stay in duty.shift.stays where stay.grid == Self.ownGrid(duty.car) { mark(stay.time, as: 2) }
            sum.signedSeconds += Int64(seconds.count)
            for (value, path) in [
                (UInt8(2), \MonthTruth.Sector.insideSeconds), (1, \.orderedSeconds), (0, \.outsideSeconds),
            ] {
                sum[keyPath: path] += Int64(seconds.count { $0 == value })
            }
            life.truth.sectors["car-\(duty.car + 1)"] = sum
            let own = Int64(seconds.count { $0 == 2 })
            for number in duty.shift.officers { life.truth.officers[number]?.ownGridSeconds += own }
        }
    }

    private func countSpots(_ life: inout Life) {
        var spots: [[Double]: Int] = [:]
        for record in life.logs.flatMap(\.records) {
            guard let latitude = record.latitude, let longitude = record.longitude else { continue }
            spots[[latitude, longitude], default: 0] += 1
        }
        life.truth.spots = spots.map { MonthTruth.Spot(latitude: $0.key[0], longitude: $0.key[1], positions: $0.value) }
            .sorted { ($0.latitude, $0.longitude) < ($1.latitude, $1.longitude) }
    }

    /// The crews that are there and signed in at a second.
    func signed(_ life: Life, at second: Int64) -> [Duty] {
        life.duties.filter { $0.shift.signed?.contains(second) ?? false }
    }

    private func keep(_ life: Life, _ history: History, _ store: any CaseStore) async throws {
        let deed = CaseDeed(actor: "chief", origin: "month", what: "register", time: self.span.lowerBound)
        try store.save(all: life.register.entries(Officer.self), deed)
        try store.save(all: life.register.entries(Shift.self), deed)
        for log in life.logs {
            guard let station = Name(Self.station), let device = Name.device(log.device) else { continue }
            let name = LogName(station: station, device: device, log: log.id)
            // Late ones come as they were numbered: by the time at which they were said.
            let records = try log.records.map {
                StoredRecord(record: $0, body: try WireCoder().encode(record: $0), received: $0.time)
            }
            for start in stride(from: 0, to: records.count, by: 4_096) {
                let part = Array(records[start..<min(start + 4_096, records.count)])
                _ = try await history.store([LogDelivery(name: name, records: part)])
            }
        }
    }
}
