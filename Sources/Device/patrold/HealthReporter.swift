import BrokerLink
import FoundationEssentials
import Glibc
import Logging
import Outbox
import PatrolWire
import Position
import ServiceLifecycle
import SetupCheck
import Systemd
import Threading
import Uplink

/// Says how the device is: to the room, to a file for a technician at the device, and to systemd's watchdog.
struct HealthReporter: Service {
    let station: Name
    let device: Name
    let folder: String
    let outbox: Outbox
    let link: BrokerLink
    let uplink: Uplink
    let vitals: Vitals
    /// The device's certificate; `nil` where it has none.
    let certificate: String?
    let logger: Logger

    private static let round: Duration = .seconds(5)
    /// After so many rounds the start is over.
    private static let roundsOfStart = 2
    /// Rounds between two messages to the room, unless the link has just come up.
    private static let roundsPerMessage = 12

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var round = 0
            var wasUp = false
            while !Task.isCancelled {
                let signs = self.vitals.current
                if SystemdNotify.watchdogInterval != nil, signs.isWell(at: SystemClock.bootMilliseconds) {
                    SystemdNotify.alive()
                }
                do {
                    let health = try await self.health(signs)
                    try self.writeStatus(health, signs)
                    let isUp = self.uplink.isUp
                    if isUp, !wasUp || round % Self.roundsPerMessage == 0 { try await self.publish(health) }
                    wasUp = isUp
                } catch {
                    self.logger.debug("Health not reported: \(error)")
                }
                round += 1
                if round == Self.roundsOfStart { releaseUnusedCode() }
                await pause(for: Self.round)
            }
        }
    }

    private func health(_ signs: VitalSigns) async throws -> DeviceHealth {
        let now = SystemClock.bootMilliseconds
        var health = DeviceHealth(device: self.device.text, time: SystemClock.wallMilliseconds, uptime: now)
        let waiting = try await self.outbox.waiting()
        health.queue = waiting.count
        health.queueAge = waiting.oldest.map { Double(max(0, health.time - $0)) / 1_000 }
        health.gnss = GNSSHealth(
            mode: signs.fix.map { now - $0.received < 10_000 ? $0.mode : 1 } ?? 0,
            satellites: signs.fix?.satellites,
            age: signs.fix.map { (Double(now - $0.received) / 1_000).rounded(decimals: 1) },
            refused: signs.refused.isEmpty ? nil : signs.refused
        )
        // It may have been renewed since the last look.
        health.certificateEnds = self.certificate.flatMap(CertificateLife.end).map { $0 * 1_000 }
        health.temperature = Self.temperature
        var space = statvfs()
        if statvfs(self.folder, &space) == 0 { health.diskFree = Int64(space.f_bavail) * Int64(space.f_frsize) }
        return health
    }

    private func publish(_ health: DeviceHealth) async throws {
        let topic = Topic.device(station: self.station, device: self.device, channel: .health)
        try await self.link.publish(
            BrokerMessage(
                topic: "\(topic)",
                payload: try WireCoder().encode(health),
                qualityOfService: Channel.health.qualityOfService,
                isRetained: Channel.health.isRetained,
                expirySeconds: Channel.health.expirySeconds
            )
        )
    }

    /// `status.json` beside the outbox: the health message, and whether the chain, the link and the room are there.
    private func writeStatus(_ health: DeviceHealth, _ signs: VitalSigns) throws {
        let status = Status(
            health: health,
            working: signs.isWell(at: SystemClock.bootMilliseconds),
            connected: self.uplink.isUp,
            room: self.uplink.isRoomOnline,
            full: signs.stuckSince != nil
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(status).write(to: URL(filePath: "\(self.folder)/status.json"), options: .atomic)
    }

    private struct Status: Encodable {
        let health: DeviceHealth
        let working: Bool
        let connected: Bool
        let room: Bool
        let full: Bool
    }

    /// The first thermal zone, °C; `nil` where the kernel shows none.
    private static var temperature: Double? {
        guard let handle = fopen("/sys/class/thermal/thermal_zone0/temp", "r") else { return nil }
        defer { fclose(handle) }
        var buffer = [CChar](repeating: 0, count: 32)
        guard fgets(&buffer, CInt(buffer.count), handle) != nil else { return nil }
        let text = String(decoding: buffer.prefix { $0 >= 48 && $0 <= 57 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return Double(text).map { ($0 / 1_000).rounded(decimals: 1) }
    }
}
