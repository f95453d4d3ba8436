/// A step that is overdue: somebody must take care of it.
package struct Alarm: Sendable, Hashable, Codable {
    /// What is overdue.
    package enum Kind: String, Sendable, Hashable, Codable {
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
    /// Who takes care of it; `nil` while nobody does.
    package let taken: String?

    /// Its name within the incident.
    package var name: String { Self.name(self.kind, self.device, self.since) }

    static func name(_ kind: Kind, _ device: String?, _ since: Int64) -> String {
        "\(kind.rawValue):\(device ?? ""):\(since)"
    }
}

extension Incident {
    private static let patience: [Alarm.Kind: Int64] = [
        .unassigned: 60_000, .undelivered: 10_000, .unaccepted: 30_000, .unmoving: 60_000,
    ]

    /// What is overdue at `now`, ms since 1970 UTC.
    package func alarms(at now: Int64) -> [Alarm] {
        var alarms: [Alarm] = []
        func check(_ kind: Alarm.Kind, _ device: String?, due: Int64) {
            guard now >= due else { return }
            let taken = self.taken[Alarm.name(kind, device, due)]
            alarms.append(Alarm(incident: self.id, device: device, kind: kind, since: due, taken: taken))
        }
        func wait(_ kind: Alarm.Kind) -> Int64 { Self.patience[kind] ?? 0 }
        if let followUp, followUp.done == nil { check(.followUp, nil, due: followUp.due) }
        guard !self.state.isEnded else { return alarms }
        let active = self.assignments.filter(\.isActive)
        if active.isEmpty, self.firstArrival == nil {
            let idle = self.assignments.compactMap(\.ended).max() ?? self.received
            check(.unassigned, nil, due: idle + wait(.unassigned))
        }
        for unit in active where unit.arrived == nil {
            if unit.delivered == nil {
                check(.undelivered, unit.device, due: unit.assigned + wait(.undelivered))
            }
            if let accepted = unit.accepted {
                if unit.departed == nil { check(.unmoving, unit.device, due: accepted + wait(.unmoving)) }
            } else {
                check(.unaccepted, unit.device, due: unit.assigned + wait(.unaccepted))
            }
            if let forecast = unit.forecast {
                check(.late, unit.device, due: unit.assigned + Int64(forecast.p90 * 1_000))
            }
        }
        return alarms
    }
}
