package import Cases
import FoundationEssentials
import Ground
package import History
import Incidents
import Ledger
import PatrolWire
import People
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
    /// When it begins: a Thursday, 2026-10-01 in UTC, s since 1970.
    package static let begin: Int64 = 1_790_812_800

    private static let cars = 4
    private static let station = "jinzhan"

    /// Creates a month.
    package init(seed: UInt64, days: Int = 30) { (self.seed, self.days) = (seed, days) }

    /// All of it, ms since 1970 UTC.
    package var span: Range<Int64> { Self.begin * 1_000..<(Self.begin + Int64(self.days) * 86_400) * 1_000 }

    /// What is on the road while the month is made up.
    private struct Duty {
        let car: Int
        let times: Range<Int64>
        let shift: MonthShift
    }

    private struct Life {
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
        self.visitPeople(&life, &random)
        let clock = Locked<Int64>(self.span.lowerBound)
        try await self.makeIncidents(&life, store, clock, &random)
        try await self.comeUpon(&life, store, clock, &random)
        self.countSectors(&life)
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
                    date: "2026-10-01",
                    from: isNight ? "20:00" : "08:00",
                    until: isNight ? "08:00" : "20:00",
                    every: 1,
                    officers: crew,
                    unit: "\(Self.station)/car-\(car + 1)",
                    places: [Self.ownGrid(car)]
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
                    let begin = Self.begin + Int64(day) * 86_400 + (isNight ? 72_000 : 28_800)
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
                for second in stay.time { present[Int(second - Self.begin)] = true }
            }
            counted.visits = life.duties.flatMap(\.shift.stays).count { $0.grid == grid }
            counted.presentSeconds = Int64(present.count { $0 })
            life.truth.grids[grid] = counted
        }
    }

    /// A post that wants a visit between 10:00 and 12:00 each day; what a device misses it says at noon.
    private func visitPost(_ life: inout Life, _ random: inout SplitMix64) {
        for day in 0..<self.days {
            let midnight = Self.begin + Int64(day) * 86_400
            let noon = midnight + 43_200
            let there = life.duties.filter {
                $0.shift.seen.map { $0.contains(midnight + 36_000) && $0.contains(noon + 60) } ?? false
            }
            guard !there.isEmpty else { continue }
            let isDone = Int.random(in: 0..<5, using: &random) > 0
            let visitor = isDone ? there.randomElement(using: &random) : nil
            for duty in there {
                if duty.car == visitor?.car {
                    let time = midnight + Int64.random(in: 36_600...42_000, using: &random)
                    let data: [String: JSONValue] = [
                        "post": .string("p1"), "window": .string("10:00-12:00"), "required": .int(1),
                    ]
                    life.logs[duty.car].say(.postDone, at: time, data)
                    for number in duty.shift.officers { life.truth.officers[number]?.posts += 1 }
                } else {
                    let data: [String: JSONValue] = [
                        "post": .string("p1"), "window": .string("10:00-12:00"), "closes": .int(noon * 1_000),
                        "required": .int(1), "done": .int(0),
                    ]
                    life.logs[duty.car].say(.postMissed, at: noon + 1, data)
                }
            }
            if isDone { life.truth.postDone += 1 } else { life.truth.postMissed += 1 }
        }
    }

    /// A home is visited each day, by whoever is there.
    private func visitPeople(_ life: inout Life, _ random: inout SplitMix64) {
        for day in 0..<self.days {
            let time = Self.begin + Int64(day) * 86_400 + Int64.random(in: 32_400...64_800, using: &random)
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
            let inside = duty.shift.stays.filter { $0.grid == Self.ownGrid(duty.car) }.map(\.time)
            let orders = life.orders[duty.car] ?? []
            for second in signed {
                sum.signedSeconds += 1
                if inside.contains(where: { $0.contains(second) }) {
                    sum.insideSeconds += 1
                } else if orders.contains(where: { $0.contains(second) }) {
                    sum.orderedSeconds += 1
                } else {
                    sum.outsideSeconds += 1
                }
            }
            life.truth.sectors["car-\(duty.car + 1)"] = sum
        }
    }

    /// The crews that are there and signed in at a second.
    private func signed(_ life: Life, at second: Int64) -> [Duty] {
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

// MARK: What the room does

extension SimulatedMonth {
    private static let categories = ["theft", "dispute", "traffic", "help"]

    private func makeIncidents(
        _ life: inout Life,
        _ store: any CaseStore,
        _ clock: Locked<Int64>,
        _ random: inout SplitMix64
    ) async throws {
        let desk = IncidentDesk([], store: store, now: { clock.withLock { $0 } }, changed: { _ in })
        for hour in 0..<self.days * 24 {
            // Three times as many in the evening as at night.
            let chance = (18..<23).contains(hour % 24) ? 45 : 15
            guard Int.random(in: 0..<100, using: &random) < chance else { continue }
            let received = Self.begin + Int64(hour) * 3_600 + Int64.random(in: 0..<3_600, using: &random)
            clock.withLock { $0 = received * 1_000 }
            let category = Self.categories.randomElement(using: &random) ?? "help"
            let report = Incident.Report(latitude: 39.95, longitude: 116.51, category: category)
            let incident = try await desk.open(report, station: nil, actor: "desk", origin: "month")
            life.truth.incidents += 1
            life.truth.categories[category, default: 0] += 1
            life.truth.hours[hour % 24] += 1
            func act(_ step: IncidentStep, after seconds: Int64) async throws {
                clock.withLock { $0 = (received + seconds) * 1_000 }
                try await desk.take(step, with: incident.id, actor: "desk", origin: "month")
            }
            let fate = Int.random(in: 0..<10, using: &random)
            guard fate > 0 else {
                life.truth.cancelled += 1
                try await act(.cancel(reason: "false_alarm"), after: 60)
                continue
            }
            let there = self.signed(life, at: received + 1_200)
                .filter { $0.shift.signed?.contains(received) ?? false }
            guard fate > 1, let duty = there.randomElement(using: &random) else {
                life.truth.responses.append(nil)
                try await act(.close(Incident.Disposition(result: "settled", isReferred: false)), after: 3_600)
                continue
            }
            let assigned = Int64.random(in: 20...60, using: &random)
            let arrived = assigned + Int64.random(in: 40...900, using: &random)
            try await self.respond(incident.id, duty, assigned, arrived, received, act)
            life.orders[duty.car, default: []].append(received + assigned + 10..<received + arrived + 30)
            life.truth.responses.append(Double(arrived))
            for number in duty.shift.officers {
                life.truth.officers[number]?.orders += 1
                life.truth.officers[number]?.arrived += 1
            }
        }
    }

    private func respond(
        _ id: String,
        _ duty: Duty,
        _ assigned: Int64,
        _ arrived: Int64,
        _ received: Int64,
        _ act: (IncidentStep, Int64) async throws -> Void
    ) async throws {
        let device = "car-\(duty.car + 1)"
        let unit = IncidentStep.UnitToSend(
            station: Self.station,
            device: device,
            unit: device,
            order: "\(id)-\(device)",
            offered: [],
            forecast: nil
        )
        try await act(.assign(unit), assigned)
        let steps: [(IncidentStep.DeviceStep, Int64)] = [
            (.accepted, assigned + 10), (.departed, assigned + 20), (.arrived, arrived), (.cleared, arrived + 30),
        ]
        for (step, after) in steps {
            try await act(.device(device, station: Self.station, step, at: (received + after) * 1_000), after)
        }
        try await act(.close(Incident.Disposition(result: "settled", isReferred: false)), arrived + 60)
    }

    /// Every third day a crew comes upon something and deals with it.
    private func comeUpon(
        _ life: inout Life,
        _ store: any CaseStore,
        _ clock: Locked<Int64>,
        _ random: inout SplitMix64
    ) async throws {
        let desk = IncidentDesk([], store: store, now: { clock.withLock { $0 } }, changed: { _ in })
        for day in stride(from: 0, to: self.days, by: 3) {
            let time = Self.begin + Int64(day) * 86_400 + Int64.random(in: 32_400...64_800, using: &random)
            guard
                let duty = self.signed(life, at: time).filter({ self.signed($0, until: time + 600) }).randomElement(
                    using: &random
                ), let station = Name(Self.station), let device = Name.device("car-\(duty.car + 1)")
            else { continue }
            let id = "own-\(device)-\(time * 1_000)"
            var log = MonthLog(device: device.text, id: "0000000000000000")
            log.say(.incidentFound, at: time, ["incident": .string(id), "category": .string("help")])
            log.say(.dispatchCleared, at: time + 600, ["incident": .string(id)])
            for record in log.records {
                clock.withLock { $0 = record.time }
                try await desk.heard(record, station: station, device: device, place: (39.95, 116.51, record.time))
            }
            try await desk.take(
                .close(Incident.Disposition(result: "settled", isReferred: false)),
                with: id,
                actor: "desk",
                origin: "month"
            )
            life.truth.incidents += 1
            life.truth.found += 1
            life.truth.hours[Int(time % 86_400 / 3_600)] += 1
            life.orders[duty.car, default: []].append(time..<time + 600)
            for number in duty.shift.officers { life.truth.officers[number]?.found += 1 }
        }
    }

    private func signed(_ duty: Duty, until second: Int64) -> Bool { duty.shift.signed?.contains(second) ?? false }

    private func callRolls(
        _ life: inout Life,
        _ store: any CaseStore,
        _ clock: Locked<Int64>,
        _ random: inout SplitMix64
    ) async throws {
        let desk = RollCallDesk(
            [],
            store: store,
            now: { clock.withLock { $0 } },
            isInside: { _ in nil },
            changed: { _ in }
        )
        for day in 0..<self.days {
            let time = Self.begin + Int64(day) * 86_400 + 54_000
            let there = self.signed(life, at: time)
            guard !there.isEmpty else { continue }
            clock.withLock { $0 = time * 1_000 }
            let call = try await desk.call(
                there.map {
                    RollCall.Member(station: Self.station, device: "car-\($0.car + 1)", unit: "car-\($0.car + 1)")
                },
                seconds: 60,
                needsOfficer: false,
                actor: "schedule",
                origin: "month"
            )
            for duty in there {
                let isThere = Int.random(in: 0..<10, using: &random) > 0
                for number in duty.shift.officers {
                    life.truth.officers[number]?.rollCalls += 1
                    if isThere { life.truth.officers[number]?.rollCallsAnswered += 1 }
                }
                guard isThere, let station = Name(Self.station), let device = Name.device("car-\(duty.car + 1)") else {
                    continue
                }
                var log = MonthLog(device: device.text, id: "0000000000000000")
                log.say(.rollcallAnswer, at: time + 5, ["rollcall": .string(call.id), "by": .string("device")])
                clock.withLock { $0 = (time + 5) * 1_000 }
                try await desk.heard(log.records[0], station: station, device: device)
            }
        }
    }

    private func raiseTasks(
        _ life: inout Life,
        _ store: any CaseStore,
        _ clock: Locked<Int64>,
        _ random: inout SplitMix64
    ) async throws {
        let desk = TaskDesk([], store: store, now: { clock.withLock { $0 } }, objection: { _, _ in nil })
        let numbers = life.truth.officers.keys.sorted()
        let end = self.span.upperBound
        for _ in 0..<40 {
            guard let owner = numbers.randomElement(using: &random) else { return }
            let raised = Int64.random(in: self.span.lowerBound..<end - 86_400_000, using: &random)
            let due = raised + Int64.random(in: 1...10, using: &random) * 86_400_000
            clock.withLock { $0 = raised }
            let draft = OwnedTask.Draft(kind: .smallCase, text: "a case", owner: owner, due: due)
            let task = try await desk.raise(draft, actor: "desk", origin: "month")
            let done = raised + Int64.random(in: 1...12, using: &random) * 86_400_000
            let isDone = done < end && Int.random(in: 0..<4, using: &random) > 0
            if isDone {
                clock.withLock { $0 = done }
                _ = try await desk.take(.answer(result: "done"), with: task.id, actor: owner, origin: "month")
                life.truth.officers[owner]?.tasksDone += 1
            } else {
                life.truth.officers[owner]?.tasksOpen += 1
            }
            if (isDone ? done : end) > due { life.truth.officers[owner]?.tasksOverdue += 1 }
        }
    }
}
