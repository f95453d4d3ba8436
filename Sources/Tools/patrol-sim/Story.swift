import FoundationEssentials
import Ground
import Program
import Rig
import Simulation
import Threading

/// What happens in the demonstration: units appear, an incident comes in, the nearest car drives there.
struct Story: Sendable {
    /// What is printed at the end of a headless run.
    struct Outcome: Sendable {
        var units: Int
        var throughGPSD: Int
        var incident: String
        var nearest: String
        var estimated: Double
        var arrived: Bool
        var actual: Double
        var recordsStored: Int

        /// One line; the keys in the order of the documentation.
        var json: String {
            "{\"units\":\(self.units),\"through_gpsd\":\(self.throughGPSD),\"incident\":\"\(self.incident)\","
                + "\"nearest\":\"\(self.nearest)\",\"estimated_s\":\(self.estimated),\"arrived\":\(self.arrived),"
                + "\"actual_s\":\(self.actual),\"records_stored\":\(self.recordsStored)}"
        }
    }

    /// A call that came in, and the unit that goes.
    private struct Call {
        let id: String
        let scene: Coordinate
        let received: Int64
        let nearest: RoomView.Candidate
    }

    /// Nobody waits longer than this for an arrival.
    private static let patience: Duration = .seconds(70)
    private static let beat: Duration = .milliseconds(500)

    let town: Town
    let world: World
    let rig: DemoRig
    let screen: Screen
    let isInterrupted: @Sendable () -> Bool

    /// Tells it; `nil` when interrupted.
    func tell(units: Int, patrolSeconds: Int, isEndless: Bool) async throws -> Outcome? {
        let seen = try await self.waitForUnits(units)
        self.screen.say("\(seen.units) units on the live table, \(seen.throughGPSD) of them through gpsd")
        var random = SplitMix64(seed: 1)
        while !self.isInterrupted() {
            try await self.watch(for: .seconds(patrolSeconds))
            guard !self.isInterrupted() else { break }
            let call = try await self.takeCall(using: &random)
            let actual = try await self.follow(call)
            if !isEndless {
                return Outcome(
                    units: seen.units,
                    throughGPSD: seen.throughGPSD,
                    incident: call.id,
                    nearest: call.nearest.device,
                    estimated: call.nearest.seconds ?? 0,
                    arrived: actual != nil,
                    actual: actual ?? 0,
                    recordsStored: try await self.rig.room.health().stored
                )
            }
        }
        return nil
    }

    private func waitForUnits(_ count: Int) async throws -> (units: Int, throughGPSD: Int) {
        try await eventually("\(count) units with a position, car-01 through gpsd among them", within: .seconds(30)) {
            if self.isInterrupted() { return (0, 0) }
            let placed = try await self.rig.room.units().filter { $0.position != nil && $0.online }
            guard placed.count == count, placed.contains(where: { $0.device == "car-01" }) else { return nil }
            return (placed.count, placed.filter { $0.profile != FleetUnit.profile }.count)
        }
    }

    private func watch(for duration: Duration) async throws {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end, !self.isInterrupted() {
            if self.screen.isLive {
                let rows = try await self.rig.room.units().map(Screen.Row.init)
                self.screen.draw(self.frame(rows: rows, call: nil, headline: "on patrol"))
            }
            try await Task.sleep(for: Self.beat)
        }
    }

    /// Somebody calls from a street near car 01.
    private func takeCall(using random: inout SplitMix64) async throws -> Call {
        let streets = self.world.streets
        let car = await self.world.sight(0).point
        let near = streets.homes.filter { (180...380).contains(streets.points[$0].distance(to: car)) }
        guard let node = (near.isEmpty ? streets.homes : near).randomElement(using: &random) else {
            throw ProgramFailure(.failure, "the town has no streets")
        }
        let door = PlanePoint(east: streets.points[node].east + 5, north: streets.points[node].north + 5)
        let scene = self.world.coordinate(of: door)
        let answer = try await self.rig.room.ask(
            "POST",
            "/api/v1/incidents",
            body: "{\"lat\":\(scene.latitude),\"lon\":\(scene.longitude),\"category\":\"theft\",\"note\":\"demo\"}"
        )
        guard answer.status == 201 else { throw ProgramFailure(.failure, "incident refused: \(answer.text)") }
        let incident = try answer.decode(RoomView.Incident.self)
        let candidates = try await self.rig.room.candidates(for: incident.id)
        guard let nearest = candidates.units.first(where: { $0.seconds != nil }) else {
            throw ProgramFailure(.failure, "no unit can get to the incident")
        }
        func whole(_ seconds: Double?) -> Int { Int((seconds ?? 0).rounded()) }
        self.screen.say(
            "incident \(incident.id): nearest is \(nearest.device), \(whole(nearest.seconds)) s by road, "
                + "eight of ten times \(whole(nearest.p10)) to \(whole(nearest.p90)) s"
        )
        let sent = try await self.rig.room.ask(
            "POST",
            "/api/v1/incidents/\(incident.id)/assign",
            body: "{\"device\":\"\(nearest.device)\"}"
        )
        guard sent.status == 200 else { throw ProgramFailure(.failure, "order refused: \(sent.text)") }
        return Call(id: incident.id, scene: scene, received: incident.received, nearest: nearest)
    }

    /// Follows the car by what the room knows of it; returns the seconds until it is on scene, `nil` if it never is.
    private func follow(_ call: Call) async throws -> Double? {
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end, !self.isInterrupted() {
            let candidates = try await self.rig.room.candidates(for: call.id)
            let units = try await self.rig.room.units()
            let rows = (candidates.units + candidates.belowLine).map { candidate in
                Screen.Row(candidate, of: units.first { $0.device == candidate.device })
            }
            let elapsed = Double(SystemClock.wallMilliseconds - call.received) / 1_000
            let incident = try await self.rig.room.incident(call.id)
            if let arrived = incident.units.first(where: { $0.device == call.nearest.device })?.arrived {
                let actual = (Double(arrived - call.received) / 100).rounded() / 10
                self.screen.say(
                    "\(call.nearest.device) is on scene after \(actual) s (estimated \(call.nearest.seconds ?? 0) s)"
                )
                return actual
            }
            let headline = "incident \(call.id): \(call.nearest.device) responds, \(Int(elapsed)) s so far"
            self.screen.draw(self.frame(rows: rows, call: call, headline: headline))
            try await Task.sleep(for: Self.beat)
        }
        return nil
    }

    /// What car 01 says of itself; nothing while it does not answer.
    private var patrol: String {
        do { return try self.rig.patrol() } catch { return "car-01: \(error)" }
    }

    private func frame(rows: [Screen.Row], call: Call?, headline: String) -> Screen.Frame {
        Screen.Frame(
            town: self.town,
            rows: rows,
            scene: call?.scene,
            responding: call?.nearest.device,
            estimate: call?.nearest.seconds,
            headline: headline,
            patrol: self.patrol,
            url: self.rig.url
        )
    }
}
