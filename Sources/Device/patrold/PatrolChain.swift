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
    private let inputs: AsyncStream<ChainInput>
    private let continuation: AsyncStream<ChainInput>.Continuation

    /// Fixes of some seconds at the fastest receiver; when more wait, the newest are worth more.
    private static let mostInputs = 512

    init(source: GPSDPositions, parts: ChainParts) {
        self.source = source
        self.parts = parts
        (self.inputs, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.mostInputs))
    }

    /// Takes what the room asks.
    func take(_ order: Downlink.Order) { self.continuation.yield(.order(order)) }

    /// Takes what an input says.
    func take(input name: String, _ value: Double) {
        Self.yield(.input(name: name, value: value), to: self.continuation)
    }

    /// Takes what the officer asks, and answers it.
    func ask(_ request: ConsoleRequest) async -> ConsoleReply {
        await withCheckedContinuation { reply in
            switch self.continuation.yield(.console(request, reply: reply)) {
            case .enqueued: break
            case .dropped(.console(_, let dropped)): dropped.resume(returning: Self.busy)
            case .dropped: break
            case .terminated: reply.resume(returning: ConsoleReply(ok: false, reason: "patrold is stopping"))
            @unknown default: break
            }
        }
    }

    private static let busy = ConsoleReply(ok: false, reason: "patrold is busy; ask again")

    /// Reports go to who watches there.
    func report(to console: ConsoleServer) { self.console.withLock { $0 = console } }

    /// The ignition has been off for long enough: the process ends in order, as if it had been told to.
    private func goDown() {
        self.parts.logger.info("Ignition off and nothing left to send, or time over: ending")
        kill(getpid(), SIGTERM)
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (source, continuation) = (self.source, self.continuation)
            group.addTask { for await report in source { Self.yield(.position(report), to: continuation) } }
            group.addTask {
                while !Task.isCancelled {
                    await pause(for: .seconds(1))
                    Self.yield(.tick, to: continuation)
                }
            }
            try await withGracefulShutdownHandler {
                try await self.follow()
            } onGracefulShutdown: {
                Self.yield(.stop, to: continuation)
            }
            group.cancelAll()
        }
    }

    /// What is pushed out by a newer input still gets its answer.
    private static func yield(_ input: ChainInput, to continuation: AsyncStream<ChainInput>.Continuation) {
        if case .dropped(.console(_, let reply)) = continuation.yield(input) { reply.resume(returning: Self.busy) }
    }

    private func follow() async throws {
        var patrol = try await Patrol(self.parts)
        defer { self.continuation.finish() }
        try await patrol.begin()
        var isStopping = false
        for await input in self.inputs {
            // Who still asks while it ends gets a word, and nothing is begun any more.
            if isStopping {
                if case .console(_, let reply) = input { reply.resume(returning: Self.busy) }
                continue
            }
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
                try await patrol.end()
                isStopping = true
                self.continuation.finish()
            }
        }
    }
}
