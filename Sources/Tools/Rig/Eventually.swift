/// Waits for a condition with a deadline.
///
/// - Parameters:
///   - what: What is waited for, for the error.
///   - within: How long at most.
///   - every: How often to look.
///   - probe: Returns a value once the condition holds; what it throws until then is kept for the error.
/// - Returns: The value.
/// - Throws: ``RigError/late(what:seconds:last:)``, or `CancellationError`.
package func eventually<T: Sendable>(
    _ what: String,
    within: Duration = .seconds(30),
    every: Duration = .milliseconds(50),
    probe: () async throws -> T?
) async throws -> T {
    let deadline = ContinuousClock.now + within
    var last = ""
    while true {
        do {
            if let value = try await probe() { return value }
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            last = "\(error)"
        }
        guard ContinuousClock.now < deadline else {
            throw RigError.late(what: what, seconds: within / .seconds(1), last: last)
        }
        try await Task.sleep(for: every)
    }
}

/// Waits until a condition holds.
///
/// - Throws: ``RigError/late(what:seconds:last:)``, or `CancellationError`.
package func eventually(
    _ what: String,
    within: Duration = .seconds(30),
    every: Duration = .milliseconds(50),
    condition: () async throws -> Bool
) async throws {
    let _: Void = try await eventually(what, within: within, every: every, probe: { try await condition() ? () : nil })
}
