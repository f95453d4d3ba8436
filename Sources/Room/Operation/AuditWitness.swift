package import History
package import Logging
import ServiceLifecycle
import Threading

/// Writes the newest mark of the audit into the log, where whoever can change the store has not written: a chain that was
/// reckoned anew no longer goes through it.
package struct AuditWitness: Service {
    private let casebook: Casebook
    private let logger: Logger

    private static let round: Duration = .seconds(60)
    /// Rounds between two marks in the log; the first one is written as soon as there is one.
    private static let roundsPerMark = 60

    /// Creates the witness.
    ///
    /// - Parameters:
    ///   - casebook: The audit's.
    ///   - logger: Where its marks are written.
    package init(casebook: Casebook, logger: Logger) { (self.casebook, self.logger) = (casebook, logger) }

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var (told, round): (AuditMark?, Int) = (nil, 0)
            while !Task.isCancelled {
                defer { round += 1 }
                guard told == nil || round % Self.roundsPerMark == 0 else {
                    await pause(for: Self.round)
                    continue
                }
                let head = await onQuietThread("audit witness") { [casebook] in Result { try casebook.auditHead() } }
                switch head {
                case .success(let head?) where head != told:
                    self.logger.info("The audit stands at \(head)")
                    told = head
                case .success: break
                case .failure(let error): self.logger.error("The audit cannot be read: \(error)")
                }
                await pause(for: Self.round)
            }
        }
    }
}
