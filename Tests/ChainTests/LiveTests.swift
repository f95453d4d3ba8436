import FoundationEssentials
import Glibc
import PatrolWire
import Rig
import TestSupport
import Testing
import Threading

@Suite("The live stream", .serialized, .realPrograms, .timeLimit(.minutes(5)))
struct LiveTests {
    private func publish(_ chain: Chain, _ topic: String, _ text: String) async throws {
        let result = try await runProgramToEnd(
            "/usr/bin/mosquitto_pub",
            ["-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t", topic, "-m", text]
        )
        #expect(result.status == 0, "\(result.errors)")
    }

    private func position(_ device: String, _ sequence: Int, latitude: Double) throws -> String {
        var record = Record(
            device: device,
            unit: "01",
            log: "00112233aabbccdd",
            sequence: Int64(sequence),
            time: SystemClock.wallMilliseconds,
            timeQuality: .gnss,
            uptime: 1,
            trigger: .time,
            status: .patrol
        )
        record.setPlace(latitude: latitude, longitude: 116.5553)
        return String(decoding: try WireCoder().encode(record), as: UTF8.self)
    }

    @Test("an incident that a sensor tells over MQTT is on the board, once, with its source")
    func incidentOverMQTT() async throws {
        struct Incidents: Decodable {
            struct Incident: Decodable {
                let id: String
                let by: String
                let station: String?
            }
            let incidents: [Incident]
        }
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    let call = #"{"v":1,"id":"110-7","lat":40.0201,"lon":116.5553,"by":"110","category":"fight"}"#
                    try await chain.waitForLog("command-room.log", "Connected to broker")
                    for _ in 0..<2 { try await self.publish(chain, "patrol/1/jinzhan/room/incident", call) }
                    try await self.publish(chain, "patrol/1/jinzhan/room/incident", "rubbish")
                    let found = try await eventually("the incident") {
                        let all = try await chain.room.ask("GET", "/api/v1/incidents").decode(Incidents.self).incidents
                        return all.isEmpty ? nil : all
                    }
                    #expect(found.map(\.id) == ["110-7"] && found[0].by == "110" && found[0].station == "jinzhan")
                }
            }
        }
    }

    @Test("a page that was there first sees the first unit that reports", .chain(.room))
    func firstChange() async throws {
        let chain = try Chain.current
        let page = Task { try await self.listen(chain, until: { $0.contains("car-01") }) }
        _ = try await eventually("the page looks on") {
            try await chain.room.ask("GET", "/metrics").text.contains("patrollink_pages 1") ? true : nil
        }
        try await chain.withBroker { _ in
            try await chain.waitForLog("command-room.log", "Connected to broker")
            let text = try self.position("car-01", 1, latitude: 40.02)
            try await self.publish(chain, "patrol/1/jinzhan/car-01/pos", text)
            let stream = try await page.value
            #expect(stream.contains("car-01"))
        }
    }

    @Test("a page that comes back gets what changed since, each thing once, as it is now", .chain(.broker, .room))
    func resume() async throws {
        let chain = try Chain.current
        try await chain.waitForLog("command-room.log", "Connected to broker")
        for device in ["car-01", "car-02"] {
            let text = try self.position(device, 1, latitude: 40.02)
            try await self.publish(chain, "patrol/1/jinzhan/\(device)/pos", text)
        }
        let first = try await self.listen(chain, until: { $0.contains("car-02") })
        #expect(first.contains(#""whole":true"#))
        let id = try #require(
            first.split(separator: "\n").last { $0.hasPrefix("id: ") }?.dropFirst("id: ".count)
        )
        for number in 2...6 {
            let text = try self.position("car-01", number, latitude: 40.02 + Double(number) / 10_000)
            try await self.publish(chain, "patrol/1/jinzhan/car-01/pos", text)
        }
        // The broker has all five; what the page is owed "as it is now" begins when the room has the last.
        _ = try await eventually("the room has the last position") {
            try await chain.room.ask("GET", "/api/v1/units").text.contains("40.0206") ? true : nil
        }
        let again = try await self.listen(chain, after: String(id), until: { $0.contains("40.0206") })
        #expect(!again.contains("car-02") && !again.contains("40.0203"))
    }

    @Test("the whole state is had by itself, compressed, and the stream goes on from there", .chain(.broker, .room))
    func state() async throws {
        struct Whole: Decodable {
            struct Unit: Decodable { let device: String }
            let after: String
            let whole: Bool
            let units: [Unit]
        }
        let chain = try Chain.current
        try await chain.waitForLog("command-room.log", "Connected to broker")
        for device in ["car-01", "car-02"] {
            try await self.publish(
                chain,
                "patrol/1/jinzhan/\(device)/pos",
                try self.position(device, 1, latitude: 40.02)
            )
        }
        let whole = try await eventually("both units") {
            let state = try await chain.room.ask("GET", "/api/v1/state").decode(Whole.self)
            return state.units.count == 2 ? state : nil
        }
        #expect(whole.whole)
        try await self.publish(chain, "patrol/1/jinzhan/car-01/pos", try self.position("car-01", 2, latitude: 40.0207))
        let stream = try await self.listen(chain, after: whole.after, until: { $0.contains("40.0207") })
        #expect(stream.contains("40.0207") && !stream.contains(#""whole":true"#) && !stream.contains("car-02"))
        let refused = try await chain.room.ask("GET", "/api/v1/state?after=1")
        #expect(refused.status == 400)
    }

    @Test(
        "a page that does not read costs the room no memory",
        .disabled(if: Places.areSanitized, "a sanitizer keeps what is freed")
    )
    func slowReader() async throws {
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { room in
                    try await chain.waitForLog("command-room.log", "Connected to broker")
                    let sockets = (0..<20).compactMap { _ in LoopbackPort.connect(chain.http) }
                    defer { for socket in sockets { close(socket) } }
                    let request = Array("GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
                    for socket in sockets { send(socket, request, request.count, CInt(MSG_NOSIGNAL)) }
                    func megabytes() -> Int {
                        let pages = readFile("/proc/\(room.pid)/statm").split(separator: " ").dropFirst().first
                        return (pages.flatMap { Int($0) } ?? 0) * 4_096 / 1_048_576
                    }
                    /// Several hundred devices, each with thousands of bytes of call sign, again and again.
                    func flood(_ round: Int) async throws {
                        let lines = try (0..<300).map {
                            try self.position("car-\($0 % 99 + 1)", round * 300 + $0, latitude: 40)
                        }
                        try writeFile("\(chain.folder)/flood", lines.joined(separator: "\n") + "\n")
                        _ = try await runProgramToEnd(
                            "/bin/sh",
                            [
                                "-c",
                                "for d in 1 2 3 4; do sed \"s/car-[0-9]*/car-$d/\" '\(chain.folder)/flood' | mosquitto_pub "
                                    + "-p \(chain.broker) -V 5 -q 1 -t patrol/1/jinzhan/car-$d/pos -l; done",
                            ]
                        )
                    }
                    for round in 1...3 { try await flood(round) }
                    let before = megabytes()
                    for round in 4...20 { try await flood(round) }
                    #expect(megabytes() - before < 25, "\(before) MB grew to \(megabytes()) MB")
                }
            }
        }
    }

    /// What comes over the stream until it holds something.
    private func listen(
        _ chain: Chain,
        after id: String? = nil,
        until isEnough: @escaping @Sendable (String) -> Bool
    ) async throws -> String {
        guard let socket = LoopbackPort.connect(chain.http) else { throw RigError.missing(program: "room") }
        let resume = id.map { "Last-Event-ID: \($0)\r\n" } ?? ""
        let request = Array("GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\(resume)\r\n".utf8)
        send(socket, request, request.count, CInt(MSG_NOSIGNAL))
        var patience = timeval(tv_sec: 15, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        return await onOwnThread("stream") {
            defer { close(socket) }
            var text = ""
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while !isEnough(text) {
                let count = recv(socket, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                text += String(decoding: buffer[..<count], as: UTF8.self)
            }
            // The pieces that the answer came in are told apart by line ends of their own.
            return text.replacing("\r\n", with: "\n")
        }
    }
}
