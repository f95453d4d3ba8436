import ServiceLifecycle
import Threading

/// Tells systemd's watchdog that the service works, each time after it was seen to.
///
/// What hangs answers no question, and then systemd hears nothing and starts the service anew.
package struct WatchdogService: Service {
    private let isWell: @Sendable () async -> Bool

    /// Seconds between two looks where systemd does not watch; nothing is asked then.
    private static let idle: Duration = .seconds(60)

    /// Creates the service.
    ///
    /// - Parameter isWell: Asks the parts of the service; it must not return before they have answered.
    package init(isWell: @escaping @Sendable () async -> Bool) { self.isWell = isWell }

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            let interval = SystemdNotify.watchdogInterval
            while !Task.isCancelled {
                if interval != nil, await self.isWell() { SystemdNotify.alive() }
                // Three times as often as it has to be heard: a busy second costs nobody the room.
                await pause(for: interval.map { .milliseconds($0 / 3) } ?? Self.idle)
            }
        }
    }
}
