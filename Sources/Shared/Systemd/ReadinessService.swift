import ServiceLifecycle

/// Tells systemd when the chain runs and when it stops; add it last, so that it is ready last.
package struct ReadinessService: Service {
    private let status: String

    /// Creates the service; `status` is what `systemctl status` shows while it runs.
    package init(status: String) { self.status = status }

    /// Says ready, waits for the graceful shutdown, says stopping.
    package func run() async throws {
        SystemdNotify.ready(status: self.status)
        try await gracefulShutdown()
        SystemdNotify.stopping()
    }
}
