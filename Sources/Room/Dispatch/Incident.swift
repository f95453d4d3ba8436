package import Ground

/// Something that a unit is needed for.
package struct Incident: Sendable, Hashable {
    /// Id, unique in this room.
    package let id: String
    /// Where.
    package let scene: Coordinate
    /// What kind, in the dispatcher's words.
    package let category: String?
    /// What the caller said.
    package let note: String?
    /// When the room received it, ms since 1970 UTC.
    package let received: Int64
    /// Who entered it.
    package let actor: String
}

/// The incidents of the room; a pure value.
package struct IncidentBook: Sendable {
    private var incidents: [String: Incident] = [:]
    private var order: [String] = []

    /// Creates an empty book.
    package init() {}

    /// All incidents, newest first.
    package var all: [Incident] { self.order.reversed().compactMap { self.incidents[$0] } }

    /// One incident.
    package subscript(id: String) -> Incident? { self.incidents[id] }

    /// Enters an incident.
    ///
    /// - Parameters:
    ///   - scene: Where.
    ///   - category: What kind.
    ///   - note: What the caller said.
    ///   - actor: Who enters it.
    ///   - now: ms since 1970 UTC.
    /// - Returns: The incident with its id.
    package mutating func open(
        at scene: Coordinate,
        category: String?,
        note: String?,
        actor: String,
        now: Int64
    ) -> Incident {
        // The number is for people on the radio; the time in front keeps it unique over restarts.
        let id = "\(now / 1_000)-\(self.order.count + 1)"
        let incident = Incident(
            id: id,
            scene: scene,
            category: category,
            note: note,
            received: now,
            actor: actor
        )
        self.incidents[id] = incident
        self.order.append(id)
        return incident
    }
}
