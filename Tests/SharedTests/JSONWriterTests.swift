import Ground
import Testing

@testable import PatrolWire

@Suite("Records as bytes")
struct JSONWriterTests {
    @Test("the short way writes what the general one writes, for thousands of random records")
    func same() throws {
        var random = SplitMix64(seed: 5)
        let texts = ["01", "京A·巡\"01\"", "back\\slash", "line\nfeed\t\u{1}\u{7F}", "", "😀/é"]
        for number in 1...2_000 {
            var record = Record(
                device: "car-01",
                unit: texts[number % texts.count],
                log: "00112233aabbccdd",
                sequence: Int64(number),
                time: Int64.random(in: 0...4_000_000_000_000, using: &random),
                timeQuality: [.gnss, .ntp, .rtc, .none][number % 4],
                uptime: Int64(number) * 7,
                trigger: .drift,
                status: .patrol
            )
            record.setPlace(
                latitude: Double.random(in: -90...90, using: &random),
                longitude: Double.random(in: -180...180, using: &random)
            )
            if number % 2 == 0 {
                record.accuracy = Double.random(in: 0...100, using: &random).rounded(decimals: 1)
                record.altitude = [-0.5, 0, 1e-7, 8_848][number % 8 / 2]
                (record.speed, record.course, record.mode, record.satellites) = (12.34, 0, 3, 11)
                (record.source, record.ignition, record.battery, record.plan) = (.gnss, true, 0.5, 3)
                record.grids = ["g1", texts[number % texts.count]]
                record.line = LinePosition(id: "l", off: -3.5, along: 1_200, on: true)
            }
            if number % 3 == 0 {
                record.event = .gridEnter
                record.data = [
                    "b": .array([.null, .bool(true), .double(1.5)]), "a": .object(["z": .int(1), "y": .string("\"")]),
                ]
            }
            let coder = WireCoder()
            let (short, general) = (try coder.encode(record: record), try coder.encode(record))
            #expect(String(decoding: short, as: UTF8.self) == String(decoding: general, as: UTF8.self))
        }
    }

    /// A position record of which every key has a value.
    private var full: Record {
        var record = Record(
            device: "car-01",
            unit: "京A·巡01",
            log: "00112233aabbccdd",
            sequence: 7,
            time: 1_780_000_000_123,
            timeQuality: .gnss,
            uptime: 7_000,
            trigger: .drift,
            status: .patrol
        )
        record.setPlace(latitude: 41.1499, longitude: -8.61)
        (record.accuracy, record.altitude, record.speed, record.course) = (3.5, -12.25, 0, 359.9)
        (record.mode, record.satellites, record.source, record.ignition) = (3, 11, .gnss, false)
        (record.battery, record.grids, record.plan) = (0.5, ["g1", "网格二"], 3)
        record.line = LinePosition(id: "l", off: -3.5, along: 1_200, on: true)
        return record
    }

    /// Both ways to the same record, or to the same refusal.
    private func expectSame(_ bytes: [UInt8], _ comment: @autoclosure () -> String = "") {
        let coder = WireCoder()
        func outcome(_ read: () throws -> Record) -> (Record?, String) {
            do { return (try read(), "") } catch { return (nil, "\(error)") }
        }
        let general = outcome { try coder.decode(Record.self, from: bytes) }
        let short = outcome { try coder.decode(record: bytes) }
        #expect(short == general, "\(comment()) \(String(decoding: bytes, as: UTF8.self))")
    }

    @Test("the short way reads what it wrote, every key and each of them missing")
    func readsBack() throws {
        let whole = try WireCoder().encode(record: self.full)
        #expect(PlainRecordReader.record(whole) == self.full)
        let changes: [(inout Record) -> Void] = [
            { $0.accuracy = nil }, { $0.altitude = nil }, { $0.battery = nil }, { $0.course = nil }, { $0.grids = nil },
            { $0.grids = [] }, { $0.ignition = nil }, { $0.line = nil }, { $0.mode = nil }, { $0.plan = nil },
            { $0.satellites = nil }, { $0.speed = nil }, { $0.source = nil }, { $0.unit = "" },
        ]
        for change in changes {
            var record = self.full
            change(&record)
            let bytes = try WireCoder().encode(record: record)
            #expect(PlainRecordReader.record(bytes) == record)
            self.expectSame(bytes)
        }
    }

