import ArgumentParser
import BrokerLink
import Glibc
import Ground
import Logging
import PatrolWire
import Program
import Rig
import Settings
import Simulation
import Threading

/// `patrol-bench board`: from a device's position to the pages that look on.
struct BoardBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "board",
        abstract: "Let thousands of units report once a second while pages look on, and measure when they see it."
    )

    @Option(help: "Units, each once a second.")
    var units: Int = 10_000

    @Option(help: "Pages that look on.")
    var pages: Int = 20

    @Option(help: "Seconds that are measured.")
    var seconds: Int = 20

    @OptionGroup var options: BenchOptions

    private static let links = 8

    func validate() throws {
        guard (1...100_000).contains(self.units), (1...500).contains(self.pages), (1...3_600).contains(self.seconds)
        else { throw ValidationError("--units, --pages and --seconds must be positive") }
    }

    func run() async throws {
        do {
            try await self.measure()
        } catch let error as RigError {
            throw ProgramFailure(.failure, "\(error)")
        }
    }

    private func measure() async throws {
        guard let town = Town(seed: 7) else { return }
        try await withTemporaryFolder("bench-board") { folder in
            let ports = try FreePort.take(2)
            try writeFile("\(folder)/town.osm", town.openStreetMapXML)
            let room = try sibling("command-room")
            _ = try await runProgramToEnd(
                room,
                ["roads", "import", "\(folder)/town.osm", "--output", "\(folder)/town.roads"]
            )
            let text =
                ConfigurationText.room(folder: folder, broker: ports[0], http: ports[1])
                + "devices: { most: 200000 }\n"
            try writeFile("\(folder)/room.yaml", text)
            try await RealPrograms.withMosquitto(
                port: ports[0],
                folder: folder,
                settings: "allow_anonymous true\nmax_queued_messages 0"
            ) { _ in
                try await withProgram(room, ["run", "--config", "\(folder)/room.yaml"], logFile: "\(folder)/room.log") {
                    program in
                    try await RealPrograms.waitForPort(ports[1], of: program)
                    try await self.measure(program, town, broker: ports[0], http: ports[1])
                }
            }
        }
    }

    private func measure(_ program: RunningProgram, _ town: Town, broker: UInt16, http: UInt16) async throws {
        let watchers = (0..<self.pages).map { PageWatcher(port: http, isMeasuring: $0 < 3) }
        for watcher in watchers { watcher.start() }
        let sender = UnitCrowd(units: self.units, links: Self.links, town: town, broker: broker)
        let sending = Task { try await sender.run() }
        defer {
            sending.cancel()
            for watcher in watchers { watcher.stop() }
        }
        // Everybody is known and the first rush is over before anything is measured.
        try await Task.sleep(for: .seconds(8))
        for watcher in watchers { watcher.clear() }
        let before = processorSeconds(of: program.pid)
        let sentBefore = sender.sent
        let clock = ContinuousClock()
        let began = clock.now
        var memory = 0.0
        for _ in 0..<self.seconds {
            try await Task.sleep(for: .seconds(1))
            memory = max(memory, residentMegabytes(of: program.pid))
        }
        let took = (clock.now - began) / .seconds(1)
        let delays = watchers.flatMap(\.delays)
        self.options.show([
            "units": Double(self.units), "pages": Double(self.pages),
            "positions_per_s": (Double(sender.sent - sentBefore) / took).rounded(),
            "p50_ms": percentile(0.5, of: delays), "p99_ms": percentile(0.99, of: delays),
            "seen": Double(delays.count),
            "room_cores": (processorSeconds(of: program.pid) - before) / took, "room_mb": memory,
        ])
    }
}

/// Many units on few connections: what is measured is the room and not the connections.
private final class UnitCrowd: Sendable {
    private let messages: [[(topic: String, record: Record)]]
    private let broker: UInt16
    private let count = Locked(0)

    var sent: Int { self.count.withLock { $0 } }

