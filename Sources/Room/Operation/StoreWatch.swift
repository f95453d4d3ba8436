package import Intake
package import Live
import ServiceLifecycle
import Threading

/// Sees when a batch takes too long to be stored: a store that hangs tells nobody by itself.
package struct StoreWatch: Service {
    private let meter: IntakeMeter
    private let health: RoomHealth

    /// Creates the watch.
    ///
    /// - Parameters:
    ///   - meter: The intake's counts.
    ///   - health: The room's own health.
    package init(
        meter: IntakeMeter,
        health: RoomHealth
    ) {
        self.meter = meter
        self.health = health
    }

    private static let round: Duration = .seconds(1)
    /// A batch of a thousand messages takes some 30 ms, ms.
    private static let longest: Int64 = 3_000

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let now = SystemClock.bootMilliseconds
                if let began = self.meter.storingSince, now - began > Self.longest {
                    self.health.note(
                        .store,
                        detail: "a batch of records has not been stored for \((now - began) / 1_000) s",
                        now: SystemClock.wallMilliseconds
                    )
                }
                await pause(for: Self.round)
            }
        }
    }
}
