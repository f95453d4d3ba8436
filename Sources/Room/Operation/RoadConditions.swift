import Dispatching
package import Incidents
package import Live
package import Logging
import PatrolWire
package import Plan
package import RoadSearch
import ServiceLifecycle
import Threading
package import TimeToScene

/// Keeps the roads' weights as the hour and the closures have them.
package struct RoadConditions: Service {
    private let estimator: TimeToScene
    private let closures: ClosureDesk
    private let zone: LocalZone
    private let feed: LiveFeed
    private let logger: Logger

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - estimator: Times to scene.
    ///   - closures: Closed roads.
    ///   - zone: Zone of the local day.
    ///   - feed: Pages that look on.
    ///   - logger: Log.
    package init(
        estimator: TimeToScene,
        closures: ClosureDesk,
        zone: LocalZone,
        feed: LiveFeed,
        logger: Logger
    ) {
        self.estimator = estimator
        self.closures = closures
        self.zone = zone
        self.feed = feed
        self.logger = logger
    }

    private static let round: Duration = .milliseconds(200)
    /// The load is rounded to such steps: a smaller change is not worth new weights.
    private static let step = 0.05

    /// The load of a moment, ms since 1970 UTC.
    package static func load(_ day: TrafficDay, _ zone: LocalZone, at now: Int64) -> Double {
        let local = zone.local(now / 1_000)
        let days = Int((Double(local) / 86_400).rounded(.down))
        let hour = Double(Int(local) - days * 86_400) / 3_600
        // 1970-01-01 was a Thursday.
        let load = day.load(hour: hour, isWeekend: ((days + 3) % 7 + 7) % 7 >= 5)
        return (load / Self.step).rounded() * Self.step
    }

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var inForce: (load: Double, closures: [Closure])?
            while !Task.isCancelled {
                let now = SystemClock.wallMilliseconds
                let load = Self.load(self.estimator.day, self.zone, at: now)
                let holding = await self.closures.holding
                if inForce?.load != load || inForce?.closures != holding {
                    let estimator = self.estimator
                    // On a thread of its own: it computes for a while, and nothing should wait for it.
                    await onOwnThread("roads") {
                        let closures = RoadClosures(holding, on: estimator.network, at: now)
                        estimator.reweigh(load: load, closures: closures)
                    }
                    self.logger.debug("Roads weighed anew: load \(load), \(holding.count) closures")
                    inForce = (load, holding)
                    self.feed.touch(.closures)
                }
                await pause(for: Self.round)
            }
        }
    }
}
