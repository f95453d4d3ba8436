import Cases
import Ground
import Incidents
import PatrolWire
import Tasks
import Threading

/// What the room and its desks do in a simulated month.
extension SimulatedMonth {
    private static let categories = ["theft", "dispute", "traffic", "help"]
    /// Their upper levels.
    private static let groups = ["criminal": ["theft"], "order": ["dispute", "traffic"], "service": ["help"]]

    private func incidentDesk(_ store: any CaseStore, _ clock: Locked<Int64>) throws -> IncidentDesk {
        let groups = Self.groups.sorted { $0.key < $1.key }
        let table = try Categories(
            groups.map { Categories.Group(name: $0.key, categories: $0.value.map { Categories.Category(name: $0) }) }
        )
        return IncidentDesk(
            [],
            categories: table,
            store: store,
            now: { clock.withLock { $0 } },
            changed: { _ in }
        )
    }

    /// The days a year before, and two more on either side for a year that has a day more or less.
    func makeYearBefore(_ life: inout Life, _ store: any CaseStore, _ clock: Locked<Int64>) async throws {
        var random = SplitMix64(seed: self.seed ^ 0x1EA4)
        let desk = try self.incidentDesk(store, clock)
        for (group, names) in Self.groups { for name in names { life.truth.groups[name] = group } }
        let begin = self.begin - 367 * 86_400
        for hour in 0..<Int64(self.days + 4) * 24 where Int.random(in: 0..<10, using: &random) == 0 {
            let received = begin + hour * 3_600 + Int64.random(in: 0..<3_600, using: &random)
            clock.withLock { $0 = received * 1_000 }
            let category = Self.categories.randomElement(using: &random) ?? "help"
            let place = MonthPlan.west
            let report = Incident.Report(latitude: place.latitude, longitude: place.longitude, category: category)
            let incident = try await desk.open(report, station: nil, actor: "desk", origin: "month")
            clock.withLock { $0 = (received + 60) * 1_000 }
            let isCancelled = Int.random(in: 0..<5, using: &random) == 0
            let end: IncidentStep =
                isCancelled
                ? .cancel(reason: "false_alarm")
                : .close(Incident.Disposition(result: "settled", isReferred: false))
            try await desk.take(end, with: incident.id, actor: "desk", origin: "month")
            guard !isCancelled else { continue }
            life.truth.yearBefore.append(MonthTruth.Call(time: received, category: category, isWest: true))
        }
    }

    func makeIncidents(
        _ life: inout Life,
        _ store: any CaseStore,
        _ clock: Locked<Int64>,
        _ random: inout SplitMix64
    ) async throws {
        let desk = try self.incidentDesk(store, clock)
        var forecasts = SplitMix64(seed: self.seed ^ 0xE57)
        for hour in 0..<self.days * 24 {
            // Three times as many in the evening as at night.
            let chance = (18..<23).contains(hour % 24) ? 45 : 15
            guard Int.random(in: 0..<100, using: &random) < chance else { continue }
            let received = self.begin + Int64(hour) * 3_600 + Int64.random(in: 0..<3_600, using: &random)
            clock.withLock { $0 = received * 1_000 }
            let category = Self.categories.randomElement(using: &random) ?? "help"
            // More of them in the west by day, in the east by night.
            let isWest = Int.random(in: 0..<4, using: &random) > ((6..<18).contains(hour % 24) ? 0 : 2)
            let place = isWest ? MonthPlan.west : MonthPlan.east
            let report = Incident.Report(latitude: place.latitude, longitude: place.longitude, category: category)
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
                life.truth.calls.append(MonthTruth.Call(time: received, category: category, isWest: isWest))
                try await act(.close(Incident.Disposition(result: "settled", isReferred: false)), after: 3_600)
                continue
            }
            let assigned = Int64.random(in: 20...60, using: &random)
            let arrived = assigned + Int64.random(in: 40...900, using: &random)
            let drive = Self.estimate(Double(arrived - assigned - 10), &forecasts)
            try await self.respond(incident.id, duty, drive, assigned, arrived, received, act)
            life.orders[duty.car, default: []].append(received + assigned + 10..<received + arrived + 30)
            life.truth.responses.append(Double(arrived))
            life.truth.calls.append(
                MonthTruth.Call(
                    time: received,
                    category: category,
                    isWest: isWest,
                    device: "car-\(duty.car + 1)",
                    seconds: Double(arrived),
                    officers: duty.shift.officers,
                    drive: drive
                )
            )
            for number in duty.shift.officers {
                life.truth.officers[number]?.orders += 1
                life.truth.officers[number]?.arrived += 1
            }
        }
    }

    /// What was estimated of a drive; nothing of one in ten.
    private static func estimate(_ took: Double, _ random: inout SplitMix64) -> MonthTruth.Drive? {
        guard Int.random(in: 0..<10, using: &random) > 0 else { return nil }
        // Whole seconds: what is kept is read again as it was.
        let estimated = (took * Double(Int.random(in: 60...150, using: &random)) / 100).rounded()
        return MonthTruth.Drive(
            took: took,
            estimated: estimated,
            p10: (estimated * 0.75).rounded(),
            p90: (estimated * 1.3).rounded()
        )
    }

    private func respond(
        _ id: String,
        _ duty: Duty,
        _ drive: MonthTruth.Drive?,
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
            forecast: drive.map {
                Assignment.Forecast(seconds: $0.estimated, p10: $0.p10, p90: $0.p90, metres: $0.estimated * 10)
            }
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
    func comeUpon(
        _ life: inout Life,
        _ store: any CaseStore,
        _ clock: Locked<Int64>,
        _ random: inout SplitMix64
    ) async throws {
        let desk = try self.incidentDesk(store, clock)
        for day in stride(from: 0, to: self.days, by: 3) {
            let time = self.begin + Int64(day) * 86_400 + Int64.random(in: 32_400...64_800, using: &random)
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
                let (latitude, longitude) = MonthPlan.beyond
                try await desk.heard(
                    record,
                    station: station,
                    device: device,
                    place: (latitude, longitude, record.time)
                )
            }
            try await desk.take(
                .close(Incident.Disposition(result: "settled", isReferred: false)),
                with: id,
                actor: "desk",
                origin: "month"
            )
            life.truth.incidents += 1
            life.truth.found += 1
            life.truth.calls.append(MonthTruth.Call(time: time, category: "help", isWest: nil))
            life.truth.hours[Int(time % 86_400 / 3_600)] += 1
            life.orders[duty.car, default: []].append(time..<time + 600)
            for number in duty.shift.officers { life.truth.officers[number]?.found += 1 }
        }
    }

    private func signed(_ duty: Duty, until second: Int64) -> Bool { duty.shift.signed?.contains(second) ?? false }

    func callRolls(
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
            let time = self.begin + Int64(day) * 86_400 + 54_000
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

    func raiseTasks(
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
                if done > due { life.truth.officers[owner]?.tasksLate += 1 }
            } else {
                life.truth.officers[owner]?.tasksOpen += 1
            }
            if (isDone ? done : end) > due { life.truth.officers[owner]?.tasksOverdue += 1 }
        }
    }
}
