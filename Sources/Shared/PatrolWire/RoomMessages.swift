/// What the room has stored for good: topic `ack`.
public struct Acknowledgement: Sendable, Hashable, WireMessage {
    /// The log that is acknowledged.
    public var log: String
    /// Every record up to this number is stored.
    public var upTo: Int64
    /// Ranges beyond ``upTo`` that are stored too; each first and last, both included, ascending.
    public var have: [[Int64]]
    /// Whether more is stored beyond the last of ``have``, which has no place in one message.
    public var part: Bool?
    /// The digest of the record that the room has under ``upTo``; `nil` where it has none.
    ///
    /// ``WireCoder/digest(of:)`` makes it. A device that has another record there has given the number twice.
    public var sum: String?
    /// Whether the room has other records under numbers of this log: the device begins a new one.
    public var forked: Bool?

    /// Most ranges in ``have``.
    public static let mostRanges = 256

    /// Creates one.
    public init(log: String, upTo: Int64, have: [ClosedRange<Int64>]) {
        self.log = log
        self.upTo = upTo
        self.have = have.prefix(Self.mostRanges).map { [$0.lowerBound, $0.upperBound] }
        if have.count > Self.mostRanges { self.part = true }
    }

    /// What breaks the contract.
    public var violation: String? {
        if !LogID.isValid(self.log) { return "'log' must be 16 lower-case hex digits" }
        if self.upTo < 0 { return "'upTo' must not be negative" }
        if let violation = ExactNumber.violation(["upTo": self.upTo]) { return violation }
        if let sum, !LogID.isValid(sum) { return "'sum' must be 16 lower-case hex digits" }
        var last = self.upTo
        for range in self.have {
            guard range.count == 2, range[0] > last, range[0] <= range[1], ExactNumber.range.contains(range[1]) else {
                return "'have' must be ascending [first, last] beyond 'upTo'"
            }
            last = range[1]
        }
        return nil
    }
}

/// The signed patrol plan: topic `plan`.
public struct SignedPlan: Sendable, Hashable, WireMessage {
    /// Revision of the plan.
    public var revision: Int
    /// Which of the room's keys signed it.
    public var key: String
    /// Ed25519 signature of ``plan``'s UTF-8 bytes, Base64.
    public var signature: String
    /// The GeoJSON document as one text, so that just the signed bytes travel.
    public var plan: String

    /// Creates one.
    public init(revision: Int, key: String, signature: String, plan: String) {
        self.revision = revision
        self.key = key
        self.signature = signature
        self.plan = plan
    }

    private enum CodingKeys: String, CodingKey {
        case revision, key, plan
        case signature = "sig"
    }
}

/// What the room asks of a device: topic `cmd`.
public struct Command: Sendable, Hashable, WireMessage {
    /// What is asked.
    public enum Kind: String, Sendable, Hashable, Codable {
        /// A position at once.
        case locate
        /// Answer a roll call.
        case rollcall
        /// Go to an incident.
        case dispatch
        /// The dispatch no longer holds.
        case cancel
        /// Show a text.
        case message
        /// Send records again.
        case resend
    }

    /// Names this command; done once however often it comes.
    public var id: String
    /// What is asked.
    public var kind: Kind
    /// When it was given, ms since 1970 UTC.
    public var time: Int64
    /// After this it must not be done, ms since 1970 UTC.
    public var expires: Int64
    /// Who gave it.
    public var actor: String
    /// What belongs to the kind.
    public var data: [String: JSONValue]?

    /// Creates one.
    public init(id: String, kind: Kind, time: Int64, expires: Int64, actor: String, data: [String: JSONValue]?) {
        self.id = id
        self.kind = kind
        self.time = time
        self.expires = expires
        self.actor = actor
        self.data = data
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case kind = "cmd"
        case time = "t"
        case expires
        case actor = "by"
        case data
    }

    /// What breaks the contract.
    public var violation: String? {
        if self.id.isEmpty || WireLimits.isTooLong(self.id, WireLimits.command) {
            return WireLimits.words("id", WireLimits.command)
        }
        if WireLimits.isTooLong(self.actor, WireLimits.name) { return WireLimits.words("by", WireLimits.name) }
        if let violation = ExactNumber.violation(["t": self.time, "expires": self.expires]) { return violation }
        return WireLimits.violation(of: self.data)
    }
}

/// A device's answer to a command: topic `res`, with the command's correlation data.
public struct CommandResult: Sendable, Hashable, WireMessage {
    /// The command that is answered.
    public var id: String
    /// Device.
    public var device: String
    /// When, ms since 1970 UTC.
    public var time: Int64
    /// Whether it was done.
    public var ok: Bool
    /// Why not.
    public var reason: String?
    /// What belongs to the command's kind.
    public var data: [String: JSONValue]?

    /// Creates one.
    public init(id: String, device: String, time: Int64, ok: Bool, reason: String?, data: [String: JSONValue]?) {
        self.id = id
        self.device = device
        self.time = time
        self.ok = ok
        self.reason = reason
        self.data = data
    }

    private enum CodingKeys: String, CodingKey {
        case id
        case device = "dev"
        case time = "t"
        case ok, reason, data
    }

    /// What breaks the contract.
    public var violation: String? {
        if self.id.isEmpty || WireLimits.isTooLong(self.id, WireLimits.command) {
            return WireLimits.words("id", WireLimits.command)
        }
        if let reason, WireLimits.isTooLong(reason, WireLimits.text) {
            return WireLimits.words("reason", WireLimits.text)
        }
        return ExactNumber.violation(["t": self.time]) ?? WireLimits.violation(of: self.data)
    }
}

/// Whether the command room is there: topic `patrol/1/{station}/room`, and its will.
public struct RoomState: Sendable, Hashable, WireMessage {
    /// Whether it is.
    public var online: Bool
    /// Since when, ms since 1970 UTC.
    public var since: Int64

    /// Creates one.
    public init(online: Bool, since: Int64) {
        self.online = online
        self.since = since
    }
}
