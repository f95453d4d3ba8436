/// A task that another system gives the room: topic `patrol/1/{station}/room/task`, QoS 1.
///
/// Such as a warning to be delivered (预警指令). What became of it is told as an ``IncidentReceipt``.
public struct TaskCall: Sendable, Hashable, WireMessage {
    /// The sender's own id of the task; the same id twice is one task.
    public var id: String
    /// What kind: `follow-up`, `supervision`, `case`, `whistle`, `referral`, `publicity`, `warning`, `other`.
    public var kind: String
    /// 1 (at once) … 3 (when there is time).
    public var grade: Int?
    /// What is to be done.
    public var text: String
    /// Service number of the officer whose it is to be.
    public var owner: String
    /// Until when, ms since 1970 UTC.
    public var due: Int64
    /// Who or what gives it.
    public var source: String
    /// The incident that it comes from.
    public var incident: String?
    /// The grid that it belongs to.
    public var grid: String?
    /// Degrees, WGS 84, positive north.
    public var latitude: Double?
    /// Degrees, WGS 84, positive east.
    public var longitude: Double?

    /// Creates one.
    public init(id: String, kind: String, text: String, owner: String, due: Int64, source: String) {
        (self.id, self.kind, self.text, self.owner) = (id, kind, text, owner)
        (self.due, self.source) = (due, source)
    }

    private enum CodingKeys: String, CodingKey {
        case id, kind, grade, text, owner, due, incident, grid
        case latitude = "lat"
        case longitude = "lon"
        case source = "by"
    }

    /// What breaks the contract.
    public var violation: String? {
        if let violation = IncidentCall.violation(ofID: self.id) { return violation }
        if let grade, !(1...3).contains(grade) { return "'grade' must be from 1 to 3" }
        if self.text.isEmpty || WireLimits.isTooLong(self.text, WireLimits.text) {
            return WireLimits.words("text", WireLimits.text)
        }
        for (key, text) in ["kind": self.kind, "owner": self.owner, "by": self.source]
        where text.isEmpty || WireLimits.isTooLong(text, WireLimits.name) {
            return WireLimits.words(key, WireLimits.name)
        }
        for (key, text) in ["incident": self.incident, "grid": self.grid] {
            if let text, WireLimits.isTooLong(text, WireLimits.id) { return WireLimits.words(key, WireLimits.id) }
        }
        if let violation = ExactNumber.violation(["due": self.due]) { return violation }
        if (self.latitude == nil) != (self.longitude == nil) { return "'lat' and 'lon' come together" }
        if let latitude, !(-90...90).contains(latitude) { return "'lat' must be within -90 and 90" }
        if let longitude, !(-180...180).contains(longitude) { return "'lon' must be within -180 and 180" }
        return nil
    }
}
