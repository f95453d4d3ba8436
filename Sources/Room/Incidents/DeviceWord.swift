package import PatrolWire

/// What a device's record says about an order.
package struct DeviceWord: Sendable, Hashable {
    /// The incident.
    package let incident: String
    /// What was done.
    package let step: IncidentStep.DeviceStep

    /// Reads an event record; `nil` when it is about no order.
    package init?(_ record: Record) {
        guard let event = record.event, case .string(let incident)? = record.data?["incident"] else { return nil }
        self.incident = incident
        switch event {
        case .dispatchReceived: self.step = .delivered
        case .dispatchAccepted: self.step = .accepted
        case .dispatchDeclined:
            if case .string(let reason)? = record.data?["reason"] {
                self.step = .declined(reason: reason)
            } else {
                self.step = .declined(reason: "")
            }
        case .dispatchArrived: self.step = .arrived
        case .dispatchCleared: self.step = .cleared
        default: return nil
        }
    }
}

/// Sees that a unit has driven off: its speed, or that it is elsewhere.
package enum Departure {
    /// Faster than this, m/s, it drives.
    private static let driving = 3.0

    /// Whether a position record of a unit that has accepted shows it driving.
    package static func isSeen(in record: Record) -> Bool {
        record.event == nil && record.status == .enroute && (record.speed ?? 0) >= Self.driving
    }
}
