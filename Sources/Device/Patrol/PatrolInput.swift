package import ConsoleWire
package import PatrolWire
package import Plan
package import Position

/// What reaches the patrol.
package enum PatrolInput: Sendable {
    /// The program has started; the plan is the one that was kept.
    case started(isFirstOfBoot: Bool, plan: PatrolPlan?)
    /// The receiver, or gpsd, says something.
    case position(PositionReport)
    /// A second is over.
    case tick
    /// How the connection to the room is.
    case uplink(UplinkState)
    /// The room asks for something; the answer carries `correlation`.
    case command(Command, correlation: [UInt8]?)
    /// The room sends a plan.
    case plan(SignedPlan)
    /// The room says what the roster wants of the unit; `nil` for nothing.
    case assignment(DutyAssignment?)
    /// The officer asks for something; one ``PatrolAction/reply(_:)`` answers it.
    case console(ConsoleRequest)
    /// An input of the machine has settled on a value.
    case machine(name: String, value: Double)
    /// What ``PatrolAction/store(_:)`` came to: everything is durable.
    case stored
    /// What ``PatrolAction/store(_:)`` came to: nothing is durable, and that may pass.
    case notStored(PatrolAction.Batch, reason: String)
    /// What ``PatrolAction/resend(_:of:correlation:)`` came to; `nil` when the records cannot be read now.
    case resending(count: Int64?, of: Command, correlation: [UInt8]?)
    /// The program is to end.
    case stop
}

/// How the connection to the room is.
package struct UplinkState: Sendable, Hashable {
    /// Whether the broker is connected.
    package var isLinkUp: Bool
    /// Whether the command room is there.
    package var isRoomOnline: Bool
    /// Records that the room has not acknowledged.
    package var waiting: Int64

    /// Creates a state.
    package init(isLinkUp: Bool = false, isRoomOnline: Bool = false, waiting: Int64 = 0) {
        (self.isLinkUp, self.isRoomOnline, self.waiting) = (isLinkUp, isRoomOnline, waiting)
    }
}
