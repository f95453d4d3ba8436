import UnixSignals

/// Runs until SIGINT or SIGTERM cancels it, or until it ends by itself.
func untilInterrupted(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await body() }
        group.addTask { for await _ in signals { return } }
        defer { group.cancelAll() }
        try await group.next()
    }
}
