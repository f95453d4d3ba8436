import Board
import BrokerLink
import Dispatching
import Glibc
import GroundMap
import History
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Incidents
import Intake
import Live
import Logging
import NIOCore
import Operation
import PatrolWire
import People
import Plans
import Program
import Reporting
import RoadMap
import ServiceLifecycle
import Settings
import SystemErrors
import Systemd
import Tasks
import Threading
import TimeToScene
import Units
import UnixSignals

/// The chain, in order: broker -> intake -> units and history -> time to scene -> board.
struct Assembly {
    let configuration: Configuration
    private let network: RoadNetwork
    let history: History
    private let casebook: Casebook
    /// Held for as long as the room runs: two rooms on one folder would give one number to two incidents.
    private let lock: FolderLock
    let logger: Logger

    /// Incidents, roll calls and closures so old, ms, are in the store only.
    private static let remembered: Int64 = 30 * 86_400_000

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
            // Waiting does not mend a restore that was cut short: systemd need not try again.
            throw ProgramFailure(UnfinishedRestore.isThere(in: configuration.state) ? .data : .unavailable, "\(error)")
        }
    }

    func run() async throws {
        let started = SystemClock.wallMilliseconds
        let tables = try await self.tables(started)
        await self.deviceTasks(tables).tellAll()
        let accounts = try await self.accounts()
        let damage = Locked<HistoryError?>(nil)
        let observer = self.observer(tables, damage)
        let links = Dictionary(uniqueKeysWithValues: self.configuration.stations.map { ($0, self.link($0, started)) })
        // Stopped from the end: the board first, the stations' intakes last.
        var services: [any Service] = []
        for station in self.configuration.stations {
            guard let link = links[station] else { continue }
            services += self.intake(of: station, link, tables, observer, started)
        }
        services += self.desks(tables, links)
        services += [try self.application(tables, accounts), ReadinessService(status: "listening on \(self.address)")]
        if let file = self.configuration.accounts, case .login(let sessions) = accounts {
            let book = AccountBook(file: file)
            services.append(AccountWatch(book: book, sessions: sessions, logger: self.logger))
        }
        let roads = "\(self.network.source), \(self.network.edgeCount) pieces of road"
        self.logger.info("command-room \(Release.version): \(roads)")
        let group = ServiceGroup(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: self.logger
        )
        do {
            try await group.run()
            if let error = damage.withLock({ $0 }) { throw ProgramFailure(.unavailable, "\(error)") }
        } catch let error as IOError {
            throw ProgramFailure(
                .unavailable,
                "http \(self.configuration.http): \(SystemError(error.errnoCode)); "
                    + "choose another port in 'http', or stop what has it"
            )
        }
    }

    /// What the room knows when it starts, and the desks over it.
    private func tables(_ started: Int64) async throws -> RoomTables {
        let now: @Sendable () -> Int64 = { SystemClock.wallMilliseconds }
        let feed = LiveFeed(epoch: started)
        let driving = try self.configuration.driving.map(loadDriving) ?? .usual
        let load = RoadConditions.load(driving.day, self.configuration.timezone, at: started)
        let plans = try PlanHolder(self.configuration.plan, state: self.configuration.state, network: self.network)
        let store = CasebookStore(self.casebook, logger: self.logger)
        let since = started - Self.remembered
        let zone = self.configuration.timezone
        let register = RegisterDesk(try store.register(), store: store, zone: zone, now: now)
        let (units, notices) = (UnitTable(await self.unitsOfBefore()), NoticeDesk())
        let health = RoomHealth { feed.touch(.links) }
        return RoomTables(
            units: units,
            places: UnitPlaces(self.network),
            meter: IntakeMeter(),
            feed: feed,
            health: health,
            certificates: CertificateWatch(self.ownCertificates, health: health),
            seals: self.seals(units, feed),
            estimator: TimeToScene(self.network, driving: driving, load: load),
            plans: plans,
            desk: IncidentDesk(
                try store.kept(since: since),
                categories: self.configuration.categories,
                store: store,
                now: now,
                changed: { feed.touch(.incident($0.id)) }
            ),
            rollCalls: RollCallDesk(
                try store.kept(since: since),
                store: store,
                now: now,
                isInside: { plans.plan?.isInside($0) },
                changed: { feed.touch(.rollCall($0.id)) }
            ),
            closures: ClosureDesk(try store.kept(since: since), store: store, now: now) { feed.touch(.closures) },
            register: register,
            tasks: TaskDesk(
                try store.kept(since: since),
                store: store,
                now: now,
                changed: { [logger] in DeviceTasks.tell($0, units: units, notices: notices, logger: logger) },
                objection: { owner, due in
                    await register.register.objection(toOwner: owner, due: due, now: now(), zone: zone)
                }
            ),
            notices: notices,
            now: now
        )
    }

    private func deviceTasks(_ tables: RoomTables) -> DeviceTasks {
        DeviceTasks(tables.tasks, notices: tables.notices, units: tables.units, logger: self.logger)
    }

    /// Passes on what comes in; a store that turns out to be damaged ends the room in order, and is noted.
    private func observer(_ tables: RoomTables, _ damage: Locked<HistoryError?>) -> RoomObserver {
        RoomObserver(
            units: tables.units,
            places: tables.places,
            desk: tables.desk,
            rollCalls: tables.rollCalls,
            tasks: self.deviceTasks(tables),
            notices: tables.notices,
            feed: tables.feed,
            health: tables.health,
            seals: tables.seals,
            giveUp: { error in
                // As if it had been told to: what is whole is kept, and the next start sets the damaged file aside.
                if damage.withLock({ $0 == nil }) { kill(getpid(), SIGTERM) }
                damage.withLock { $0 = error }
            },
            logger: self.logger
        )
    }

    /// What listens to a station's devices.
    ///
    /// Stopped from the end: the goodbye, the link, and last the intake, which stores what came until then.
    private func intake(
        of station: Name,
        _ link: BrokerLink,
        _ tables: RoomTables,
        _ observer: RoomObserver,
        _ started: Int64
    ) -> [any Service] {
        let (health, broker) = (tables.health, "\(self.configuration.broker.endpoint)")
        health.note(.broker, station: station, detail: "\(broker) is not connected yet", now: started)
        let intake = Intake(
            station: station,
            link: link,
            units: tables.units,
            history: self.history,
            meter: tables.meter,
            observer: observer,
            admission: self.configuration.admission,
            logger: self.logger
        )
        let presence = RoomPresence(station: station, link: link, since: started, logger: self.logger) { isUp in
            if isUp {
                health.clear(.broker, station: station)
            } else {
                health.note(.broker, station: station, detail: "\(broker) is not connected", now: tables.now())
            }
            tables.feed.touch(.links)
        }
        let assignments = AssignmentPublisher(
            tables.register,
            station: station,
            link: link,
            units: tables.units,
            zone: self.configuration.timezone,
            logger: self.logger
        )
        guard self.configuration.plan != nil else { return [intake, link, presence, assignments] }
        let plans = PlanPublisher(tables.plans, station: station, link: link, units: tables.units, logger: self.logger)
        return [intake, link, presence, assignments, plans]
    }

    /// A batch that has not been stored after so long, ms, never will be: a disk that is only slow takes seconds.
    private static let longestBatch: Int64 = 120_000

    /// What the room does by itself.
    private func desks(_ tables: RoomTables, _ links: [Name: BrokerLink]) -> [any Service] {
        [
            OrderSender(
                desk: tables.desk,
                rollCalls: tables.rollCalls,
                tasks: tables.tasks,
                notices: tables.notices,
                links: Dictionary(uniqueKeysWithValues: links.map { ($0.key.text, $0.value) }),
                feed: tables.feed,
                health: tables.health,
                logger: self.logger
            ),
            StoreWatch(meter: tables.meter, health: tables.health),
            tables.certificates,
            AuditWitness(casebook: self.casebook, logger: self.logger),
            WatchdogService {
                // Each desk answers between two of its acts; a batch that is never stored holds up all the rest.
                _ = await (tables.desk.unkeptCount, tables.rollCalls.recent.count, tables.tasks.open.count)
                let now = SystemClock.bootMilliseconds
                return tables.meter.storingSince.map { now - $0 < Self.longestBatch } ?? true
            },
            RollCallSchedule(
                settings: self.configuration.rollCalls,
                zone: self.configuration.timezone,
                units: tables.units,
                desk: tables.rollCalls,
                logger: self.logger
            ),
            RoadConditions(
                estimator: tables.estimator,
                closures: tables.closures,
                zone: self.configuration.timezone,
                feed: tables.feed,
                logger: self.logger
            ),
            MonthlySheets(self.sheets(tables), logger: self.logger),
            HourlySums(HourKeeper(self.history), logger: self.logger),
            Retention(
                history: self.history,
                days: self.configuration.keepDays,
                hourDays: self.configuration.keepHourDays,
                logger: self.logger
            ),
        ] + [tables.seals].compactMap { $0 }
    }

    /// What looks at the seals of tracks, where the room knows the authority of its devices.
    private func seals(_ units: UnitTable, _ feed: LiveFeed) -> SealWatch? {
        guard let authority = self.configuration.broker.credentials?.authority else { return nil }
        return SealWatch(history: self.history, authority: authority, logger: self.logger) { id, isBroken in
            units.note(isTrackBroken: isBroken, of: id)
            feed.touch(.unit(id))
        }
    }

    private func sheets(_ tables: RoomTables) -> SheetMaker {
        SheetMaker(
            history: self.history,
            casebook: self.casebook,
            store: CasebookStore(self.casebook, logger: self.logger),
            register: tables.register,
            plan: { [plans = tables.plans] in plans.view?.plan },
            targets: self.configuration.visits,
            zone: self.configuration.timezone,
            now: tables.now
        )
    }

    /// What lies under the roads, where the map was imported with it; a map that cannot be used costs nobody the room.
    private var ground: GroundFile? {
        let path = GroundFile.path(besideRoads: self.configuration.roads)
        guard access(path, F_OK) == 0 else {
            self.logger.info("\(path) is not there: the board draws roads only; 'command-room roads import' makes it")
            return nil
        }
        do throws(GroundError) {
            return try GroundFile(path: path)
        } catch {
            self.logger.warning("\(error)")
            return nil
        }
    }

    /// Where the board is.
    private var address: String {
        "\(self.configuration.tls == nil ? "http" : "https")://\(self.configuration.http)/"
    }

    /// What the room shows to pages and to the broker.
    private var ownCertificates: [CertificateWatch.Subject] {
        [
            self.configuration.tls.map {
                CertificateWatch.Subject(
                    "board",
                    path: $0.certificate,
                    remedy: "'patrolctl pki server', and restart command-room",
                    isKept: true
                )
            },
            self.configuration.broker.credentials.map {
                CertificateWatch.Subject("room", path: $0.certificate, remedy: "'patrolctl pki room'", isKept: false)
            },
        ]
        .compactMap { $0 }
    }

    private func application(_ tables: RoomTables, _ accounts: Accounts) throws -> some ApplicationProtocol {
        let board = Board(
            BoardParts(
                units: tables.units,
                places: tables.places,
                desk: tables.desk,
                rollCalls: tables.rollCalls,
                closures: tables.closures,
                register: tables.register,
                tasks: tables.tasks,
                notices: tables.notices,
                estimator: tables.estimator,
                meter: tables.meter,
                history: self.history,
                casebook: self.casebook,
                plans: tables.plans,
                feed: tables.feed,
                health: tables.health,
                stations: self.configuration.stations,
                teams: self.configuration.teams,
                targets: self.configuration.visits,
                zone: self.configuration.timezone,
                accounts: accounts,
                ground: self.ground,
                certificates: { [certificates = tables.certificates] in certificates.ends },
                seals: { [seals = tables.seals] in seals?.results ?? [:] },
                now: tables.now
            ),
            page: self.configuration.page,
            trustedProxies: self.configuration.door.trustedProxies
        )
        let http = self.configuration.http
        let (logger, address) = (self.logger, self.address)
        return Application(
            responder: board.responder(),
            server: try BoardServer(configuration: self.configuration, logger: logger).builder(),
            configuration: .init(address: .hostname(http.host, port: Int(http.port)), serverName: "command-room"),
            onServerRunning: { _ in logger.info("Listening on \(address)") },
            logger: logger
        )
    }
}

/// What the room knows while it runs, and the desks over it.
struct RoomTables: Sendable {
    let units: UnitTable
    let places: UnitPlaces
    let meter: IntakeMeter
    let feed: LiveFeed
    let health: RoomHealth
    let certificates: CertificateWatch
    /// `nil` where no authority is known: the broker is this machine's own, without TLS.
    let seals: SealWatch?
    let estimator: TimeToScene
    let plans: PlanHolder
    let desk: IncidentDesk
    let rollCalls: RollCallDesk
    let closures: ClosureDesk
    let register: RegisterDesk
    let tasks: TaskDesk
    let notices: NoticeDesk
    /// ms since 1970 UTC.
    let now: @Sendable () -> Int64
}
