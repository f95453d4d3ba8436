/// The programs that PatrolLink talks to, started on free loopback ports.
package enum RealPrograms {
    private static let mosquitto = "/usr/sbin/mosquitto"
    private static let gpsd = "/usr/sbin/gpsd"

    /// Starts an MQTT broker and waits until it listens.
    ///
    /// - Parameters:
    ///   - port: Loopback port.
    ///   - folder: Where its configuration and log go.
    ///   - settings: More lines of configuration.
    ///   - body: What is done while it runs.
    /// - Returns: What `body` returns.
    /// - Throws: ``RigError``, or what `body` throws.
    package static func withMosquitto<R: Sendable>(
        port: UInt16,
        folder: String,
        settings: String = "allow_anonymous true\nmax_queued_messages 0",
        _ body: (RunningProgram) async throws -> R
    ) async throws -> R {
        let configuration = "\(folder)/mosquitto.conf"
        try writeFile(configuration, "listener \(port) 127.0.0.1\n\(settings)\n")
        return try await withProgram(
            Self.mosquitto,
            ["-c", configuration],
            logFile: "\(folder)/mosquitto.log"
        ) { program in
            try await Self.waitForPort(port, of: program)
            return try await body(program)
        }
    }

    /// Starts gpsd on a source such as `tcp://127.0.0.1:4000` or a pseudo terminal, and waits until it listens.
    package static func withGPSD<R: Sendable>(
        port: UInt16,
        source: String,
        folder: String,
        _ body: (RunningProgram) async throws -> R
    ) async throws -> R {
        try await withProgram(
            Self.gpsd,
            ["-N", "-n", "-S", "\(port)", source],
            logFile: "\(folder)/gpsd.log"
        ) { program in
            try await Self.waitForPort(port, of: program)
            return try await body(program)
        }
    }

    /// Waits until a program listens on a loopback port; fails at once when the program has ended.
    package static func waitForPort(_ port: UInt16, of program: RunningProgram) async throws {
        try await eventually("\(program.name) listening on port \(port)") {
            guard program.isAlive else {
                throw RigError.ended(
                    program: program.name,
                    how: "before it listened",
                    log: String(program.log.suffix(400))
                )
            }
            return LoopbackPort.isOpen(port) ? () : nil
        }
    }
}
