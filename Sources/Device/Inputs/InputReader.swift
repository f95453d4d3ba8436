import Glibc
package import Hardware
package import Logging
import ServiceLifecycle
import SystemErrors
import Threading

/// Reads the inputs of the machine and hands over what has settled.
package struct InputReader: Service {
    private let specs: [InputSpec]
    private let isSaving: @Sendable () -> Bool
    private let logger: Logger
    private let take: @Sendable (_ name: String, _ value: Double) -> Void

    /// Creates a reader; inputs that come over the socket are not its business.
    ///
    /// - Parameters:
    ///   - specs: The inputs.
    ///   - isSaving: Whether the battery is low, and so inputs marked `shed` are to be left alone.
    ///   - logger: Told once of each input that cannot be read.
    ///   - take: Given what has settled; must not wait.
    package init(
        _ specs: [InputSpec],
        isSaving: @escaping @Sendable () -> Bool,
        logger: Logger,
        take: @escaping @Sendable (_ name: String, _ value: Double) -> Void
    ) {
        self.specs = specs.filter { $0.source != .socket }
        (self.isSaving, self.logger, self.take) = (isSaving, logger, take)
    }

    /// Reads until graceful shutdown.
    package func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for spec in self.specs { group.addTask { await cancelWhenGracefulShutdown { await self.follow(spec) } } }
            // With nothing to read it still is a service that runs.
            group.addTask { try await gracefulShutdown() }
            try await group.waitForAll()
        }
    }

    private func follow(_ spec: InputSpec) async {
        var debounce = Debounce(patience: spec.debounce)
        var complained: String?
        var line: GPIOLine?
        while !Task.isCancelled {
            if !(spec.isShed && self.isSaving()) {
                switch Self.read(spec, &line) {
                case .success(let value):
                    complained = nil
                    if let settled = debounce.take(value, now: SystemClock.bootMilliseconds) {
                        self.take(spec.name, settled)
                    }
                case .failure(let trouble):
                    if complained != trouble.description {
                        self.logger.warning("Input \(spec.name): \(trouble); trying on")
                    }
                    complained = trouble.description
                }
            }
            // What is not there is not looked for ten times a second.
            await pause(for: complained == nil ? .milliseconds(spec.period) : .seconds(10))
        }
    }

    private static func read(_ spec: InputSpec, _ line: inout GPIOLine?) -> Result<Double, InputTrouble> {
        switch spec.source {
        case .gpio(let chip, let number, let isActiveLow):
            if line == nil {
                switch GPIOLine.open(chip: chip, line: number, isActiveLow: isActiveLow) {
                case .success(let opened): line = consume opened
                case .failure(let trouble): return .failure(trouble)
                }
            }
            if let value = line?.read() { return .success(value) }
            line = nil
            return .failure(InputTrouble("\(chip) line \(number) cannot be read"))
        case .sysfs(let path, let scale):
            guard let handle = fopen(path, "re") else {
                return .failure(InputTrouble("\(path): \(SystemError.last)"))
            }
            defer { fclose(handle) }
            var buffer = [CChar](repeating: 0, count: 64)
            guard fgets(&buffer, CInt(buffer.count), handle) != nil else {
                return .failure(InputTrouble("\(path): empty"))
            }
            let text = String(decoding: buffer.prefix { $0 > 32 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard let value = Double(text), value.isFinite else {
                return .failure(InputTrouble("\(path): '\(text)' is no number"))
            }
            return .success(value * scale)
        case .socket: return .failure(InputTrouble("comes over the socket"))
        }
    }
}
