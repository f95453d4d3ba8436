import ConsoleWire
import Position
import Threading
import Uplink

/// What reaches the chain, one at a time.
enum ChainInput: Sendable {
    case position(PositionReport)
    case tick
    case order(Downlink.Order)
    case console(ConsoleRequest, reply: CheckedContinuation<ConsoleReply, Never>)
    case input(name: String, value: Double)
    case stop

    /// What it is worth when more waits than the chain can do.
    fileprivate var rank: UrgentQueue<ChainInput>.Rank {
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

/// Inputs on their way to the chain, in order, urgent ones first.
final class ChainInputs: Sendable {
    private let queue = Handover(UrgentQueue<ChainInput>(limit: mostInputs))

    /// Fixes of some seconds at the fastest receiver; when more wait, the newest are worth more.
    private static let mostInputs = 512

    private static let busy = ConsoleReply(ok: false, reason: "patrold is busy; ask again")
    private static let stopping = ConsoleReply(ok: false, reason: "patrold is stopping")

    /// Adds an input; one that another input pushes out still gets its answer.
    func add(_ input: ChainInput) {
        switch self.queue.add({ $0.add(input, input.rank) }) {
        case .some(.some(.console(_, let reply))): reply.resume(returning: Self.busy)
        case .some: break
        case nil: if case .console(_, let reply) = input { reply.resume(returning: Self.stopping) }
        }
    }

    /// Asks for the officer, and waits for the answer.
    func ask(_ request: ConsoleRequest) async -> ConsoleReply {
        await withCheckedContinuation { self.add(.console(request, reply: $0)) }
    }

    /// Waits for the next input; `nil` once closed.
    func next() async -> ChainInput? { await self.queue.next { $0.next() } }

    /// Takes no more; requests that still wait are told that the program stops.
    func close() {
        self.queue.close()
        while let input = self.queue.take({ $0.next() }) {
            if case .console(_, let reply) = input { reply.resume(returning: Self.stopping) }
        }
    }
}
