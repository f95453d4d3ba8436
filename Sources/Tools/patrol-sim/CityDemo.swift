import ArgumentParser
import BrokerLink
import FoundationEssentials
import Ground
import PatrolWire
import Program
import Rig
import RoadMap
import Settings
import Simulation
import Threading

/// The demonstration in a city of one's own: its map, so many units, and so many incidents at a time.
struct CityDemo: Sendable {
    let map: String
    let units: Int
    let incidents: Int
    let seed: UInt64
    let isHeadless: Bool

    /// Starts everything, and goes on until interrupted; headless it ends when somebody has arrived.
    func run(isInterrupted: @escaping @Sendable () -> Bool) async throws {
        guard let station = Name(ConfigurationText.station) else { return }
        try await withTemporaryFolder("patrol-city") { folder in
            let ports = try FreePort.take(2)
            announce("Importing \(self.map) ...")
            let imported = try await runProgramToEnd(
                try sibling("command-room"),
                ["roads", "import", self.map, "--output", "\(folder)/town.roads"]
            )
            guard imported.status == 0 else {
                throw ProgramFailure(.data, imported.errors.split(separator: "\n").last.map(String.init) ?? "no roads")
            }
            let city = try loadCity("\(folder)/town.roads", seed: self.seed)
            let plan = CityPlan(city)
            try await self.configure(folder, plan, broker: ports[0], http: ports[1])
            let truth = try driveTruth("\(folder)/truth.csv")
            try await RealPrograms.withMosquitto(port: ports[0], folder: folder) { _ in
                try await withProgram(
                    try sibling("command-room"),
                    ["run", "--config", "\(folder)/command-room.yaml"],
                    logFile: "\(folder)/command-room.log"
                ) { program in
                    try await RealPrograms.waitForPort(ports[1], of: program)
                    announce("command-room on http://127.0.0.1:\(ports[1])/")
                    announce("What each drive truly takes: \(folder)/truth.csv")
                    let world = World(city: city, cars: self.units, seed: self.seed)
                    let broker = BrokerAddress(endpoint: HostPort(host: "127.0.0.1", port: ports[0]))
                    let desk = CityDesk(room: RoomClient(port: ports[1]), open: self.incidents)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask { await world.run() }
                        for unit in fleet(
                            of: world,
                            cars: 0..<self.units,
                            station: station,
                            broker: broker,
                            seed: self.seed,
                            temper: .human,
                            truth: truth,
                            plan: plan
                        ) {
                            group.addTask { try await unit.run() }
                        }
                        defer { group.cancelAll() }
                        try await desk.run(
                            CityCalls(city, seed: self.seed),
                            untilArrival: self.isHeadless,
                            isInterrupted: isInterrupted
                        )
                    }
                }
            }
        }
    }

    private func configure(_ folder: String, _ plan: CityPlan, broker: UInt16, http: UInt16) async throws {
        try writeFile("\(folder)/plan.geojson", plan.geoJSON)
        _ = try await runProgramToEnd(
            try sibling("patrolctl"),
            ["plan", "keygen", "--name", "demo", "--output", "\(folder)/plan.key"]
        )
        try writeFile(
            "\(folder)/command-room.yaml",
            ConfigurationText.room(folder: folder, broker: broker, http: http)
                + "plan: { file: \(folder)/plan.geojson, key: \(folder)/plan.key }\n"
        )
    }
}

/// Who takes the calls in the demonstration: enters them, sends the nearest after a while, and closes what is done.
///
/// A visitor may do the same on the page: what somebody has done already is left alone.
struct CityDesk: Sendable {
    let room: RoomClient
    /// So many incidents are open at a time.
    let open: Int

    private struct Incidents: Decodable {
        struct Incident: Decodable {
            let id: String
            let received: Int64
            let state: String
            let priority: Int
            let units: [Unit]
        }

        struct Unit: Decodable {
            let device: String
            let state: String
            let assigned: Int64
        }

        let incidents: [Incident]
    }

    private static let beat: Duration = .milliseconds(500)
    /// Somebody looks at a call so much later, ms; of lesser ones later.
    private static let looks: Int64 = 6_000
    /// An officer who has not answered for so long, ms, does not look at the device.
    private static let waits: Int64 = 40_000

    func run(
        _ calls: CityCalls,
        untilArrival: Bool,
        isInterrupted: @escaping @Sendable () -> Bool
    ) async throws {
        var calls = calls
        while !isInterrupted() {
            await pause(for: Self.beat)
            let now = SystemClock.wallMilliseconds
            let all: Incidents
            do {
                all = try await self.room.ask("GET", "/api/v1/incidents?state=open").decode()
            } catch {
                // The room is not there yet, or busy: the next look finds it.
                continue
            }
            if untilArrival, let first = all.incidents.first(where: { $0.state == "scene" }) {
                announce("{\"arrived\":true,\"incident\":\"\(first.id)\",\"open\":\(all.incidents.count)}")
                return
            }
            if all.incidents.count < self.open {
                let hour = Int(now / 3_600_000 + 8) % 24
                if let call = calls.next(hour: hour) { await self.attempt { try await self.enter(call) } }
            }
            for incident in all.incidents { await self.attempt { try await self.look(at: incident, now) } }
        }
    }

    /// Does something that the room may refuse or be too busy for: the next look does it again.
    private func attempt(_ body: () async throws -> Void) async {
        do { try await body() } catch { announce("not done: \(error)") }
    }

    private func enter(_ call: CityCalls.Call) async throws {
        var body: [String: JSONValue] = [
            "lat": .double(call.scene.latitude), "lon": .double(call.scene.longitude),
            "category": .string(call.category),
            "priority": .int(Int64(call.priority)), "note": .string(call.note),
        ]
        if let place = call.place { body["place"] = .string(place) }
        let text = String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
        _ = try await self.room.ask("POST", "/api/v1/incidents", body: text)
    }

    private func look(at incident: Incidents.Incident, _ now: Int64) async throws {
        let path = "/api/v1/incidents/\(incident.id)"
        switch incident.state {
        case "received" where now - incident.received > Self.looks * Int64(incident.priority):
            guard let best = try await self.room.candidates(for: incident.id).units.first else { return }
            _ = try await self.room.ask("POST", "\(path)/assign", body: #"{"device":"\#(best.device)"}"#)
        case "assigned":
            // Nobody answers there: that one is called back, and another is sent at the next look.
            for unit in incident.units where unit.state == "assigned" && now - unit.assigned > Self.waits {
                _ = try await self.room.ask("POST", "\(path)/cancel", body: #"{"device":"\#(unit.device)"}"#)
            }
        case "awaiting":
            _ = try await self.room.ask("POST", "\(path)/close", body: #"{"result":"settled"}"#)
        default: break
        }
    }
}
