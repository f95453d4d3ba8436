import Board
import BrokerLink
import Dispatching
import History
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Incidents
import Intake
import Logging
import NIOCore
import Operation
import PatrolWire
import Program
import RoadMap
import ServiceLifecycle
import Settings
import Systemd
import Threading
import TimeToScene
import Units
import UnixSignals

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The chain, in order: broker -> intake -> units and history -> time to scene -> board.
struct Assembly {
    private let configuration: Configuration
    private let network: RoadNetwork
    private let history: History
    private let casebook: Casebook
    /// Held for as long as the room runs: two rooms on one folder would give one number to two incidents.
    private let lock: FolderLock
    private let logger: Logger

    /// Incidents, roll calls and closures so old, ms, are in the store only.
    private static let remembered: Int64 = 30 * 86_400_000

    /// A unit that has not reported for so long, ms, is not shown after a restart.
    private static let shown: Int64 = 24 * 3_600_000

    init(_ configuration: Configuration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        self.network = try openRoads(configuration.roads)
        do throws(FolderLock.Failure) {
            self.lock = try FolderLock.take(configuration.state)
        } catch {
            switch error {
            case .inUse(let path):
                throw ProgramFailure(.unavailable, "\(path): another command-room uses it; stop that one first")
            case .failed(let path, let reason): throw ProgramFailure(.unavailable, "\(path): \(reason)")
            }
        }
        do throws(HistoryError) {
            self.history = try History(folder: configuration.state) { logger.error("\($0)") }
            self.casebook = try Casebook(folder: configuration.state) { logger.error("\($0)") }
        } catch {
            throw ProgramFailure(.unavailable, "\(error)")
        }
    }

