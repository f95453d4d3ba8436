import Foundation
import PatrolWire
import Testing

@Suite("The wire, version 1")
struct WireTests {
    static let record: Record = {
        var record = Record(
            device: "car-01",
            unit: "01",
            log: "00112233aabbccdd",
            sequence: 42,
            time: 1_795_314_000_123,
            timeQuality: .gnss,
            uptime: 987_654,
            trigger: .turn,
            status: .patrol
        )
        record.setPlace(latitude: 40.012_345_678_9, longitude: 116.540_000_04)
        record.accuracy = 3.5
        record.altitude = 42
        record.speed = 8.25
        record.course = 271.5
        record.mode = 3
        record.satellites = 11
        record.source = .gnss
        return record
    }()

    static let event: Record = {
        var record = Self.record
        record.sequence = 43
        record.trigger = .event
        record.status = .enroute
        record.ignition = true
        record.battery = 0.75
        record.grids = ["g1", "g1-3"]
        record.line = LinePosition(id: "l1", off: -4.5, along: 812, on: true)
        record.plan = 7
        record.event = .gridEnter
        record.data = ["grid": .string("g1-3"), "t_in": .int(1_795_314_000_000), "confidence": .double(0.9)]
        return record
    }()

    static let state = DeviceState(
        device: "car-01",
        unit: "01",
        online: true,
        log: "00112233aabbccdd",
        boot: 1_795_313_000_000,
        connect: 3,
        version: "0.1.0",
        profile: "vehicle-usb-gnss",
        plan: 7,
        next: 44
    )

    static let health: DeviceHealth = {
        var health = DeviceHealth(device: "car-01", time: 1_795_314_000_123, uptime: 987_654)
        health.queue = 12
        health.queueAge = 33.5
        health.gnss = GNSSHealth(mode: 3, satellites: 11, age: 0.4, refused: ["old": 2])
        health.voltage = 13.8
        health.temperature = 41
        health.diskFree = 1_000_000
        health.certificateEnds = 1_866_000_000_000
        return health
    }()

