import Ground
package import Incidents
package import Intake
package import Logging
import PatrolWire
package import Plan
import ServiceLifecycle
import Threading
import Units

/// Calls the roll at set times, and at random ones that nobody can know before.
package struct RollCallSchedule: Service {
    /// What the configuration says.
    package struct Settings: Sendable, Hashable {
        /// Minutes of the local day.
        package var times: [Int] = []
        /// Calls a day at random between 8 and 22 o'clock.
        package var randomPerDay = 0
        /// Time to answer, s.
        package var seconds = 60.0
        /// Whether the officer has to answer, and not the device alone.
        package var needsOfficer = true
        /// The team that is called; `nil` for everybody on duty.
        package var team: Team?

        /// Creates settings that call nobody.
        package init() {}
    }

    private let settings: Settings
    private let zone: LocalZone
    private let units: UnitTable
    private let desk: RollCallDesk
    private let logger: Logger

    /// Creates the schedule.
    ///
    /// - Parameters:
    ///   - settings: What the configuration says.
    ///   - zone: Zone of the local day.
    ///   - units: The live table.
    ///   - desk: Incidents, and what devices are to be told of them.
    ///   - logger: Log.
    package init(
        settings: Settings,
        zone: LocalZone,
        units: UnitTable,
        desk: RollCallDesk,
        logger: Logger
    ) {
        self.settings = settings
        self.zone = zone
        self.units = units
        self.desk = desk
        self.logger = logger
    }

    private static let round: Duration = .seconds(5)
    private static let waking = 8 * 60..<22 * 60

    /// The minutes of a day, by its number since 1970, at which the roll is called.
    ///
    /// `secret` makes the random ones different in each run of the room: nobody can know them.
    package static func minutes(_ settings: Settings, day: Int, secret: UInt64) -> [(minute: Int, actor: String)] {
        var random = SplitMix64(seed: secret ^ UInt64(bitPattern: Int64(day)))
        let chance = (0..<settings.randomPerDay).map { _ in Int.random(in: Self.waking, using: &random) }
        return settings.times.map { ($0, "schedule") } + chance.map { ($0, "chance") }
    }

    /// Runs until graceful shutdown.
    package func run() async throws {
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
        let members = self.units.all
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
