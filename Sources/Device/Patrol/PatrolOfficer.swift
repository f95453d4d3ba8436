import ConsoleWire
import Orders
import PatrolWire

extension Patrol {
    /// Does what the officer, or the car's own screen, asks.
    mutating func answer(_ request: ConsoleRequest, _ turn: inout Turn) {
        let refusal = self.carryOut(request, &turn)
        let report = self.report(at: turn.moment)
        turn.actions.append(.reply(ConsoleReply(ok: refusal == nil, reason: refusal, report: report)))
    }

    /// Does it; returns why it cannot be done.
    private mutating func carryOut(_ request: ConsoleRequest, _ turn: inout Turn) -> String? {
        switch request.verb {
        case .status, .watch: return nil
        case .say:
            guard let status = request.status else { return "'status' is missing: off, patrol, busy or break" }
            guard status != .enroute, status != .scene else {
                return "'\(status.rawValue)' comes with a dispatch: accept one, or say arrived"
            }
            return self.step(.say(status), &turn)
        case .checkin: return self.step(.checkin(request.officers ?? []), &turn)
        case .checkout: return self.step(.checkout(request.officers ?? []), &turn)
        case .accept: return self.step(.accept, &turn)
        case .decline: return self.step(.decline(reason: request.reason ?? ""), &turn)
        case .arrived: return self.step(.arrive(.officer), &turn)
        case .cleared: return self.step(.clear, &turn)
        case .sos:
            self.callForHelp(["by": .string("word")], &turn)
            return nil
        case .rollcall:
            guard !self.rollCalls.isEmpty else { return "no roll call waits for an answer" }
            for id in self.rollCalls { self.answerRollCall(id, by: "officer", &turn) }
            self.rollCalls = []
            return nil
        case .incident: return self.find(request, &turn)
        case .visit: return self.visit(request, &turn)
        case .task: return self.raise(request, &turn)
        case .done: return self.answerTask(request, &turn)
        case .input: return self.set(request, &turn)
        }
    }

    private mutating func step(_ step: UnitDuty.Step, _ turn: inout Turn) -> String? {
        do throws(UnitDuty.Refusal) {
            for change in try self.duty.take(step) { self.record(change.event, change.data, &turn) }
            // A status that was said again makes no record; that it was said is kept all the same.
            turn.keepsMemory = true
            return nil
        } catch {
            return error.description
        }
    }

    private mutating func set(_ request: ConsoleRequest, _ turn: inout Turn) -> String? {
        guard let name = request.input, let value = request.level ?? request.on.map({ $0 ? 1 : 0 }), value.isFinite
        else { return "'input' needs its name, and 'on' or 'level'" }
        guard let input = MachineInput(rawValue: name) else {
            let names = MachineInput.allCases.map(\.rawValue).joined(separator: ", ")
            return "'\(name)' is no input; there are \(names)"
        }
        self.set(input, to: value, &turn)
        return nil
    }
}
