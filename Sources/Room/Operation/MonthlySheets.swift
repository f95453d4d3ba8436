package import Logging
package import Reporting
import ServiceLifecycle
import Threading

/// Sees to it that each month has its sheet when it is over.
package struct MonthlySheets: Service {
    private let maker: SheetMaker
    private let logger: Logger

    /// How often the month is looked at: nobody waits for its sheet at midnight.
    private static let round: Duration = .seconds(600)

    /// Creates the service.
    package init(_ maker: SheetMaker, logger: Logger) { (self.maker, self.logger) = (maker, logger) }

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var empty: String?
            while !Task.isCancelled {
                do {
                    switch try await self.maker.makeIfDue(but: empty) {
                    case .nothing: break
                    case .made(let month): self.logger.info("The sheet of \(month) is made")
                    case .empty(let month): empty = month
                    }
                } catch {
                    self.logger.error("The month's sheet cannot be made, it is tried again: \(error)")
                }
                await pause(for: Self.round)
            }
        }
    }
}
