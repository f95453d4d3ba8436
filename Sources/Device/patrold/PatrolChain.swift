import BrokerLink
import Console
import Hardware
import Logging
import Orders
import Outbox
import PatrolWire
import Position
import PositionGPSD
import Report
import ServiceLifecycle
import Threading
import Uplink

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What reaches the chain, one at a time, in the order in which it came.
enum ChainInput: Sendable {
    case position(PositionReport)
    case tick
    case order(Downlink.Order)
    case console(ConsoleRequest, reply: CheckedContinuation<ConsoleReply, Never>)
    case input(name: String, value: Double)
    case stop

    /// What it is worth when more waits than the chain can do.
    var rank: UrgentQueue<ChainInput>.Rank {
        switch self {
        // The next position is newer, and the next tick comes in a second.
        case .position, .tick: .replaceable
        // The room tells an order again until it is answered.
        case .order: .refusable
        case .console(let request, _): request.isUrgent ? .urgent : .refusable
        case .input(let name, _): name == "sos" ? .urgent : .kept
        case .stop: .kept
        }
    }
}

/// The parts that the chain works with.
struct ChainParts: Sendable {
    let station: Name
    let device: Name
    let unit: String
    let profile: HardwareProfile
    let writer: ReportWriter
    let outbox: Outbox
    let link: BrokerLink
    let lane: LiveLane
    let backlog: BacklogLane
    let vitals: Vitals
    let plans: PlanStore
    let logger: Logger
}

/// Takes positions, time, the room's orders and the officer's words through gate, tracker, duty and policy into the
/// outbox and on to the lane.
final class PatrolChain: Service, Sendable {
    private let source: GPSDPositions
    private let parts: ChainParts
    private let console = Locked<ConsoleServer?>(nil)
    private let inputs = Handover(UrgentQueue<ChainInput>(limit: mostInputs))

    /// Fixes of some seconds at the fastest receiver; when more wait, the newest are worth more.
    private static let mostInputs = 512

    init(source: GPSDPositions, parts: ChainParts) { (self.source, self.parts) = (source, parts) }

    /// Takes what the room asks.
    func take(_ order: Downlink.Order) { self.take(.order(order)) }

    /// Takes what an input says.
    func take(input name: String, _ value: Double) { self.take(.input(name: name, value: value)) }

    /// Takes what the officer asks, and answers it.
    func ask(_ request: ConsoleRequest) async -> ConsoleReply {
        await withCheckedContinuation { self.take(.console(request, reply: $0)) }
    }

    /// What is pushed out by another input still gets its answer.
    private func take(_ input: ChainInput) {
        switch self.inputs.add({ $0.add(input, input.rank) }) {
        case .some(.some(.console(_, let reply))): reply.resume(returning: Self.busy)
        case .some: break
        case nil: if case .console(_, let reply) = input { reply.resume(returning: Self.stopping) }
        }
    }

    private static let busy = ConsoleReply(ok: false, reason: "patrold is busy; ask again")
    private static let stopping = ConsoleReply(ok: false, reason: "patrold is stopping")

    /// Reports go to who watches there.
    func report(to console: ConsoleServer) { self.console.withLock { $0 = console } }

    /// The ignition has been off for long enough: the process ends in order, as if it had been told to.
    private func goDown() {
        self.parts.logger.info("Ignition off and nothing left to send, or time over: ending")
        kill(getpid(), SIGTERM)
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await report in self.source { self.take(.position(report)) } }
            group.addTask {
                while !Task.isCancelled {
                    await pause(for: .seconds(1))
                    self.take(.tick)
                }
            }
            try await withGracefulShutdownHandler {
                try await self.follow()
            } onGracefulShutdown: {
                self.take(.stop)
            }
            group.cancelAll()
        }
    }

    private func follow() async throws {
        var patrol = try await Patrol(self.parts)
        // Who still asks while it ends gets a word, and nothing is begun any more.
        defer {
            self.inputs.close()
            while let input = self.inputs.take({ $0.next() }) {
                if case .console(_, let reply) = input { reply.resume(returning: Self.stopping) }
            }
        }
        try await patrol.begin()
        while let input = await self.inputs.next({ $0.next() }) {
            switch input {
            case .position(let report): try await patrol.observe(report)
            case .tick:
                try await patrol.tick()
                if patrol.isTimeToGo { self.goDown() }
                if let console = self.console.withLock({ $0 }) { console.broadcast(patrol.report) }
            case .order(.command(let command, let correlation)):
                try await patrol.obey(command, correlation: correlation)
            case .order(.plan(let plan)): try await patrol.adopt(plan)
            case .console(let request, let reply):
                do {
                    reply.resume(returning: try await patrol.answer(request))
                } catch {
                    reply.resume(returning: ConsoleReply(ok: false, reason: "\(error)"))
                    throw error
                }
            case .input(let name, let value): try await patrol.take(input: name, value)
            case .stop:
                return try await patrol.end()
            }
        }
    }
}
