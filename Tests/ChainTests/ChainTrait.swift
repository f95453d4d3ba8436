import Testing

/// The parts of the chain that a test needs: started before it in their order, and stopped after it.
struct ChainTrait: TestTrait, TestScoping {
    /// A part.
    enum Part: Sendable {
        case broker, room, gpsd, patrold
    }

    let parts: [Part]

    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await Chain.with { chain in
            try await Chain.$running.withValue(chain) { try await self.start(self.parts[...], of: chain, function) }
        }
    }

    private func start(
        _ parts: ArraySlice<Part>,
        of chain: Chain,
        _ body: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard let part = parts.first else { return try await body() }
        let rest = parts.dropFirst()
        switch part {
        case .broker: try await chain.withBroker { _ in try await self.start(rest, of: chain, body) }
        case .room: try await chain.withRoom { _ in try await self.start(rest, of: chain, body) }
        case .gpsd: try await chain.withGPSD { _ in try await self.start(rest, of: chain, body) }
        case .patrold: try await chain.withPatrold { _ in try await self.start(rest, of: chain, body) }
        }
    }
}

extension Trait where Self == ChainTrait {
    /// Parts of the chain that run while the test does, in the order in which they start.
    static func chain(_ parts: ChainTrait.Part...) -> Self { ChainTrait(parts: parts) }
}

extension Chain {
    @TaskLocal fileprivate static var running: Chain?

    /// The chain that the test's trait has started.
    static var current: Chain {
        get throws { try #require(Self.running, "the test has no trait .chain(…)") }
    }
}
