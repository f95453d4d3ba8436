import ArgumentParser
import BrokerLink
import Logging
import PatrolWire
import Program
import Rig
import Settings
import Simulation
import Threading

/// `patrol-bench intake`: records a second that one room stores and acknowledges.
struct IntakeBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intake",
        abstract: "Records a second that one room takes from a real broker, stores and acknowledges."
    )
    @OptionGroup var options: BenchOptions

    @Option(help: "Devices that send at the same time.")
    var devices: Int = 8

    @Option(help: "Records of each device.")
    var records: Int = 12_000

    private struct Health: Decodable {
        let stored: Int
    }

    func validate() throws {
        guard (1...200).contains(self.devices), (60...1_000_000).contains(self.records) else {
            throw ValidationError("--devices must be from 1 to 200, --records from 60 to 1000000")
        }
    }

    func run() async throws {
        var rates: [Double] = []
        do {
            for _ in 0..<self.options.runs { rates.append(try await self.measure()) }
        } catch let error as RigError {
            throw ProgramFailure(.failure, "\(error)")
        }
        self.options.show([
            "records": Double(self.devices * self.records), "devices": Double(self.devices),
            "records_per_s": median(rates).rounded(), "runs": Double(rates.count),
        ])
    }

    /// One run on a fresh store; the messages are made beforehand.
    private func measure() async throws -> Double {
        guard let town = Town(seed: 7), let station = Name(ConfigurationText.station) else { return 0 }
        let messages = try (0..<self.devices).map { try self.messages(of: $0, station: station) }
        return try await withTemporaryFolder("bench") { folder in
            let ports = try FreePort.take(2)
            try writeFile("\(folder)/town.osm", town.openStreetMapXML)
            let room = try sibling("command-room")
            _ = try await runProgramToEnd(
                room,
                ["roads", "import", "\(folder)/town.osm", "--output", "\(folder)/town.roads"]
            )
            try writeFile(
                "\(folder)/room.yaml",
                ConfigurationText.room(folder: folder, broker: ports[0], http: ports[1])
            )
            return try await RealPrograms.withMosquitto(port: ports[0], folder: folder) { _ in
                try await withProgram(room, ["run", "--config", "\(folder)/room.yaml"], logFile: "\(folder)/room.log") {
                    program in
                    try await RealPrograms.waitForPort(ports[1], of: program)
                    try await eventually("the room listening to the broker") {
                        program.log.contains("Connected to broker") ? () : nil
                    }
                    let client = RoomClient(port: ports[1])
                    let began = ContinuousClock.now
                    try await self.send(messages, to: ports[0])
                    try await eventually("everything stored", within: .seconds(300), every: .milliseconds(20)) {
                        try await client.ask("GET", "/healthz").decode(Health.self).stored == self.devices
                            * self.records ? () : nil
                    }
                    return Double(self.devices * self.records) / ((ContinuousClock.now - began) / .seconds(1))
                }
            }
        }
    }

    private func send(_ messages: [[BrokerMessage]], to port: UInt16) async throws {
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, messages) in messages.enumerated() {
                let address = BrokerAddress(endpoint: HostPort(host: "127.0.0.1", port: port))
                let link = BrokerLink(
                    BrokerLink.Configuration(address: address, clientID: "bench-\(index)", subscriptions: []),
                    logger: logger,
                    will: { nil }
                )
                group.addTask {
                    let running = Task { try await link.run() }
                    defer { running.cancel() }
                    for await change in link.changes where change == .up { break }
                    try await withThrowingTaskGroup(of: Void.self) { sends in
                        for (number, message) in messages.enumerated() {
                            if number >= 16 { try await sends.next() }
                            sends.addTask { try await link.publish(message) }
                        }
                        try await sends.waitForAll()
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func messages(of device: Int, station: Name) throws -> [BrokerMessage] {
        guard let name = Name.device("car-\(device)") else { return [] }
        let log = String(repeating: "0", count: 16 - "\(device)".count) + "\(device)"
        let topic = "\(Topic.device(station: station, device: name, channel: .backlog))"
        let coder = WireCoder()
        return try stride(from: 1, through: self.records, by: Backlog.mostRecords).map { first in
            let last = min(first + Backlog.mostRecords - 1, self.records)
            let records = try (first...last).map { number in
                var record = Record(
                    device: name.text,
                    unit: "\(device)",
                    log: log,
                    sequence: Int64(number),
                    time: 1_795_314_000_000 + Int64(number),
                    timeQuality: .gnss,
                    uptime: Int64(number),
                    trigger: .time,
                    status: .patrol
                )
                record.setPlace(latitude: 40.02 + Double(number % 1_000) / 1e5, longitude: 116.55)
                (record.accuracy, record.speed, record.course, record.mode, record.satellites) = (
                    3.5, 8.25, 271.5, 3, 11
                )
                record.source = .gnss
                return try coder.encode(record)
            }
            return BrokerMessage(topic: topic, payload: Backlog.splice(log: log, records: records))
        }
    }
}
