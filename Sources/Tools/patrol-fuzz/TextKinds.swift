import AccountFile
import Console
import ConsoleWire
import FoundationEssentials
import Ground
import PatrolWire
import PlainText
import Plan
import PlanSigning
import Position
import Simulation
import Track
import Zones

/// Messages of the contract, topics, and what officers ask on the console.
struct WireFuzz: FuzzKind {
    let name = "wire"

    private static let messages = [
        #"{"have":[[42,43],[50,50]],"log":"00112233aabbccdd","upTo":40,"v":1}"#,
        #"{"by":"wang","cmd":"dispatch","data":{"incident":"i-9","lat":1.5,"lon":2},"expires":1795314060000,"id":"c-1","t":1795314000000,"v":1}"#,
        #"{"acc":3.5,"alt":42,"bat":0.75,"cog":271.5,"data":{"confidence":0.9,"grid":"g1-3","t_in":1795314000000},"dev":"car-01","ev":"grid.enter","grids":["g1","g1-3"],"ign":true,"lat":40.0123457,"line":{"along":812,"id":"l1","off":-4.5,"on":true},"log":"00112233aabbccdd","lon":116.54,"mode":3,"plan":7,"sat":11,"seq":43,"spd":8.25,"src":"gnss","st":"enroute","t":1795314000123,"tq":"gnss","trg":"event","unit":"01","up":987654,"v":1}"#,
        #"{"dev":"car-01","disk_free":1000000,"gnss":{"age_s":0.4,"mode":3,"refused":{"old":2},"sat":11},"queue":12,"queue_age_s":33.5,"t":1795314000123,"temp_c":41,"up":987654,"v":1,"volt":13.8}"#,
        #"{"log":"00112233aabbccdd","records":[{"acc":3.5,"dev":"car-01","lat":40.01,"log":"00112233aabbccdd","lon":116.54,"mode":3,"seq":42,"src":"gnss","st":"patrol","t":1795314000123,"tq":"gnss","trg":"turn","unit":"01","up":987654,"v":1}],"v":1}"#,
        #"{"key":"room-1","plan":"{\"type\":\"FeatureCollection\"}","revision":7,"sig":"c2ln","v":1}"#,
        #"{"dev":"car-01","id":"c-1","ok":false,"reason":"busy","t":1795314001000,"v":1}"#,
        #"{"online":true,"since":1795310000000,"v":1}"#,
        #"{"boot":1795313000000,"connect":3,"dev":"car-01","log":"00112233aabbccdd","next":44,"online":true,"plan":7,"profile":"vehicle-usb-gnss","unit":"01","v":1,"version":"0.1.0"}"#,
        #"{"v":1,"id":"i-1","lat":40.02,"lon":116.55,"by":"110","place":"x","category":"y","priority":2,"note":"z"}"#,
    ]

    private static let topics = [
        "patrol/1/jinzhan/car-01/pos", "patrol/1/jinzhan/room", "patrol/1/jinzhan/room/incident",
        "patrol/1/jinzhan/car-01/cmd",
    ]

    private static let requests = [
        #"{"do":"say","status":"busy"}"#, #"{"do":"checkin","officers":["012345"]}"#,
        #"{"do":"input","input":"sos","level":0.5}"#,
    ]

    func run(in folder: String, _ drive: FuzzDrive) async throws {
        try await drive { random in
            let bytes = Spoiling.bytes(
                Array((Self.messages.randomElement(using: &random) ?? "").utf8),
                isText: true,
                &random
            )
            try Self.read(Record.self, bytes)
            try Self.read(Backlog.self, bytes)
            try Self.read(DeviceState.self, bytes)
            try Self.read(DeviceHealth.self, bytes)
            try Self.read(CommandResult.self, bytes)
            try Self.read(Acknowledgement.self, bytes)
            try Self.read(SignedPlan.self, bytes)
            try Self.read(Command.self, bytes)
            try Self.read(RoomState.self, bytes)
            try Self.read(IncidentCall.self, bytes)
            do throws(WireError) {
                _ = try Topic(Spoiling.text(Self.topics.randomElement(using: &random) ?? "", &random)).description
            } catch { _ = "\(error)" }
            let request = Spoiling.text(Self.requests.randomElement(using: &random) ?? "", &random)
            do { _ = try JSONDecoder().decode(ConsoleRequest.self, from: Data(request.utf8)).isUrgent } catch {
                _ = "\(error)"
            }
        }
    }

    /// What can be read can be written, and read again.
    private static func read<Message: WireMessage>(_ type: Message.Type, _ bytes: [UInt8]) throws {
        let message: Message
        do throws(WireError) { message = try WireCoder().decode(type, from: bytes) } catch {
            _ = "\(error)"
            return
        }
        do throws(WireError) {
            _ = try WireCoder().decode(type, from: try WireCoder().encode(message))
        } catch {
            throw FuzzFinding("\(type) was read and cannot be written and read again: \(error)")
        }
    }
}

/// What is shown of other people's words.
struct TextFuzz: FuzzKind {
    let name = "text"

    func run(in folder: String, _ drive: FuzzDrive) async throws {
        try await drive { random in
            let text = Spoiling.text("tea is ready \u{1B}[2J\u{9B}1m\r\n\u{2028}\u{202E} 数字大厦", &random)
            let line = text.plainLine(atMost: Int.random(in: 0...40, using: &random))
            let isPlain = line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
            guard isPlain, !line.contains(where: \.isNewline) else {
                throw FuzzFinding("a control is left in '\(line)'")
            }
            _ = text.plainJSON
        }
    }
}

/// Patrol plans, and what follows a unit on them.
struct PlanFuzz: FuzzKind {
    let name = "plan"

    func run(in folder: String, _ drive: FuzzDrive) async throws {
        guard let town = Town(seed: 7) else { return }
        let head = #""timezone":"Asia/Shanghai""#
        let text = TownPlan(town).geoJSON(revision: 3)
            .replacing(head, with: head + #","validFrom":"2026-11-01","validTo":"2027-11-01T06:00:00+08:00""#)
        let key = PlanSigner(newKeyNamed: "station").keyFile
        let reader = PlanReader { ZoneFiles.zone(named: $0) }
        try await drive { random in
            _ = PlanSigner(keyFile: Spoiling.text(key, &random))
            do throws(PlanError) {
                let plan = try reader.read(Array(Spoiling.text(text, &random).utf8))
                Self.follow(plan, from: town.coordinate(of: town.nodes[0].point), &random)
            } catch {
                guard !"\(error)".isEmpty else { throw FuzzFinding("a plan was refused without a word") }
            }
        }
    }

    private static func follow(_ plan: PatrolPlan, from place: Coordinate, _ random: inout SplitMix64) {
        var tracker = Tracker()
        var time: Int64 = [0, 1_795_428_000_000, .max / 2, -1].randomElement(using: &random) ?? 0
        _ = tracker.adopt(plan, at: time)
        for _ in 0..<20 {
            time += Int64.random(in: 0...5_000_000, using: &random)
            let there = Coordinate(
                latitude: place.latitude + .random(in: -0.02...0.02, using: &random),
                longitude: place.longitude + .random(in: -0.02...0.02, using: &random)
            )
            var fix = Fix(received: time, coordinate: there ?? place, mode: 3)
            fix.speed = .random(in: 0...90, using: &random)
            _ = tracker.observe(fix, time: time)
            _ = tracker.tick(time: time)
        }
        _ = tracker.postsDue(at: time)
    }
}
