import BrokerLink
import Console
import Delivery
import Hardware
import Inputs
import Logging
import Orders
import Outbox
import PatrolWire
import Patrolling
import Plan
import Position
import PositionGPSD
import Program
import Report
import ServiceLifecycle
import Settings
import Systemd
import Threading
import UnixSignals
import Uplink
import Zones

/// The chain, in order: position -> gate -> track, duty and report -> outbox -> uplink.
struct Assembly {
    private let configuration: Configuration
    private let outbox: Outbox
    private let logger: Logger
    private let vitals = Vitals()

    init(_ configuration: Configuration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        self.outbox = try Outbox(
            folder: configuration.state,
            owner: "\(configuration.station)/\(configuration.device)",
            spaceBudget: configuration.profile.spaceBudget,
            logger: logger
        )
    }

    func run() async throws {
        await TimeService.prepare()
        let configuration = self.configuration
        let log = await self.outbox.log
        let presence = self.presence()
        let link = self.link(presence)
        let uplink = self.uplink(over: link, presence, spent: try await self.outbox.spent())
        let inputs = ChainInputs()
        let console = try self.console(inputs)
        let source = GPSDPositions(
            host: configuration.gpsd.host,
            port: configuration.gpsd.port,
            silentAfter: configuration.profile.silentAfter
        )
        let parts = self.parts(link, uplink, log: log)
        let chain = PatrolChain(source: source, inputs: inputs, console: console, parts: parts)
        let downlink = Downlink(link: link, uplink: uplink, source: self.outbox, logger: self.logger) {
            inputs.add(.order($0))
        }
        let health = HealthReporter(
            station: configuration.station,
            device: configuration.device,
            folder: configuration.state,
            outbox: self.outbox,
            link: link,
            uplink: uplink,
            vitals: self.vitals,
            certificate: configuration.broker.credentials?.certificate,
            logger: self.logger
        )
        let machine = InputReader(
            configuration.profile.inputs,
            isSaving: { [vitals] in vitals.current.isSaving },
            logger: self.logger,
            take: { inputs.add(.input(name: $0, value: $1)) }
        )
        self.logger.info("patrold \(Release.version): \(configuration.device) of \(configuration.station), log \(log)")
        // Stopped from the end: first no more records, then what waits is sent, then the link goes, and last what
        // takes what it still brings.
        let group = ServiceGroup(
            services: [
                downlink, link, uplink, health, chain, console, machine,
                ReadinessService(status: "following \(configuration.device)"),
            ] as [any Service],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: self.logger
        )
        // One thread from the fix to the link: each hop between threads would cost as much as the disk does.
        try await withTaskExecutorPreference(self.outbox.executor) { try await group.run() }
    }

    private func presence() -> Presence {
        Presence(
            station: self.configuration.station,
            device: self.configuration.device,
            connectNumber: { try await self.outbox.countConnection() },
            state: self.state
        )
    }

    private func link(_ presence: Presence) -> BrokerLink {
        let (station, device) = (self.configuration.station, self.configuration.device)
        return BrokerLink(
            BrokerLink.Configuration(
                address: self.configuration.broker,
                clientID: "patrold-\(station)-\(device)",
                subscriptions: Downlink.subscriptions(station: station, device: device)
            ),
            logger: self.logger,
            will: { try await presence.will() }
        )
    }

    private func uplink(over link: BrokerLink, _ presence: Presence, spent: DaySpending) -> Uplink {
        Uplink(
            link: link,
            presence: presence,
            source: self.outbox,
            station: self.configuration.station,
            device: self.configuration.device,
            allowance: self.configuration.profile.backlog,
            spent: spent,
            logger: self.logger
        )
    }

    private func parts(_ link: BrokerLink, _ uplink: Uplink, log: String) -> ChainParts {
        let configuration = self.configuration
        let keeper = PlanKeeper(keys: configuration.planKeys, reader: PlanReader { ZoneFiles.zone(named: $0) })
        return ChainParts(
            station: configuration.station,
            device: configuration.device,
            settings: self.patrolSettings(keeper),
            writer: ReportWriter(device: configuration.device, unit: configuration.unit, log: log),
            outbox: self.outbox,
            link: link,
            uplink: uplink,
            vitals: self.vitals,
            plans: PlanStore(keeper: keeper, file: configuration.planFile, folder: configuration.state),
            credentials: configuration.broker.credentials,
            logger: self.logger
        )
    }

    private func patrolSettings(_ keeper: PlanKeeper) -> Patrol.Settings {
        let profile = self.configuration.profile
        return Patrol.Settings(
            device: self.configuration.device.text,
            unit: self.configuration.unit,
            limits: profile.limits,
            report: profile.report,
            lostAfter: profile.lostAfter,
            saving: profile.saving,
            offAfter: profile.offAfter,
            earliest: Release.earliestPlausibleTime,
            keeper: keeper
        )
    }

    /// An officer without it could neither call for help nor take an order: it is had, or nothing is begun.
    private func console(_ inputs: ChainInputs) throws -> ConsoleServer {
        do throws(ConsoleError) {
            return try ConsoleServer(self.configuration.console, logger: self.logger) { await inputs.ask($0) }
        } catch {
            throw ProgramFailure(error.isOfConfiguration ? .configuration : .unavailable, "\(error)")
        }
    }

    @Sendable
    private func state(online: Bool, connect: Int64) async -> DeviceState {
        DeviceState(
            device: self.configuration.device.text,
            unit: self.configuration.unit,
            online: online,
            log: await self.outbox.log,
            boot: SystemClock.wallMilliseconds - SystemClock.bootMilliseconds,
            connect: connect,
            version: Release.version,
            profile: self.configuration.profile.name,
            plan: self.vitals.current.plan,
            next: await self.outbox.nextSequence
        )
    }
}
