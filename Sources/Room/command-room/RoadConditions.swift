import Board
import Dispatching
import Logging
import PatrolWire
import Plan
import RoadSearch
import ServiceLifecycle
import Threading
import TimeToScene

/// Keeps the roads' weights as the hour and the closures have them.
struct RoadConditions: Service {
    let estimator: TimeToScene
    let closures: ClosureDesk
    let zone: LocalZone
    let feed: LiveFeed
    let logger: Logger

    private static let round: Duration = .milliseconds(200)
    /// The load is rounded to such steps: a smaller change is not worth new weights.
    private static let step = 0.05

    /// The load of a moment, ms since 1970 UTC.
    static func load(_ day: TrafficDay, _ zone: LocalZone, at now: Int64) -> Double {
        let local = zone.local(now / 1_000)
        let days = Int((Double(local) / 86_400).rounded(.down))
        let hour = Double(Int(local) - days * 86_400) / 3_600
        // 1970-01-01 was a Thursday.
        let load = day.load(hour: hour, isWeekend: ((days + 3) % 7 + 7) % 7 >= 5)
        return (load / Self.step).rounded() * Self.step
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var inForce: (load: Double, closures: [Closure])?
            while !Task.isCancelled {
                let now = SystemClock.wallMilliseconds
                let load = Self.load(self.estimator.day, self.zone, at: now)
                let holding = await self.closures.holding(at: now)
                if inForce?.load != load || inForce?.closures != holding {
                    let estimator = self.estimator
                    // On a thread of its own: it computes for a while, and nobody should wait.
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
