import Board
import Dispatching
import Ground
import Logging
import PatrolWire
import Plan
import ServiceLifecycle
import Threading
import Units

/// Calls the roll at set times, and at times that nobody knows before.
struct RollCallSchedule: Service {
    /// What the configuration says.
    struct Settings: Sendable, Hashable {
        /// Minutes of the local day.
        var times: [Int] = []
        /// Calls a day at random between 8 and 22 o'clock.
        var randomPerDay = 0
        var seconds = 60.0
        var needsOfficer = true
        /// Who is called; `nil` for everybody on duty.
        var team: Team?
    }

    let settings: Settings
    let zone: LocalZone
    let units: UnitTable
    let desk: RollCallDesk
    let logger: Logger

    private static let round: Duration = .seconds(5)
    private static let waking = 8 * 60..<22 * 60

    /// The minutes of a day, by its number since 1970, at which the roll is called.
    ///
    /// `secret` makes the random ones different in each run of the room: nobody can know them.
    static func minutes(_ settings: Settings, day: Int, secret: UInt64) -> [(minute: Int, actor: String)] {
        var random = SplitMix64(seed: secret ^ UInt64(bitPattern: Int64(day)))
        let chance = (0..<settings.randomPerDay).map { _ in Int.random(in: Self.waking, using: &random) }
        return settings.times.map { ($0, "schedule") } + chance.map { ($0, "chance") }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            let secret = UInt64.random(in: .min ... .max)
            var last = self.localMinute
            while !Task.isCancelled {
                await pause(for: Self.round)
                let now = self.localMinute
                for minute in last + 1..<max(last + 1, now + 1) {
                    for due in Self.minutes(self.settings, day: minute / 1_440, secret: secret)
                    where due.minute == minute % 1_440 {
                        await self.call(due.actor)
                    }
                }
                last = max(last, now)
            }
        }
    }

    /// Minutes of local time since 1970.
    private var localMinute: Int { Int(self.zone.local(SystemClock.wallMilliseconds / 1_000) / 60) }

    private func call(_ actor: String) async {
        let members = self.units.withLock { $0.all }
            .filter { unit in
                let isMeant = self.settings.team?.has(unit) ?? true
                return isMeant && unit.status != .off && unit.isOnline
            }
            .map { RollCall.Member(station: $0.station.text, device: $0.device.text, unit: $0.callSign) }
        guard !members.isEmpty else { return self.logger.notice("Roll call by \(actor): nobody is on duty") }
        do {
            _ = try await self.desk.call(
                members,
                seconds: self.settings.seconds,
                needsOfficer: self.settings.needsOfficer,
                actor: actor,
                origin: "room"
            )
        } catch {
            self.logger.error("Roll call by \(actor) was not kept: \(error)")
        }
    }
}
