import BrokerLink
import FoundationEssentials
import Logging
import PatrolWire
import Rig
import Settings
import Simulation
import TestSupport
import Testing
import Threading

@Suite("From gpsd to the command room, all programs real", .serialized, .realPrograms, .timeLimit(.minutes(6)))
struct ChainTests {
    private struct Units: Decodable {
        struct Unit: Decodable {
            struct Position: Decodable {
                let lat: Double
                let lon: Double
                let tq: String
            }

            let device: String
            let station: String
            let unit: String
            let status: String?
            let online: Bool
            let position: Position?
        }

        let units: [Unit]
    }

    @Test(
        "a recording goes in, its places come out to the seventh decimal",
        .enabled(if: Places.hasData, Comment(rawValue: Places.noData))
    )
    func recording() async throws {
        let recording = try Recording("bt451")
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold { _ in
                            try await chain.waitForLog("patrold.log", "answers")
                            try await recording.play(on: line, pause: .milliseconds(10))
                            let unit = try await eventually("the last place in GET units") { () -> Units.Unit? in
                                let answer = try await chain.room.ask("GET", "/api/v1/units")
                                let unit = try answer.decode(Units.self).units.first
                                guard let place = unit?.position else { return nil }
                                return Recording.Place(place.lat, place.lon) == recording.places.last ? unit : nil
                            }
                            #expect(
                                unit.device == "car-01" && unit.station == "jinzhan" && unit.unit == "01" && unit.online
                            )
                            // The recording is of 2009, and gpsd makes 2029 of it: its date cannot be, its place can.
                            #expect(unit.position?.tq == "rtc" || unit.position?.tq == "ntp")
                        }
                    }
                }
            }
        }
    }

    @Test("what travels matches the contract: topics, quality of service, retained, keys", .chain(.broker))
    func contract() async throws {
        let chain = try Chain.current
        let seen = Collector<ReceivedMessage>()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let listener = BrokerLink(
            BrokerLink.Configuration(
                address: BrokerAddress(endpoint: HostPort(host: "127.0.0.1", port: chain.broker)),
                clientID: "listener",
                subscriptions: ["patrol/#"]
            ),
            logger: logger,
            will: { nil }
        )
        let running = Task { try await listener.run() }
        // What was said before it listens is not for it.
        var changes = listener.changes.makeAsyncIterator()
        #expect(await changes.next() == .up)
        let reading = Task {
            while let batch = await listener.inbox.nextBatch() { for message in batch { seen.add(message) } }
        }
        try await chain.withRoom { _ in
            try await chain.withGPSD { line in
                try await chain.withPatrold { _ in
                    try await chain.feeding(line) {
                        try await eventually("positions") {
                            seen.all.filter { $0.topic.hasSuffix("/pos") }.count > 20 ? () : nil
                        }
                        try await eventually("health") {
                            seen.all.contains { $0.topic.hasSuffix("/health") } ? () : nil
                        }
                    }
                }
            }
        }
        try await eventually("the goodbye") {
            seen.all.last { $0.topic.hasSuffix("/car-01/state") }
                .flatMap { String(decoding: $0.payload, as: UTF8.self).contains("\"online\":false") ? () : nil }
        }
        running.cancel()
        reading.cancel()
        let coder = WireCoder()
        var online: [Bool] = []
        var hasHealth = false
        var sequences: [Int64] = []
        var events: [EventKind] = []
        for message in seen.all {
            switch try Topic(message.topic) {
            case .room: _ = try coder.decode(RoomState.self, from: message.payload)
            case .incident, .incidentReceipt, .task, .taskReceipt: Issue.record("a device tells no incidents or tasks")
            case .device(_, let device, let channel):
                #expect(device.text == "car-01")
                switch channel {
                case .position:
                    let record = try coder.decode(Record.self, from: message.payload)
                    #expect(record.event == nil && record.timeQuality == .gnss && record.source == .gnss)
                    sequences.append(record.sequence)
                case .event:
                    let record = try coder.decode(Record.self, from: message.payload)
                    sequences.append(record.sequence)
                    if let event = record.event { events.append(event) }
                case .state: online.append(try coder.decode(DeviceState.self, from: message.payload).online)
                case .acknowledgement:
                    _ = try coder.decode(Acknowledgement.self, from: message.payload)
                case .health:
                    let health = try coder.decode(DeviceHealth.self, from: message.payload)
                    #expect(health.device == "car-01" && health.queue != nil && health.diskFree ?? 0 > 0)
                    hasHealth = true
                // What a busy machine could not send live comes later.
                case .backlog: _ = try coder.decode(Backlog.self, from: message.payload)
                case .result, .plan, .assignment, .command: Issue.record("unexpected \(message.topic)")
                }
            }
        }
        #expect(online == [true, false], "\(readFile("\(chain.folder)/patrold.log").suffix(2_000))")
        #expect(hasHealth)
        // Both were stopped in order, and so ended without a complaint.
        for log in ["patrold.log", "command-room.log"] {
            #expect(!readFile("\(chain.folder)/\(log)").contains("unexpectedly"))
        }
        #expect(events.first == .deviceStart && events.last == .deviceStop)
        #expect(Set(sequences).count == sequences.count, "a number came twice")
    }

    @Test("killed at any moment, no number is lost, doubled or reused", .timeLimit(.minutes(6)))
    func kills() async throws {
        try await Chain.with { chain in
            try await chain.withGPSD { line in
                try await chain.feeding(line) {
                    var kept: [Int] = []
                    for round in 1...8 {
                        try await chain.withPatrold { patrold in
                            try await chain.waitForRecords(kept.count + 3 + round % 3)
                            patrold.send(9)
                            try await eventually("the end of patrold") { patrold.isAlive ? nil : () }
                        }
                        let now = try await chain.outboxSequences()
                        #expect(Array(now.prefix(kept.count)) == kept)
                        #expect(now == Array(1...now.count))
                        kept = now
                    }
                    let check = try await runProgramToEnd(
                        "/usr/bin/sqlite3",
                        ["\(chain.folder)/state/outbox.sqlite", "PRAGMA integrity_check"]
                    )
                    #expect(check.output == "ok\n")
                }
            }
        }
    }

    @Test(
        "a full disk is said once; what was stored stays, and tracking goes on when there is room again",
        .disabled(if: Places.areSanitized, "a sanitizer's runtime does not live under a file-size limit")
    )
    func fullDisk() async throws {
        try await Chain.with { chain in
            try await chain.withGPSD { line in
                try await chain.feeding(line) {
                    // No file beyond 96 KiB: the outbox's log hits that after some records.
                    try await chain.withPatrold(wrapper: "trap '' XFSZ; ulimit -f 96; exec \"$@\"") { patrold in
                        try await chain.waitForLog("patrold.log", "no space left")
                        #expect(patrold.isAlive)
                    }
                    #expect(readFile("\(chain.folder)/patrold.log").components(of: "no space left") == 1)
                    let kept = try await chain.outboxSequences()
                    #expect(!kept.isEmpty && kept == Array(1...kept.count))
                    try await chain.withPatrold { _ in try await chain.waitForRecords(kept.count + 5) }
                    let after = try await chain.outboxSequences()
                    #expect(after == Array(1...after.count))
                }
            }
        }
    }

    @Test("broker, gpsd and room may come in any order, and nobody complains twice")
    func anyOrder() async throws {
        try await Chain.with { chain in
            try await chain.withPatrold { patrold in
                try await chain.withRoom { room in
                    try await chain.waitForLog("patrold.log", "gpsd at 127.0.0.1:\(chain.gpsd) cannot be reached")
                    try await chain.waitForLog("patrold.log", "broker 127.0.0.1:\(chain.broker) cannot be reached")
                    try await chain.waitForLog("command-room.log", "broker 127.0.0.1:\(chain.broker) cannot be reached")
                    try await chain.withGPSD { line in
                        try await chain.feeding(line) {
                            try await chain.withBroker { _ in
                                try await eventually("the unit in the room", within: .seconds(60)) {
                                    try await chain.room.ask("GET", "/api/v1/units").decode(Units.self)
                                        .units.first?.position.map { _ in () }
                                }
                            }
                        }
                    }
                    #expect(patrold.isAlive && room.isAlive)
                    #expect(patrold.log.components(of: "cannot be reached: can't connect") <= 2)
                }
            }
        }
    }
}

extension String {
    /// How often a text occurs.
    func components(of text: String) -> Int { self.split(separator: text, omittingEmptySubsequences: false).count - 1 }
}
