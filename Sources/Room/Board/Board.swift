import HTTPTypes
package import Hummingbird
import Incidents
import Intake
import Live
import PatrolWire
import Threading
import TimeToScene
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
        self.page = PageRoutes(
            settings,
            stations: parts.stations,
            teams: parts.teams,
            zone: parts.zone,
            network: parts.estimator.network,
            ground: parts.ground
        )
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
            return answer(Array(await self.metrics.text().utf8), type: "text/plain; version=0.0.4")
        }
        self.page.add(to: router)
        let api = router.group("api/v1")
        self.addRoutes(to: api)
        paths.learn(router)
        return router.buildResponder()
    }

    private var metrics: Metrics {
        Metrics(
            units: self.parts.units,
            desk: self.parts.desk,
            feed: self.parts.feed,
            health: self.parts.health,
            meter: self.parts.meter,
            certificates: self.parts.certificates,
            seals: self.parts.seals
        )
    }

    private func addRoutes(to api: RouterGroup<BoardContext>) {
        let parts = self.parts
        let audit = Audit(casebook: parts.casebook, now: parts.now)
        let today = TodayBook(parts, target: self.page.settings.targetSeconds)
        api.get("today") { request, context in
            try context.require(.viewer)
            try request.allow()
            return answer(try jsonBytes(try await today.today()), headers: [.cacheControl: "no-store"])
        }
        UnitRoutes(
            units: parts.units,
            places: parts.places,
            desk: parts.desk,
            estimator: parts.estimator,
            history: parts.history,
            plans: parts.plans,
            notices: parts.notices,
            audit: audit,
            now: parts.now
        ).add(to: api)
        IncidentRoutes(
            units: parts.units,
            places: parts.places,
            desk: parts.desk,
            estimator: parts.estimator,
            stations: parts.stations,
            today: today,
            now: parts.now
        ).add(to: api)
        RollCallRoutes(units: parts.units, rollCalls: parts.rollCalls, teams: parts.teams, now: parts.now).add(to: api)
        ClosureRoutes(closures: parts.closures, estimator: parts.estimator, now: parts.now).add(to: api)
        ReportRoutes(
            history: parts.history,
            casebook: parts.casebook,
            estimator: parts.estimator,
            plans: parts.plans,
            zone: parts.zone,
            register: parts.register,
            tasks: parts.tasks,
            targets: parts.targets,
            audit: audit,
            now: parts.now
        ).add(to: api)
        SheetRoutes(casebook: parts.casebook, audit: audit).add(to: api)
        RegisterRoutes(register: parts.register).add(to: api)
        RosterRoutes(register: parts.register, zone: parts.zone, now: parts.now).add(to: api)
        TaskRoutes(tasks: parts.tasks, now: parts.now).add(to: api)
        MapRoutes(estimator: parts.estimator, plans: parts.plans, ground: parts.ground, audit: audit).add(to: api)
        let text = LiveText(
            units: parts.units,
            places: parts.places,
            desk: parts.desk,
            rollCalls: parts.rollCalls,
            closures: parts.closures,
            estimator: parts.estimator,
            feed: parts.feed,
            health: parts.health,
            stations: parts.stations,
            now: parts.now
        )
        LiveRoutes(
            text: text,
            frames: LiveFrames(text),
            feed: parts.feed,
            accounts: parts.accounts,
            now: parts.now
        ).add(to: api)
        SessionRoutes(accounts: parts.accounts, audit: audit, now: parts.now).add(to: api)
    }

    private func health() async throws -> Response {
        let health = RoomHealthAnswer(self.parts.health)
        let counts = self.parts.meter.counts
        let told = HealthAnswer(
            status: health.status,
            faults: health.faults,
            unkept: await self.parts.desk.unkeptCount,
            units: self.parts.units.count,
            messages: counts.messages,
            records: counts.records,
            stored: counts.stored,
            duplicates: counts.duplicates,
            rejected: Dictionary(uniqueKeysWithValues: counts.rejected.map { ($0.key.rawValue, $0.value) }),
            notStored: counts.notStored,
            forks: counts.forks
        )
        // One that ends within days works still: who restarts or avoids a room that is down must not do it for that.
        let isGood = health.faults.allSatisfy { $0.what == RoomHealth.Part.certificate.rawValue }
        return answer(
            try jsonBytes(told),
            status: isGood ? .ok : .serviceUnavailable,
            headers: [.cacheControl: "no-store"]
        )
    }
}
