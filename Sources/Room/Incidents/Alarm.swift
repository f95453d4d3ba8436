/// A step that is overdue: somebody must take care of it.
package struct Alarm: Sendable, Hashable, Codable {
    /// What is overdue.
    package enum Kind: String, Sendable, Hashable, Codable {
        /// An officer calls for help.
        case sos
        /// The officer has said no, or the device cannot take the order.
        case declined
        /// No unit was sent in 60 s.
        case unassigned
        /// The order did not get to the device in 10 s.
        case undelivered
        /// Not accepted in 30 s.
        case unaccepted
        /// Not moving in 60 s.
        case unmoving
        /// Later than nine of ten would be.
        case late
        /// Every unit has left, and nobody has closed the incident in 120 s.
        case unclosed
        /// What remained to be done is past its time.
        case followUp
    }

    /// The incident.
    package let incident: String
    /// The device; `nil` when it is about the incident.
    package let device: String?
    /// What is overdue.
    package let kind: Kind
    /// Since when, ms since 1970 UTC.
    package let since: Int64
    /// The dispatcher who has taken it; `nil` while nobody has.
    package let taken: String?
    /// Station of the device; `nil` when it is about the incident.
    package var station: String?
    /// In whose words: why an order was declined.
    package var text: String?
    /// Whether a call for help waited on the device before it was heard.
    package var isLate = false

    /// Its name within the incident.
    package var name: String { Self.name(self.kind, self.device, self.since) }

    static func name(_ kind: Kind, _ device: String?, _ since: Int64) -> String {
        "\(kind.rawValue):\(device ?? ""):\(since)"
    }
}

extension Incident {
    private static let patience: [Alarm.Kind: Int64] = [
        .unassigned: 60_000, .undelivered: 10_000, .unaccepted: 30_000, .unmoving: 60_000, .unclosed: 120_000,
    ]

    /// The name of the alarm that this call for help is; `nil` for any other incident.
    var distressAlarm: String? { self.distress.map { Alarm.name(.sos, $0.device, $0.since) } }

    /// What is overdue at `now`, ms since 1970 UTC.
    package func alarms(at now: Int64) -> [Alarm] {
        var alarms: [Alarm] = []
        func raise(_ kind: Alarm.Kind, _ unit: Assignment?, due: Int64, text: String? = nil) {
            guard now >= due else { return }
            let taken = self.taken[Alarm.name(kind, unit?.device, due)]
            alarms.append(
                Alarm(
                    incident: self.id,
                    device: unit?.device,
                    kind: kind,
                    since: due,
                    taken: taken,
                    station: unit?.station,
                    text: text
                )
            )
        }
        func wait(_ kind: Alarm.Kind) -> Int64 { Self.patience[kind] ?? 0 }
        if let followUp, followUp.done == nil { raise(.followUp, nil, due: followUp.due) }
        guard !self.state.isEnded else { return alarms }
        if let distress { alarms.append(self.alarm(distress)) }
        for unit in self.assignments {
            guard let refusal = unit.refusal, let ended = unit.ended,
                !self.assignments.contains(where: { $0.assigned >= ended && $0.order != unit.order })
            else { continue }
            raise(.declined, unit, due: ended, text: refusal)
        }
        let active = self.assignments.filter(\.isActive)
        if active.isEmpty, self.firstArrival == nil {
            let idle = self.assignments.compactMap(\.ended).max() ?? self.received
            raise(.unassigned, nil, due: idle + wait(.unassigned))
        } else if active.isEmpty, let left = self.assignments.compactMap({ $0.cleared ?? $0.ended }).max() {
            raise(.unclosed, nil, due: left + wait(.unclosed))
        }
        for unit in active where unit.arrived == nil {
            if unit.delivered == nil { raise(.undelivered, unit, due: unit.assigned + wait(.undelivered)) }
            if let accepted = unit.accepted {
                if unit.departed == nil { raise(.unmoving, unit, due: accepted + wait(.unmoving)) }
            } else {
                raise(.unaccepted, unit, due: unit.assigned + wait(.unaccepted))
            }
            if let forecast = unit.forecast {
                raise(.late, unit, due: unit.assigned + Int64(min(forecast.p90, 1e9) * 1_000))
            }
        }
        return alarms
    }

    private func alarm(_ distress: Distress) -> Alarm {
        Alarm(
            incident: self.id,
            device: distress.device,
            kind: .sos,
            since: distress.since,
            taken: self.taken[Alarm.name(.sos, distress.device, distress.since)],
            station: distress.station,
            isLate: distress.isLate
        )
    }
}
