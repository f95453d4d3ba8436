package import Logging
package import Reporting
import ServiceLifecycle
import Threading

/// Keeps the sums of hours as records come: those of the last hour once it has ended, and older ones when a backlog brings more.
package struct HourlySums: Service {
    private let keeper: HourKeeper
    private let logger: Logger

    /// How often it is looked for work.
    private static let round: Duration = .seconds(30)
    /// Between two portions, so that the intake has its turn.
    private static let breath: Duration = .milliseconds(50)

    /// Creates the service.
    package init(_ keeper: HourKeeper, logger: Logger) { (self.keeper, self.logger) = (keeper, logger) }

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var complaint: String?
            while !Task.isCancelled {
                do {
                    while !Task.isCancelled, try await self.next() > 0 { await pause(for: Self.breath) }
                    complaint = nil
                } catch is CancellationError {
                    return
                } catch {
                    // Reports read the records meanwhile; it is tried again.
                    if complaint != "\(error)" { self.logger.error("Sums of hours are not kept: \(error)") }
                    complaint = "\(error)"
                }
                await pause(for: Self.round)
            }
        }
    }

    private func next() async throws -> Int {
        let isWanted = Locked(true)
        return try await withTaskCancellationHandler {
            try await self.keeper.keepNext(now: SystemClock.wallMilliseconds) { isWanted.withLock { $0 } }
        } onCancel: {
            isWanted.withLock { $0 = false }
        }
    }
}