    @Test("whatever is spelt otherwise is read as the general way reads it, or refused as it refuses it")
    func spellings() throws {
        let text = String(decoding: try WireCoder().encode(record: self.full), as: UTF8.self)
        let swaps: [(String, String)] = [
            ("\"spd\":0", "\"spd\":-0"), ("\"spd\":0", "\"spd\":00"), ("\"spd\":0", "\"spd\":0."),
            ("\"spd\":0", "\"spd\":.5"),
            ("\"spd\":0", "\"spd\":1e2"), ("\"spd\":0", "\"spd\":1E-2"), ("\"spd\":0", "\"spd\":null"),
            ("\"spd\":0", "\"spd\":"),
            ("\"spd\":0", "\"spd\":0.12345678901234567"), ("\"spd\":0", "\"spd\":123456789012345678901234567890"),
            ("\"spd\":0", "\"spd\":\"0\""), ("\"spd\":0", "\"spd\":0,\"spd\":1"), ("\"spd\":0", "\"spd\":-"),
            ("\"seq\":7", "\"seq\":7.0"), ("\"seq\":7", "\"seq\":0"), ("\"seq\":7", "\"seq\":-0"),
            ("\"seq\":7", "\"seq\":-7"),
            ("\"seq\":7", "\"seq\":9223372036854775808"), ("\"seq\":7,", ""), ("\"v\":1", "\"v\":2"),
            ("\"v\":1", "\"v\":1.0"),
            ("\"v\":1", "\"v\":true"), ("\"v\":1", "\"v\":1,\"z\":{\"a\":[1]}"), ("\"v\":1", "\"v\":1,\"z\":tru"),
            ("}", "} "), ("}", "}x"),
            ("}", ""), ("{", " {"), (":", " : "), ("car-01", "car-\\u0030"), ("car-01", "car-\u{1}"),
            ("car-01", "room"),
            ("\"dev\":", "\"d\\u0065v\":"), ("patrol", "nothing"), ("gnss", "sun"), ("\"lat\":41.1499", "\"lat\":91"),
            ("\"lat\":41.1499,", ""),
            ("[\"g1\",", "[\"g1\",,"), ("[\"g1\",", "[1,"), ("\"on\":true", "\"on\":true,\"x\":1"),
            ("\"on\":true", "\"on\":1"),
            ("\"bat\":0.5", "\"bat\":1.5"), ("\"mode\":3", "\"mode\":4"), ("\"acc\":3.5", "\"acc\":3.5,\"aaa\":1"),
        ]
        for (old, new) in swaps {
            let bytes = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
            #expect(bytes != Array(text.utf8), "\(old) is not there")
            self.expectSame(bytes, "\(old) -> \(new)")
        }
        self.expectSame(Array(text.utf8) + [0])
        self.expectSame(Array(text.replacing("京", with: "").utf8).map { $0 == 0xC2 ? 0xFF : $0 })
        self.expectSame([])
    }

    @Test("one byte that is another, one too many, one too few: both ways come to the same, thousands of times")
    func fuzz() throws {
        var random = SplitMix64(seed: 11)
        let whole = try WireCoder().encode(record: self.full)
        let alphabet = Array(#"0123456789.-+eE{}[]":,\ tfnu"#.utf8)
        for _ in 0..<6_000 {
            var bytes = whole
            for _ in 0...Int.random(in: 0...1, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                let byte = alphabet.randomElement(using: &random) ?? 0
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                default: bytes.remove(at: place)
                }
            }
            self.expectSame(bytes)
        }
    }

    @Test("a message of backlog is read as the general way reads it, with its records as they were written")
    func backlog() throws {
        let coder = WireCoder()
        var second = self.full
        (second.sequence, second.event, second.data) = (8, .gridEnter, ["grid": .string("{\"]")])
        let bodies = [try coder.encode(record: self.full), try coder.encode(record: second)]
        let message = Backlog.splice(log: self.full.log, records: bodies, dropped: [1...2])
        let read = try coder.decode(backlog: message)
        #expect(read.backlog == (try coder.decode(Backlog.self, from: message)) && read.bodies == bodies)
        // A key that this version does not know stays in the bytes.
        let text = String(decoding: message, as: UTF8.self)
        let newer = Array(text.replacing("\"seq\":7,", with: "\"new\":[{}],\"seq\":7,").utf8)
        #expect(String(decoding: try coder.decode(backlog: newer).bodies[0], as: UTF8.self).contains("\"new\":[{}]"))
        let swaps: [(String, String)] = [
            ("[{", "[ {"), ("},{", "}, {"), ("},{", "}x{"), ("},{", "}{"),
            ("\"records\":[", "\"records\":[],\"records\":["),
            ("\"records\"", "\"rec\\u006frds\""), ("\"v\":1}", "\"v\":2}"), ("]", ""),
            ("\"records\":[", "\"records\":{"), ("\"log\":\"00", "\"log\":\"zz"),
            ("\"dropped\":[[1,2]],", ""), ("[1,2]", "[2,1]"), ("\"records\":[", "\"records\":[[],"),
            ("\"records\":[", "\"records\":[1,"),
            ("\"trg\":\"drift\"", "\"trg\":\"why\""),
        ]
        for (old, new) in swaps {
            let changed = Array(text.replacing(old, with: new, maxReplacements: 1).utf8)
            func outcome(_ read: () throws -> Backlog) -> Backlog? { do { return try read() } catch { return nil } }
            let general = outcome { try coder.decode(Backlog.self, from: changed) }
            #expect(outcome { try coder.decode(backlog: changed).backlog } == general, "\(old) -> \(new)")
        }
        // A second list under another spelling of the key: both ways take the same one, with its own bytes.
        let hidden = Array(
            text.replacing(
                "{\"dropped\"",
                with: "{\"r\\u0065cords\":[\(String(decoding: bodies[1], as: UTF8.self))],\"dropped\""
            ).utf8
        )
        let (backlog, own) = try coder.decode(backlog: hidden)
        #expect(backlog == (try coder.decode(Backlog.self, from: hidden)))
        #expect(try own.map { try coder.decode(record: $0) } == backlog.records)
        for broken in [#"{"records":[{"#, "]]", #"{"records":"\"#, "", "{}"] {
            #expect(throws: WireError.self, "\(broken)") { try coder.decode(backlog: Array(broken.utf8)) }
        }
    }
}
