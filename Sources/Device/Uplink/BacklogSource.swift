package import Delivery
package import PatrolWire

/// What the backlog is read from: the durable log, whatever it is made of.
package protocol BacklogSource: Sendable {
    /// Returns records that the room has not acknowledged, oldest first, and dropped numbers to declare.
    ///
    /// A record that is none any more is left out of a checked query, and set aside.
    func backlog(_ query: BacklogQuery, through: Int64, limit: Int, bytes: Int) async throws -> BacklogBatch

    /// Takes the room's word for what it has stored; returns how many records it wants again.
    ///
    /// The word on another log than the one in use means nothing.
    func acknowledge(_ acknowledgement: Acknowledgement) async throws -> Int64

    /// What was spent of the day's allowance when it was last kept.
    func spent() async throws -> DaySpending

    /// Keeps what was spent, over restarts.
    func keep(_ spent: DaySpending) async throws
}
