import BrokerLink
import Ground
import Logging
import Orders
import Outbox
import PatrolWire
import Plan
import Position
import Threading
import Track

extension Patrol {
    private static let mostMessages = 20
    /// Roll calls that wait for the officer; whoever answers answers all of them.
    private static let mostRollcalls = 16
    /// Orders at the same time: nobody follows more.
    private static let mostDispatches = 16

    /// Does what the room asks, once, and answers.
    mutating func obey(_ command: Command, correlation: [UInt8]?) async throws {
        let outcome: Outcome
        switch self.desk.judge(command, now: self.trustedNow) {
        case .done(let ok, let reason, let data): outcome = Outcome(ok: ok, reason: reason, data: data)
        case .expired: outcome = Outcome(ok: false, reason: "expired before it came")
        case .fresh:
            self.parts.logger.info("From \(command.actor): \(command.kind.rawValue) (\(command.id))")
            outcome = try await self.carryOut(command)
        }
        let result = CommandResult(
            id: command.id,
            device: self.parts.device.text,
            time: self.now.time,
            ok: outcome.ok,
            reason: outcome.reason,
            data: outcome.data
        )
        self.publish(result, correlation: correlation)
    }

    private struct Outcome {
        var ok = true
        var reason: String?
        var data: [String: JSONValue]?
    }

    private mutating func carryOut(_ command: Command) async throws -> Outcome {
        let data = command.data ?? [:]
        var outcome = Outcome()
        var happenings: [Happening] = []
        switch command.kind {
        case .locate:
            self.requestPosition()
            outcome.data = self.whereabouts
        case .rollcall:
            let id = data["rollcall"]?.text ?? command.id
            self.requestPosition()
            if data["officer"] == .bool(true), !self.rollcalls.contains(id) {
                self.rollcalls.append(id)
                if self.rollcalls.count > Self.mostRollcalls { self.rollcalls.removeFirst() }
            }
            happenings = [self.answer(to: id, by: "device")]
            outcome.data = self.whereabouts
        case .dispatch:
            guard let incident = data["incident"]?.text, let latitude = data["lat"]?.number,
                let longitude = data["lon"]?.number,
                let dispatch = UnitDuty.Dispatch(
                    incident: incident,
                    latitude: latitude,
                    longitude: longitude,
                    text: data["text"]?.text ?? data["note"]?.text ?? ""
                )
            else {
                outcome = Outcome(ok: false, reason: "'data' needs 'incident', 'lat' and 'lon'")
                break
            }
            if data["update"] == .bool(true) {
                (happenings, outcome) = self.step(.redirect(dispatch))
            } else if self.duty.dispatches.count >= Self.mostDispatches {
                outcome = Outcome(ok: false, reason: "has \(Self.mostDispatches) orders already")
            } else {
                (happenings, outcome) = self.step(.dispatch(dispatch))
            }
        case .cancel: (happenings, outcome) = self.step(.cancel(incident: data["incident"]?.text ?? ""))
        case .message:
            if data["sos"] != nil { self.distress?.see(by: data["by"]?.text ?? command.actor) }
            self.messages.append(data["text"]?.text ?? "")
            if self.messages.count > Self.mostMessages { self.messages.removeFirst() }
        case .resend:
            guard let first = data["first"]?.number, let last = data["last"]?.number, first >= 1, first <= last,
                last < 9e15
            else {
                outcome = Outcome(ok: false, reason: "'data' needs 'first' and 'last'")
                break
            }
            let count = try await self.parts.outbox.resend(Int64(first)...Int64(last))
            outcome.data = ["records": .int(count)]
        }
        // Kept before it is answered, and in one transaction with what it did: it is never done twice.
        let result = CommandResult(
            id: command.id,
            device: self.parts.device.text,
            time: self.now.time,
            ok: outcome.ok,
            reason: outcome.reason,
            data: outcome.data
        )
        self.desk.keep(result, of: command)
        try await self.record(happenings)
        return outcome
    }

    private mutating func step(_ step: UnitDuty.Step) -> ([Happening], Outcome) {
        do throws(UnitDuty.Refusal) {
            let changes = try self.duty.take(step)
            return (changes.map { Happening($0) }, Outcome())
        } catch {
            return ([], Outcome(ok: false, reason: error.description))
        }
    }

    /// A roll call's answer; the record carries the place.
    func answer(to rollcall: String, by who: String) -> Happening {
        Happening(
            .rollcallAnswer,
            data: [
                "rollcall": .string(rollcall), "by": .string(who),
                "officers": .array(self.duty.officers.map { .string($0) }),
            ]
        )
    }

    private var whereabouts: [String: JSONValue] {
        var data: [String: JSONValue] = ["st": .string(self.duty.status.rawValue)]
        guard let fix = self.lastFix else { return data }
        data["lat"] = .double(fix.coordinate.latitude.rounded(decimals: 7))
        data["lon"] = .double(fix.coordinate.longitude.rounded(decimals: 7))
        data["age_s"] = .double((Double(SystemClock.bootMilliseconds - fix.received) / 1_000).rounded(decimals: 1))
        return data
    }

    /// Sends an answer and does not wait for it: the link may take its time, the patrol goes on.
    ///
    /// If it is lost, the room asks again, and gets the
    /// same answer.
    private func publish(_ result: CommandResult, correlation: [UInt8]?) {
        let parts = self.parts
        Task {
            do {
                let topic = Topic.device(station: parts.station, device: parts.device, channel: .result)
                try await parts.link.publish(
                    BrokerMessage(
                        topic: "\(topic)",
                        payload: try WireCoder().encode(result),
                        correlation: correlation
                    )
                )
            } catch {
                parts.logger.debug("Answer to \(result.id) not taken: \(error)")
            }
        }
    }

    /// Puts a plan that the room sent in force, if it may be.
    mutating func adopt(_ signed: SignedPlan) async throws {
        // Retained: the same plan comes with each connection.
        guard signed.revision != self.tracker.plan?.revision else { return }
        do throws(PlanKeeper.Refusal) {
            let plan = try self.parts.plans.keeper.open(signed, inForce: self.tracker.plan?.revision)
            await self.parts.plans.keep(signed, self.parts.logger)
            try await self.putInForce(plan)
        } catch {
            let inForce = self.tracker.plan.map { "revision \($0.revision) stays in force" } ?? "there is none in force"
            self.parts.logger.error("Plan revision \(signed.revision) from the room refused: \(error); \(inForce)")
        }
    }

    private mutating func putInForce(_ plan: PatrolPlan) async throws(PlanKeeper.Refusal) {
        do { try await self.put(plan) } catch {
            self.parts.logger.error("Plan put in force, but not recorded: \(error)")
        }
    }
}

extension JSONValue {
    /// A text, if it is one.
    var text: String? { if case .string(let text) = self { text } else { nil } }

    /// A number, if it is one.
    var number: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