    /// Each message as it lies in a golden file: what other people's programs were written against.
    static let messages: [(name: String, message: any WireMessage & Hashable)] = [
        ("pos", record),
        ("evt", event),
        ("log", Backlog(log: "00112233aabbccdd", records: [record, event])),
        ("state", state),
        ("health", health),
        ("ack", Acknowledgement(log: "00112233aabbccdd", upTo: 40, have: [42...43, 50...50])),
        ("plan", SignedPlan(revision: 7, key: "room-1", signature: "c2ln", plan: #"{"type":"FeatureCollection"}"#)),
        (
            "cmd",
            Command(
                id: "c-1",
                kind: .dispatch,
                time: 1_795_314_000_000,
                expires: 1_795_314_060_000,
                actor: "wang",
                data: ["incident": .string("i-9")]
            )
        ),
        (
            "res",
            CommandResult(id: "c-1", device: "car-01", time: 1_795_314_001_000, ok: false, reason: "busy", data: nil)
        ),
        ("room", RoomState(online: true, since: 1_795_310_000_000)),
    ]

    private static func file(_ name: String) throws -> Data {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
        var data = try Data(contentsOf: url)
        if data.last == UInt8(ascii: "\n") { data.removeLast() }
        return data
    }

    @Test("writes each message to the byte, and reads it back", arguments: messages.map(\.name))
    func matchesGolden(name: String) throws {
        func check<M: WireMessage & Hashable>(_ message: M) throws {
            let expected = try Self.file(name)
            #expect(
                String(decoding: try WireCoder().encode(message), as: UTF8.self)
                    == String(decoding: expected, as: UTF8.self)
            )
            #expect(try WireCoder().decode(M.self, from: Array(expected)) == message)
        }
        for (other, message) in Self.messages where other == name { try check(message) }
    }

    @Test("ignores keys that it does not know, at every level")
    func unknownKeys() throws {
        var text = String(decoding: try Self.file("evt"), as: UTF8.self)
        text = text.replacingOccurrences(of: "\"v\":1", with: "\"v\":1,\"zz\":{\"deep\":[1,null]}")
        text = text.replacingOccurrences(of: "\"off\":", with: "\"new\":1,\"off\":")
        #expect(try WireCoder().decode(Record.self, from: Array(text.utf8)) == Self.event)
    }

    @Test("keeps an event kind that a newer device invented")
    func unknownEvent() throws {
        let text = String(decoding: try Self.file("evt"), as: UTF8.self).replacingOccurrences(
            of: "grid.enter",
            with: "drone.up"
        )
        #expect(try WireCoder().decode(Record.self, from: Array(text.utf8)).event == EventKind(rawValue: "drone.up"))
    }

    @Test(
        "refuses another version before it looks at anything else",
        arguments: ["{\"v\":2}", "{\"v\":0,\"dev\":3}", "{}", "{\"v\":\"1\"}"]
    )
    func otherVersion(text: String) {
        let error = #expect(throws: WireError.self) { try WireCoder().decode(Record.self, from: Array(text.utf8)) }
        guard case .unsupported = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test(
        "names what is malformed",
        arguments: [
            ("\"seq\":42", "\"seq\":0", "'seq'"),
            ("\"seq\":42", "\"seq\":\"42\"", "'seq'"),
            ("\"lat\":40.0123457", "\"lat\":95", "'lat'"),
            ("\"lat\":40.0123457,", "", "'lat' and 'lon'"),
            ("00112233aabbccdd", "xyz", "'log'"),
            ("\"dev\":\"car-01\"", "\"dev\":\"room\"", "'dev'"),
            ("\"tq\":\"gnss\"", "\"tq\":\"moon\"", "'tq'"),
            ("\"mode\":3", "\"mode\":1", "'mode'"),
            ("\"t\":1795314000123,", "", "'t'"),
        ]
    )
    func malformed(from: String, to: String, expected: String) throws {
        let text = String(decoding: try Self.file("pos"), as: UTF8.self)
        #expect(text.contains(from))
        let broken = text.replacingOccurrences(of: from, with: to)
        let error = #expect(throws: WireError.self) { try WireCoder().decode(Record.self, from: Array(broken.utf8)) }
        #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
    }

    @Test("rubbish never crashes it")
    func rubbish() throws {
        let good = try Self.file("evt")
        for seed in 0..<2_000 as Range<UInt64> {
            var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
            func next() -> Int {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                return Int(state >> 33)
            }
            var bytes = Array(good)
            for _ in 0...(next() % 4) { bytes[next() % bytes.count] = UInt8(truncatingIfNeeded: next()) }
            bytes = Array(bytes.prefix(next() % (bytes.count + 1)))
            _ = try? WireCoder().decode(Record.self, from: bytes)
            _ = try? WireCoder().decode(Backlog.self, from: bytes)
        }
        #expect(try WireCoder().decode(Record.self, from: Array(good)) == Self.event)
    }
}

@Suite("Topics")
struct TopicTests {
    @Test("are built and parsed alike", arguments: Channel.allCases)
    func roundTrip(channel: Channel) throws {
        let topic = Topic.device(
            station: try #require(Name("jinzhan")),
            device: try #require(Name.device("car-01")),
            channel: channel
        )
        #expect("\(topic)" == "patrol/1/jinzhan/car-01/\(channel.rawValue)")
        #expect(try Topic("\(topic)") == topic)
    }

    @Test("the room has its own")
    func room() throws {
        let topic = Topic.room(station: try #require(Name("jinzhan")))
        #expect("\(topic)" == "patrol/1/jinzhan/room")
        #expect(try Topic("patrol/1/jinzhan/room") == topic)
    }

    @Test(
        "refuses what is not in the contract",
        arguments: [
            "", "patrol", "patrol/2/a/b/pos", "patrol/1/a/b", "patrol/1/a/b/what", "patrol/1/A/b/pos",
            "patrol/1/a/room/pos",
            "patrol/1/a/-b/pos", "patrol/1//b/pos", "patrol/1/a/b/pos/x", "/patrol/1/a/b/pos",
        ]
    )
    func foreign(text: String) {
        #expect(throws: WireError.foreignTopic(text)) { try Topic(text) }
    }

    @Test(
        "name rules",
        arguments: [("a", true), ("0-9", true), ("", false), ("-a", false), ("a_b", false), ("Ä", false)]
    )
    func names(text: String, isGood: Bool) { #expect((Name(text) != nil) == isGood) }

    @Test("a name has at most 32 characters")
    func longNames() {
        #expect(Name(String(repeating: "a", count: 32)) != nil)
        #expect(Name(String(repeating: "a", count: 33)) == nil)
    }
}