    func run() async throws {
        let units = UnitTable(await self.unitsOfBefore())
        let meter = IntakeMeter(IntakeCounts())
        let since = SystemClock.wallMilliseconds
        let now: @Sendable () -> Int64 = { SystemClock.wallMilliseconds }
        let feed = LiveFeed(epoch: since)
        let places = UnitPlaces(self.network)
        let driving = try self.configuration.driving.map(loadDriving) ?? .usual
        let estimator = TimeToScene(
            self.network,
            driving: driving,
            load: RoadConditions.load(driving.day, self.configuration.timezone, at: since)
        )
        let plans = try PlanHolder(
            self.configuration.plan,
            state: self.configuration.state,
            network: self.network
        )
        let health = RoomHealth { feed.touch(.links) }
        let stores = RoomStores(casebook: self.casebook, logger: self.logger)
        let desk = IncidentDesk(
            try stores.kept("incident", since: since - Self.remembered),
            store: stores,
            now: now,
            changed: { feed.touch(.incident($0.id)) }
        )
        let rollCalls = RollCallDesk(
            try stores.kept("rollcall", since: since - Self.remembered),
            store: stores,
            now: now,
            isInside: { plans.plan?.isInside($0) },
            changed: { feed.touch(.rollCall($0.id)) }
        )
        let closures = ClosureDesk(
            try stores.kept("closure", since: since - Self.remembered),
            casebook: self.casebook,
            changed: { _ in feed.touch(.closures) }
        )
        let damage = Locked<HistoryError?>(nil)
        let observer = RoomObserver(
            units: units,
            places: places,
            desk: desk,
            rollCalls: rollCalls,
            feed: feed,
            health: health,
            giveUp: { error in
                // As if it had been told to: what is whole is kept, and the next start sets the damaged file aside.
                if damage.withLock({ $0 == nil }) { kill(getpid(), SIGTERM) }
                damage.withLock { $0 = error }
            },
            logger: self.logger
        )
        var services: [any Service] = []
        var links: [String: BrokerLink] = [:]
        let linkStates = Locked<[String: Bool]>([:])
        for station in self.configuration.stations {
            let link = self.link(station, since: since)
            links[station.text] = link
            let intake = Intake(
                station: station,
                link: link,
                units: units,
                history: self.history,
                meter: meter,
                observer: observer,
                admission: self.configuration.admission,
                logger: self.logger
            )
            linkStates.withLock { $0[station.text] = false }
            let broker = "\(self.configuration.broker.endpoint)"
            health.note(.broker, station: station, detail: "\(broker) is not connected yet", now: since)
            let presence = RoomPresence(station: station, link: link, since: since, logger: self.logger) { isUp in
                linkStates.withLock { $0[station.text] = isUp }
                if isUp {
                    health.clear(.broker, station: station)
                } else {
                    health.note(.broker, station: station, detail: "\(broker) is not connected", now: now())
                }
                feed.touch(.links)
            }
            // Stopped from the end: the goodbye, the link, and last the intake, which stores what came until then.
            services += [intake, link, presence]
            if self.configuration.plan != nil {
                services.append(PlanPublisher(plans, station: station, link: link, units: units, logger: self.logger))
            }
        }
        let accounts = try await self.accounts()
        let board = Board(
            BoardParts(
                units: units,
                places: places,
                desk: desk,
                rollCalls: rollCalls,
                closures: closures,
                estimator: estimator,
                meter: meter,
                history: self.history,
                casebook: self.casebook,
                plans: plans,
                feed: feed,
                links: linkStates,
                health: health,
                stations: self.configuration.stations,
                teams: self.configuration.teams,
                zone: self.configuration.timezone,
                accounts: accounts,
                now: now
            ),
            page: self.configuration.page,
            trustedProxies: self.configuration.door.trustedProxies
        )
        let http = self.configuration.http
        let logger = self.logger
        let scheme = self.configuration.tls == nil ? "http" : "https"
        let application = Application(
            responder: board.responder(),
            server: try BoardServer(configuration: self.configuration, logger: logger).builder(),
            configuration: .init(address: .hostname(http.host, port: Int(http.port)), serverName: "command-room"),
            onServerRunning: { _ in logger.info("Listening on \(scheme)://\(http)/") },
            logger: logger
        )
        services += [
            OrderSender(
                desk: desk,
                rollCalls: rollCalls,
                links: links,
                feed: feed,
                health: health,
                logger: self.logger
            ), StoreWatch(meter: meter, health: health),
            RollCallSchedule(
                settings: self.configuration.rollCalls,
                zone: self.configuration.timezone,
                units: units,
                desk: rollCalls,
                logger: self.logger
            ),
            RoadConditions(
                estimator: estimator,
                closures: closures,
                zone: self.configuration.timezone,
                feed: feed,
                logger: self.logger
            ),
            Retention(history: self.history, days: self.configuration.keepDays, logger: self.logger), application,
            ReadinessService(status: "listening on \(scheme)://\(http)"),
        ]
        if let file = self.configuration.accounts, case .login(let sessions) = accounts {
            services.append(AccountWatch(book: AccountBook(file: file), sessions: sessions, logger: logger))
        }
        logger.info("command-room \(Release.version): \(self.network.source), \(self.network.edgeCount) pieces of road")
        let group = ServiceGroup(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        do {
            try await group.run()
            if let error = damage.withLock({ $0 }) { throw ProgramFailure(.unavailable, "\(error)") }
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            throw ProgramFailure(
                .unavailable,
                "http \(http): \(reason); choose another port in 'http', or stop what has it"
            )
        }
    }

    /// The units as they last reported: what a restart must not forget.
    private func unitsOfBefore() async -> Units {
        var units = Units()
        do throws(HistoryError) {
            let since = SystemClock.wallMilliseconds - Self.shown
            for (station, device, records) in try await self.history.newest(since: since, kinds: UnitFacts.events)
            where self.configuration.stations.contains(station) {
                for item in records.sorted(by: { $0.record.sequence < $1.record.sequence }) {
                    units.apply(item.record, station: station, device: device, received: item.received)
                }
            }
        } catch {
            self.logger.error("What the units last reported cannot be read: \(error)")
        }
        return units
    }

    /// Who may use the board; a file that cannot be used ends the program now and not at the first login.
    private func accounts() async throws -> Accounts {
        guard let file = self.configuration.accounts else {
            return .thisMachine(Identity(name: "local", role: .admin))
        }
        let book = AccountBook(file: file)
        let accounts = try book.accounts()
        let sessions = Sessions(
            isSecure: self.configuration.tls != nil,
            file: SessionFile(path: "\(self.configuration.state)/sessions.json"),
            logger: self.logger
        ) { [logger] name, password in
            await book.outcome(name: name, password: password, logger: logger)
        }
        // What changed while the room was down holds before the first request.
        await sessions.follow(accounts, now: SystemClock.wallMilliseconds)
        return .login(sessions)
    }

    /// One connection a station: each station's devices are told by a will of its own that the room is gone.
    private func link(_ station: Name, since: Int64) -> BrokerLink {
        BrokerLink(
            BrokerLink.Configuration(
                address: self.configuration.broker,
                clientID: "command-room-\(station)",
                subscriptions: Intake.subscriptions(station),
                sessionExpiry: 3_600,
                backOff: BackOff(longest: .seconds(10))
            ),
            logger: self.logger,
            will: { try RoomPresence.message(station: station, online: false, since: since) }
        )
    }
}
