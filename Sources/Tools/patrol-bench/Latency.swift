import BrokerLink
import Glibc
import Logging
import PatrolWire
import Rig
import Settings
import Threading

/// Measures from the moment gpsd says a position to the moment a subscriber of the broker has the record of it.
///
/// A client of gpsd and a subscriber, both in this process, note the same clock; the time that the receiver measured
/// tells which belong together.
final class Latency: Sendable {
    private struct State: Sendable {
        var said: [Int64: ContinuousClock.Instant] = [:]
        var milliseconds: [Double] = []
        var isOpen = true
    }

    private let state = Locked(State())

    /// Forgets what was measured so far.
    func clear() { self.state.withLock { $0.milliseconds = [] } }

    /// The delays measured so far, ms.
    var measured: [Double] { self.state.withLock { $0.milliseconds } }

    /// Measures while `body` runs.
    func watching<R: Sendable>(gpsd: UInt16, broker: UInt16, _ body: () async throws -> R) async throws -> R {
        guard let station = Name(ConfigurationText.station) else { throw RigError.system("station", "no name") }
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        let link = BrokerLink(
            BrokerLink.Configuration(
                address: BrokerAddress(endpoint: HostPort(host: "127.0.0.1", port: broker)),
                clientID: "latency",
                subscriptions: [Topic.filter(station: station, channel: .position)]
            ),
            logger: logger,
            will: { nil }
        )
        let running = Task { try await link.run() }
        let reading = Task {
            while let batch = await link.inbox.nextBatch() {
                for message in batch where !message.isRetained {
                    let record = try WireCoder().decode(Record.self, from: message.payload)
                    self.heard(record.time, at: message.arrival)
                }
            }
        }
        startThread("gpsd client") { self.listen(to: gpsd) }
        defer {
            self.state.withLock { $0.isOpen = false }
            running.cancel()
            reading.cancel()
        }
        return try await body()
    }

    private func heard(_ time: Int64, at now: ContinuousClock.Instant) {
        self.state.withLock { state in
            guard let said = state.said.removeValue(forKey: time % 86_400_000) else { return }
            state.milliseconds.append((now - said) / .milliseconds(1))
        }
    }

    /// Reads gpsd's JSON, line by line, until the measurement ends.
    private func listen(to port: UInt16) {
        guard let socket = LoopbackPort.connect(port) else { return }
        defer { close(socket) }
        let watch = Array("?WATCH={\"enable\":true,\"json\":true}\n".utf8)
        send(socket, watch, watch.count, CInt(MSG_NOSIGNAL))
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while self.state.withLock({ $0.isOpen }) {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            let now = ContinuousClock.now
            for byte in buffer[..<count] {
                guard byte == 10 else {
                    line.append(byte)
                    continue
                }
                if let time = Self.timeOfDay(line) { self.state.withLock { $0.said[time] = now } }
                line = []
            }
        }
    }

    /// Milliseconds of the day in `"time":"2026-11-22T06:19:24.100Z"` of a TPV.
    private static func timeOfDay(_ line: [UInt8]) -> Int64? {
        let text = String(decoding: line, as: UTF8.self)
        guard text.hasPrefix("{\"class\":\"TPV\""), let key = text.firstRange(of: "\"time\":\"") else { return nil }
        let clock = text[key.upperBound...].drop { $0 != "T" }.dropFirst().prefix { $0 != "Z" }
        let parts = clock.split { $0 == ":" || $0 == "." }.compactMap { Int64($0) }
        guard parts.count == 4 else { return nil }
        return ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1_000 + parts[3]
    }
}
