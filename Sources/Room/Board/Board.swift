import HTTPTypes
package import Hummingbird
import Incidents
import Intake
import PatrolWire
import Threading
import Units

/// The room's HTTP interface: `/api/v1`, the page, `/metrics` and `/healthz`.
package struct Board: Sendable {
    private let parts: BoardParts
    private let page: PageRoutes
    private let trustedProxies: Set<String>

    /// Creates the board.
    ///
    /// - Parameters:
    ///   - parts: All that it shows and acts on.
    ///   - settings: What the page is told.
    ///   - trustedProxies: Proxies on whose word an address is taken.
    package init(_ parts: BoardParts, page settings: PageSettings, trustedProxies: Set<String> = []) {
        self.parts = parts
        self.trustedProxies = trustedProxies
        self.page = PageRoutes(settings, parts: parts)
    }

    /// The routes.
    package func responder() -> some HTTPResponder<BoardContext> {
        let router = Router(context: BoardContext.self, options: .autoGenerateHeadEndpoints)
        var isSecure = false
        if case .login(let sessions) = self.parts.accounts { isSecure = sessions.isSecure }
        router.add(middleware: SecurityHeaders(isSecure: isSecure, imageSource: self.page.settings.tileOrigin))
        router.add(middleware: Compression())
        let paths = KnownPaths()
        router.add(middleware: ProblemMiddleware(paths: paths))
        router.add(middleware: Origins(trusted: self.trustedProxies))
        router.add(middleware: Admission(accounts: self.parts.accounts, now: self.parts.now))
        router.get("healthz") { _, context in
            try context.requireNearOrLogin()
            return try await self.health()
        }
        router.get("metrics") { _, context in
            try context.requireNearOrLogin()
            return answer(Array(await Metrics(parts: self.parts).text().utf8), type: "text/plain; version=0.0.4")
        }
        self.page.add(to: router)
        let api = router.group("api/v1")
        UnitRoutes(parts: self.parts).add(to: api)
        IncidentRoutes(parts: self.parts).add(to: api)
        RollCallRoutes(parts: self.parts).add(to: api)
        ClosureRoutes(parts: self.parts).add(to: api)
        ReportRoutes(parts: self.parts).add(to: api)
        MapRoutes(parts: self.parts).add(to: api)
        LiveRoutes(parts: self.parts).add(to: api)
        SessionRoutes(parts: self.parts).add(to: api)
        paths.learn(router)
        return router.buildResponder()
    }

    private func health() async throws -> Response {
        let health = RoomHealthAnswer(self.parts.health)
        let counts = self.parts.meter.withLock { $0 }
        let told = HealthAnswer(
            status: health.status,
            faults: health.faults,
            unkept: await self.parts.desk.unkeptCount,
            units: self.parts.units.withLock { $0.count },
            messages: counts.messages,
            records: counts.records,
            stored: counts.stored,
            duplicates: counts.duplicates,
            rejected: Dictionary(uniqueKeysWithValues: counts.rejected.map { ($0.key.rawValue, $0.value) }),
            notStored: counts.notStored,
            forks: counts.forks
        )
        let isGood = health.faults.isEmpty
        return answer(
            try jsonBytes(told),
            status: isGood ? .ok : .serviceUnavailable,
            headers: [.cacheControl: "no-store"]
        )
    }
}
