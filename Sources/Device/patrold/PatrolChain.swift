import Console
import PatrolWire
import Patrolling
import PositionGPSD
import ServiceLifecycle
import Threading
import Uplink

/// Feeds the patrol with positions, seconds, the room's orders, the officer's words and the machine's inputs.
struct PatrolChain: Service {
    let source: GPSDPositions
    let inputs: ChainInputs
    let console: ConsoleServer
    let parts: ChainParts

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await report in self.source { self.inputs.add(.position(report)) } }
            group.addTask {
                while !Task.isCancelled {
                    await pause(for: .seconds(1))
                    self.inputs.add(.tick)
                }
            }
            try await withGracefulShutdownHandler {
                defer { self.inputs.close() }
                try await self.follow()
            } onGracefulShutdown: {
                self.inputs.add(.stop)
            }
            group.cancelAll()
        }
    }

    private func follow() async throws {
        var performer = await PatrolPerformer(self.parts)
        try await performer.begin()
        while let input = await self.inputs.next() {
            switch input {
            case .position(let report): try await performer.take(.position(report))
            case .tick:
                try await performer.tick()
                self.console.broadcast(performer.report)
            case .order(.command(let command, let correlation)):
                try await performer.take(.command(command, correlation: correlation))
            case .order(.plan(let plan)): try await performer.take(.plan(plan))
            case .order(.assignment(let assignment)): try await performer.take(.assignment(assignment))
            case .console(let request, let reply): try await performer.answer(request, reply)
            case .input(let name, let value): try await performer.take(.machine(name: name, value: value))
            case .stop:
                try await performer.take(.stop)
                try await performer.seal(at: .now, isEnd: true)
                return
            }
        }
    }
}
