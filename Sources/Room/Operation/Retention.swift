package import History
package import Logging
import ServiceLifecycle
import Threading

/// Deletes what is older than the configuration keeps, a little at a time, so that the intake never waits for it.
package struct Retention: Service {
    private let history: History
    private let days: Double
    private let hourDays: Double
    private let logger: Logger

    /// Creates the service.
    ///
    /// - Parameters:
    ///   - history: The records.
    ///   - days: Age at which a record is deleted, days.
    ///   - hourDays: Age at which the sum of an hour, and what officers did, is deleted, days.
    ///   - logger: Log.
    package init(
        history: History,
        days: Double,
        hourDays: Double,
        logger: Logger
    ) {
        self.history = history
        (self.days, self.hourDays) = (days, hourDays)
        self.logger = logger
    }

    private static let round: Duration = .seconds(3_600)
    private static let portion = 2_000

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.forget()
                await self.forgetHours()
                await pause(for: Self.round)
            }
        }
    }

    private func forget() async {
        let cutoff = SystemClock.wallMilliseconds - Int64(self.days * 86_400_000)
        var count = 0
        do {
            while !Task.isCancelled {
                let portion = try await self.history.forget(before: cutoff, limit: Self.portion)
                count += portion
                if portion < Self.portion { break }
                await pause(for: .milliseconds(50))
            }
        } catch {
            self.logger.error("Old records not deleted: \(error)")
        }
        if count > 0 { self.logger.info("\(count) records older than \(self.days) days deleted") }
    }

    private func forgetHours() async {
        let cutoff = SystemClock.wallMilliseconds - Int64(self.hourDays * 86_400_000)
        do {
            while !Task.isCancelled,
                try await self.history.forgetHours(before: cutoff / 3_600_000, limit: Self.portion) > 0
            {
                await pause(for: .milliseconds(50))
            }
            while !Task.isCancelled, try await self.history.forgetDeeds(before: cutoff, limit: Self.portion) > 0 {
                await pause(for: .milliseconds(50))
            }
        } catch {
            self.logger.error("Old sums of hours and deeds not deleted: \(error)")
        }
    }
}
