package import ConsoleWire
package import Logging
package import PatrolWire
package import Report

/// What the patrol wants done, in this order.
package enum PatrolAction: Sendable, Hashable {
    /// Records and memory that become durable together, or not at all.
    package struct Batch: Sendable, Hashable {
        /// Records to number, oldest first; once durable they go live.
        package var records: [RecordDraft]
        /// What the patrol has to know after a restart; `nil` when only the position changed.
        package var memory: PatrolMemory?
    }

    /// Make it durable, and say what came of it before anything else.
    case store(Batch)
    /// Answer the room; an answer that is lost is asked for again.
    case answer(CommandResult, correlation: [UInt8]?)
    /// Answer the officer.
    case reply(ConsoleReply)
    /// Keep the plan for the next start, as it came.
    case keep(SignedPlan)
    /// Send records again that the room had, and say how many there are.
    case resend(ClosedRange<Int64>, of: Command, correlation: [UInt8]?)
    /// Tell the people who look after the device.
    case log(Logger.Level, String)
    /// End the program: the vehicle is parked, and nothing is left to send.
    case end
}
