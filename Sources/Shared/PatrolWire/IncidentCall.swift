/// An incident that a sensor or another system tells the room of: topic `patrol/1/{station}/room/incident`, QoS 1.
public struct IncidentCall: Sendable, Hashable, WireMessage {
    /// The sender's own id of the incident; the same id twice is one incident.
    public var id: String
    /// Degrees, WGS 84, positive north.
    public var latitude: Double
    /// Degrees, WGS 84, positive east.
    public var longitude: Double
    /// Who or what tells it.
    public var source: String
    /// The place in words.
    public var place: String?
    /// What kind.
    public var category: String?
    /// 1 (at once) to 4 (when somebody is free).
    public var priority: Int?
    /// What is said of it.
    public var note: String?

    /// Creates one.
    public init(
        id: String,
        latitude: Double,
        longitude: Double,
        source: String,
        place: String? = nil,
        category: String? = nil,
        priority: Int? = nil,
        note: String? = nil
    ) {
        (self.id, self.latitude, self.longitude, self.source) = (id, latitude, longitude, source)
        (self.place, self.category, self.priority, self.note) = (place, category, priority, note)
    }

    private enum CodingKeys: String, CodingKey {
        case id, place, category, priority, note
        case latitude = "lat"
        case longitude = "lon"
        case source = "by"
    }

    /// What makes an id of another system unfit for topics and paths.
    static func violation(ofID id: String) -> String? {
        if id.isEmpty || id.utf8.count > 64 { return "'id' must have 1 to 64 bytes" }
        if id.utf8.contains(where: { $0 <= 0x20 || [0x22, 0x23, 0x2B, 0x2F, 0x7F].contains($0) }) {
            return "'id' must not hold blanks, '/', '+', '#' or quotes"
        }
        return [".", ".."].contains(id) ? "'id' must not be a step in a path" : nil
    }

    /// What breaks the contract.
    public var violation: String? {
        if let violation = Self.violation(ofID: self.id) { return violation }
        if !(-90...90).contains(self.latitude) { return "'lat' must be within -90 and 90" }
        if !(-180...180).contains(self.longitude) { return "'lon' must be within -180 and 180" }
        if let priority, !(1...4).contains(priority) { return "'priority' must be from 1 to 4" }
        if self.source.isEmpty { return "'by' must not be empty" }
        let names: KeyValuePairs = ["by": self.source, "category": self.category ?? ""]
        for (key, text) in names where WireLimits.isTooLong(text, WireLimits.name) {
            return WireLimits.words(key, WireLimits.name)
        }
        for (key, text) in ["place": self.place, "note": self.note] {
            if let text, WireLimits.isTooLong(text, WireLimits.text) { return WireLimits.words(key, WireLimits.text) }
        }
        return nil
    }
}

/// What became of an ``IncidentCall``: topic `patrol/1/{station}/room/incident/{id}`, with its correlation data.
public struct IncidentReceipt: Sendable, Hashable, WireMessage {
    /// The id that the call had.
    public var id: String
    /// Whether it is entered.
    public var ok: Bool
    /// Whether it is in the room's store; `false` while the store fails and the room keeps it in memory.
    public var stored: Bool
    /// Why it was not entered.
    public var reason: String?

    /// Creates one.
    public init(id: String, ok: Bool, stored: Bool, reason: String? = nil) {
        (self.id, self.ok, self.stored, self.reason) = (id, ok, stored, reason)
    }
}
