import BrokerLink
import Console
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
        let configuration = self.configuration
        let presence = Presence(
            station: configuration.station,
            device: configuration.device,
            connectNumber: { try await self.outbox.countConnection() },
            state: self.state
        )
        let link = BrokerLink(
            BrokerLink.Configuration(
                address: configuration.broker,
                clientID: "patrold-\(configuration.station)-\(configuration.device)",
                subscriptions: Downlink.subscriptions(station: configuration.station, device: configuration.device)
            ),
            logger: self.logger,
            will: { try await presence.will() }
        )
        let uplink = Uplink(
            link: link,
            presence: presence,
            source: self.outbox,
            station: configuration.station,
            device: configuration.device,
            allowance: configuration.profile.backlog,
            spent: try await self.outbox.spent(),
            logger: self.logger
        )
        let vitals = self.vitals
        let keeper = PlanKeeper(keys: configuration.planKeys, reader: PlanReader { ZoneFiles.zone(named: $0) })
        let parts = ChainParts(
            station: configuration.station,
            device: configuration.device,
            settings: self.patrolSettings(keeper),
            writer: ReportWriter(
                device: configuration.device,
                unit: configuration.unit,
                log: await self.outbox.log
            ),
            outbox: self.outbox,
            link: link,
            uplink: uplink,
            vitals: vitals,
            plans: PlanStore(
                keeper: keeper,
                file: configuration.planFile,
                folder: configuration.state
            ),
            logger: self.logger
        )
        let inputs = ChainInputs()
        let console = try self.console(inputs)
        let chain = PatrolChain(
            source: GPSDPositions(
                host: configuration.gpsd.host,
                port: configuration.gpsd.port,
                silentAfter: configuration.profile.silentAfter
            ),
            inputs: inputs,
            console: console,
            parts: parts
        )
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
            vitals: vitals,
            logger: self.logger
        )
        let machine = InputReader(
            configuration.profile.inputs,
            isSaving: { vitals.current.isSaving },
            logger: self.logger,
            take: { inputs.add(.input(name: $0, value: $1)) }
        )
        let log = await self.outbox.log
        self.logger.info(
            "patrold \(Release.version): \(configuration.device) of \(configuration.station), log \(log)"
        )
        // Stopped from the end: first no more records, then what waits is sent, then the link goes, and last who
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