    init(units: Int, links: Int, town: Town, broker: UInt16) {
        var random = SplitMix64(seed: 3)
        var all: [[(String, Record)]] = Array(repeating: [], count: links)
        for number in 0..<units {
            var record = Record(
                device: "u-\(number)",
                unit: "\(number)",
                log: String(repeating: "0", count: 16 - String(number, radix: 16).count) + String(number, radix: 16),
                sequence: 1,
                time: 0,
                timeQuality: .gnss,
                uptime: 0,
                trigger: .time,
                status: .patrol
            )
            let node = town.nodes.randomElement(using: &random)?.point ?? PlanePoint(east: 0, north: 0)
            let place = town.coordinate(of: node)
            record.setPlace(latitude: place.latitude, longitude: place.longitude)
            (record.speed, record.course, record.accuracy) = (7, 90, 4)
            all[number % links].append(("patrol/1/\(ConfigurationText.station)/u-\(number)/pos", record))
        }
        self.messages = all
        self.broker = broker
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, messages) in self.messages.enumerated() {
                group.addTask { try await self.send(messages, number) }
            }
            try await group.waitForAll()
        }
    }

    private func send(_ messages: [(topic: String, record: Record)], _ number: Int) async throws {
        var logger = Logger(label: "crowd")
        logger.logLevel = .error
        let link = BrokerLink(
            BrokerLink.Configuration(
                address: BrokerAddress(endpoint: HostPort(host: "127.0.0.1", port: self.broker)),
                clientID: "crowd-\(number)",
                subscriptions: []
            ),
            logger: logger,
            will: { nil }
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await link.run() }
            group.addTask {
                let clock = ContinuousClock()
                let slices = 50
                var next = clock.now
                var records = messages
                var sequence: Int64 = 0
                while !Task.isCancelled {
                    sequence += 1
                    for slice in 0..<slices {
                        next += .milliseconds(1_000 / slices)
                        await pause(for: next - clock.now)
                        for index in stride(from: slice, to: records.count, by: slices) {
                            records[index].record.sequence = sequence
                            records[index].record.time = SystemClock.wallMilliseconds
                            let message = BrokerMessage(
                                topic: records[index].topic,
                                payload: try WireCoder().encode(record: records[index].record),
                                qualityOfService: 0,
                                isRetained: true
                            )
                            do { try await link.publish(message) } catch { continue }
                            self.count.withLock { $0 += 1 }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// A page: reads the live stream as fast as it comes and notes how old each position is then.
private final class PageWatcher: Sendable {
    private struct State: Sendable {
        var delays: [Double] = []
        var isOpen = true
    }

    private let port: UInt16
    private let isMeasuring: Bool
    private let state = Locked(State())

    init(port: UInt16, isMeasuring: Bool) { (self.port, self.isMeasuring) = (port, isMeasuring) }

    var delays: [Double] { self.state.withLock { $0.delays } }

    func clear() { self.state.withLock { $0.delays = [] } }

    func stop() { self.state.withLock { $0.isOpen = false } }

    func start() { startThread("page") { self.read() } }

    private func read() {
        guard let socket = LoopbackPort.connect(self.port) else { return }
        defer { close(socket) }
        let request = Array("GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:\(self.port)\r\n\r\n".utf8)
        send(socket, request, request.count, CInt(MSG_NOSIGNAL))
        let key = Array("\"seen\":".utf8)
        var matched = 0
        var number: Int64 = -1
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while self.state.withLock({ $0.isOpen }) {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            guard self.isMeasuring else { continue }
            let now = SystemClock.wallMilliseconds
            var found: [Double] = []
            for byte in buffer[..<count] {
                if number >= 0 {
                    if byte >= 48, byte <= 57 {
                        number = number * 10 + Int64(byte - 48)
                    } else {
                        found.append(Double(now - number))
                        number = -1
                    }
                } else if byte == key[matched] {
                    matched += 1
                    if matched == key.count { (matched, number) = (0, 0) }
                } else {
                    matched = byte == key[0] ? 1 : 0
                }
            }
            let all = found
            self.state.withLock { $0.delays += all }
        }
    }
}

/// Processor time that a process has used, s.
private func processorSeconds(of pid: Int32) -> Double {
    let stat = readFile("/proc/\(pid)/stat")
    let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
    guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
    return (user + system) / Double(sysconf(CInt(_SC_CLK_TCK)))
}

/// Resident memory of a process, MB.
private func residentMegabytes(of pid: Int32) -> Double {
    let pages = readFile("/proc/\(pid)/statm").split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
    return pages * Double(sysconf(CInt(_SC_PAGESIZE))) / 1_048_576
}
