package import Delivery
package import PatrolWire

/// What the room's word led to.
package struct AcknowledgementEffect: Sendable, Hashable {
    /// So many records are to be sent again.
    package var again: Int64
    /// Whether a new log was begun.
    package var isNewLog: Bool

    /// Creates one.
    package init(again: Int64, isNewLog: Bool) { (self.again, self.isNewLog) = (again, isNewLog) }
}

/// What the backlog is read from: the durable log, whatever it is made of.
package protocol BacklogSource: Sendable {
    /// Returns records that the room has not acknowledged, oldest first, and dropped numbers to declare.
    ///
    /// A record that is none any more is left out of a checked query, and set aside.
    func backlog(_ query: BacklogQuery, through: Int64, limit: Int, bytes: Int) async throws -> BacklogBatch

    /// A record goes out live: from now on the room's word on its number is believed.
    func sent(_ number: RecordNumber) async

    /// What went out and was not acknowledged may not have arrived.
    func doubtSent() async

    /// Takes the room's word for what it has stored.
    ///
    /// The word on another log than the one in use means nothing.
    func acknowledge(_ acknowledgement: Acknowledgement) async throws -> AcknowledgementEffect

    /// What was spent of the day's allowance when it was last kept.
    func spent() async throws -> DaySpending

    /// Keeps what was spent, over restarts.
    func keep(_ spent: DaySpending) async throws
}
