import Ground
import Logging
import Orders
import PatrolWire
import Plan
import Position
import Report
import Track

extension Patrol {
    private static let mostMessages = 20
    /// Roll calls that wait for the officer; one answer answers all of them.
    private static let mostRollCalls = 16
    /// Orders at the same time: nobody follows more.
    private static let mostDispatches = 16
    /// The largest record number that a double says exactly.
    private static let mostSequence = 9e15

    /// How a command ended.
    private struct Outcome {
        var ok = true
        var reason: String?
        var data: [String: JSONValue]?

        static func refused(_ reason: String) -> Outcome { Outcome(ok: false, reason: reason) }
    }

    /// Does what the room asks, once, and answers.
    mutating func obey(_ command: Command, correlation: [UInt8]?, _ turn: inout Turn) {
        switch self.desk.judge(command, now: self.trustedTime(turn.moment)) {
        case .done(let ok, let reason, let data):
            self.answer(command, Outcome(ok: ok, reason: reason, data: data), correlation, &turn)
        case .expired:
            self.answer(command, .refused("expired before it came"), correlation, &turn)
        case .fresh:
            turn.actions.append(.log(.info, "From \(command.actor): \(command.kind.rawValue) (\(command.id))"))
            guard let outcome = self.carryOut(command, correlation: correlation, &turn) else { return }
            self.conclude(command, outcome, correlation, &turn)
        }
    }

    /// Does it; `nil` when the outcome comes later.
    private mutating func carryOut(_ command: Command, correlation: [UInt8]?, _ turn: inout Turn) -> Outcome? {
        let data = command.data ?? [:]
        switch command.kind {
        case .locate:
            self.policy.request()
            return Outcome(data: self.whereabouts(turn.moment))
        case .rollcall:
            self.policy.request()
            let id = data["rollcall"]?.text ?? command.id
            if data["officer"] == .bool(true), !self.rollCalls.contains(id) {
                self.rollCalls = (self.rollCalls + [id]).suffix(Self.mostRollCalls)
            }
            self.answerRollCall(id, by: "device", &turn)
            return Outcome(data: self.whereabouts(turn.moment))
        case .dispatch: return self.dispatch(data, &turn)
        case .cancel: return self.step(.cancel(incident: data["incident"]?.text ?? ""), &turn)
        case .message:
            if data["sos"] != nil { self.distress?.see(by: data["by"]?.text ?? command.actor) }
            self.messages = (self.messages + [data["text"]?.text ?? ""]).suffix(Self.mostMessages)
            return Outcome()
        case .resend:
            guard let first = data["first"]?.number, let last = data["last"]?.number, first >= 1, first <= last,
                last < Self.mostSequence
            else { return .refused("'data' needs 'first' and 'last'") }
            turn.actions.append(.resend(Int64(first)...Int64(last), of: command, correlation: correlation))
            return nil
        }
    }

    private mutating func dispatch(_ data: [String: JSONValue], _ turn: inout Turn) -> Outcome {
        guard let incident = data["incident"]?.text, let latitude = data["lat"]?.number,
            let longitude = data["lon"]?.number,
            let dispatch = UnitDuty.Dispatch(
                incident: incident,
                latitude: latitude,
                longitude: longitude,
                text: data["text"]?.text ?? data["note"]?.text ?? ""
            )
        else { return .refused("'data' needs 'incident', 'lat' and 'lon'") }
        if data["update"] == .bool(true) { return self.step(.redirect(dispatch), &turn) }
        guard self.duty.dispatches.count < Self.mostDispatches else {
            return .refused("has \(Self.mostDispatches) orders already")
        }
        return self.step(.dispatch(dispatch), &turn)
    }

    private mutating func step(_ step: UnitDuty.Step, _ turn: inout Turn) -> Outcome {
        do throws(UnitDuty.Refusal) {
            for change in try self.duty.take(step) { self.record(change.event, change.data, &turn) }
            return Outcome()
        } catch {
            return .refused(error.description)
        }
    }

    /// What a step changes; nothing when it is not possible now.
    mutating func changes(of step: UnitDuty.Step) -> [UnitDuty.Change] {
        do throws(UnitDuty.Refusal) { return try self.duty.take(step) } catch { return [] }
    }

    /// The records that the room wants again are on their way, or cannot be read now.
    mutating func isResending(_ count: Int64?, _ command: Command, correlation: [UInt8]?, _ turn: inout Turn) {
        guard let count else {
            // Not kept as done: asked again, it is tried again.
            return self.answer(command, .refused("the records cannot be read now; ask again"), correlation, &turn)
        }
        self.conclude(command, Outcome(data: ["records": .int(count)]), correlation, &turn)
    }

    /// Kept before it is answered, and in one transaction with what it did: it is never done twice.
    private mutating func conclude(
        _ command: Command,
        _ outcome: Outcome,
        _ correlation: [UInt8]?,
        _ turn: inout Turn
    ) {
        self.desk.keep(self.result(of: command, outcome, turn.moment), of: command)
        turn.keepsMemory = true
        self.answer(command, outcome, correlation, &turn)
    }

    private func answer(_ command: Command, _ outcome: Outcome, _ correlation: [UInt8]?, _ turn: inout Turn) {
        turn.actions.append(.answer(self.result(of: command, outcome, turn.moment), correlation: correlation))
    }

    private func result(of command: Command, _ outcome: Outcome, _ moment: Moment) -> CommandResult {
        CommandResult(
            id: command.id,
            device: self.settings.device,
            time: self.stamp(moment).time,
            ok: outcome.ok,
            reason: outcome.reason,
            data: outcome.data
        )
    }

    /// Answers a roll call; the record carries the place.
    mutating func answerRollCall(_ id: String, by who: String, _ turn: inout Turn) {
        self.record(
            .rollcallAnswer,
            [
                "rollcall": .string(id), "by": .string(who),
                "officers": .array(self.duty.officers.map { .string($0) }),
            ],
            &turn
        )
    }

    private func whereabouts(_ moment: Moment) -> [String: JSONValue] {
        var data: [String: JSONValue] = ["st": .string(self.duty.status.rawValue)]
        guard let fix else { return data }
        data["lat"] = .double(fix.coordinate.latitude.rounded(decimals: 7))
        data["lon"] = .double(fix.coordinate.longitude.rounded(decimals: 7))
        data["age_s"] = .double((Double(moment.boot - fix.received) / 1_000).rounded(decimals: 1))
        return data
    }

    /// Puts a plan that the room sent in force, if it may be.
    mutating func consider(_ signed: SignedPlan, _ turn: inout Turn) {
        // Retained: the same plan comes with each connection.
        let inForce = self.tracker.plan?.revision
        guard signed.revision != inForce else { return }
        do throws(PlanKeeper.Refusal) {
            let plan = try self.settings.keeper.open(signed, inForce: inForce)
            turn.actions.append(.keep(signed))
            self.putInForce(plan, &turn)
        } catch {
            let rest = inForce.map { "revision \($0) stays in force" } ?? "there is none in force"
            turn.actions.append(
                .log(.error, "Plan revision \(signed.revision) from the room refused: \(error); \(rest)")
            )
        }
    }
}

extension JSONValue {
    /// A text, if it is one.
    fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

    /// A number, if it is one.
    fileprivate var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
