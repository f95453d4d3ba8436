/// Birth and death of a device: topic `state`, and the same as the will with `online` false.
public struct DeviceState: Sendable, Hashable, WireMessage {
    /// Device.
    public var device: String
    /// Call sign.
    public var unit: String
    /// Whether it is connected.
    public var online: Bool
    /// Its log.
    public var log: String
    /// When the machine started, ms since 1970 UTC by the device's own clock.
    public var boot: Int64
    /// Counts the connections of this log; a will with a smaller number is late and means nothing.
    public var connect: Int64
    /// Version of the daemon.
    public var version: String
    /// Hardware profile.
    public var profile: String
    /// Revision of the plan in force.
    public var plan: Int?
    /// The number that the next record will have.
    public var next: Int64

    /// Creates one.
    public init(
        device: String,
        unit: String,
        online: Bool,
        log: String,
        boot: Int64,
        connect: Int64,
        version: String,
        profile: String,
        plan: Int?,
        next: Int64
    ) {
        self.device = device
        self.unit = unit
        self.online = online
        self.log = log
        self.boot = boot
        self.connect = connect
        self.version = version
        self.profile = profile
        self.plan = plan
        self.next = next
    }

    private enum CodingKeys: String, CodingKey {
        case device = "dev"
        case unit, online, log, boot, connect, version, profile, plan, next
    }

    /// What breaks the contract.
    public var violation: String? {
        if Name.device(self.device) == nil { return "'dev' must be \(Name.rule), and not 'room'" }
        if !LogID.isValid(self.log) { return "'log' must be 16 lower-case hex digits" }
        let texts: KeyValuePairs = ["unit": self.unit, "version": self.version, "profile": self.profile]
        for (key, text) in texts where WireLimits.isTooLong(text, WireLimits.name) {
            return WireLimits.words(key, WireLimits.name)
        }
        return ExactNumber.violation(["boot": self.boot, "connect": self.connect, "next": self.next])
    }
}

/// Condition of a device: topic `health`.
public struct DeviceHealth: Sendable, Hashable, WireMessage {
    /// Device.
    public var device: String
    /// When it was taken, ms since 1970 UTC.
    public var time: Int64
    /// CLOCK_BOOTTIME, ms.
    public var uptime: Int64
    /// Records that the room has not acknowledged.
    public var queue: Int64?
    /// Age of the oldest of them, s.
    public var queueAge: Double?
    /// Satellite receiver.
    public var gnss: GNSSHealth?
    /// Supply, V.
    public var voltage: Double?
    /// Temperature, °C.
    public var temperature: Double?
    /// Free space where the outbox is, bytes.
    public var diskFree: Int64?
    /// When the device's certificate ends, ms since 1970 UTC.
    public var certificateEnds: Int64?

    /// Creates one with what is always known.
    public init(device: String, time: Int64, uptime: Int64) {
        self.device = device
        self.time = time
        self.uptime = uptime
    }

    private enum CodingKeys: String, CodingKey {
        case device = "dev"
        case time = "t"
        case uptime = "up"
        case queue
        case queueAge = "queue_age_s"
        case gnss
        case voltage = "volt"
        case temperature = "temp_c"
        case diskFree = "disk_free"
        case certificateEnds = "cert_ends"
    }

    /// What breaks the contract.
    public var violation: String? {
        if let refused = self.gnss?.refused, refused.count > WireLimits.reasons {
            return "'gnss.refused' holds more than \(WireLimits.reasons)"
        }
        for key in self.gnss?.refused.map({ Array($0.keys) }) ?? [] where WireLimits.isTooLong(key, WireLimits.id) {
            return WireLimits.words("gnss.refused", WireLimits.id)
        }
        return ExactNumber.violation([
            "t": self.time, "up": self.uptime, "queue": self.queue ?? 0, "cert_ends": self.certificateEnds ?? 0,
        ])
    }
}

/// The satellite receiver's condition: key `gnss` of `health`.
public struct GNSSHealth: Sendable, Hashable, Codable {
    /// 0 or 1 no fix, 2 or 3 dimensions.
    public var mode: Int
    /// Satellites used.
    public var satellites: Int?
    /// Age of the newest usable fix, s.
    public var age: Double?
    /// Fixes refused since the start, by reason.
    public var refused: [String: Int]?

    /// Creates one.
    public init(mode: Int, satellites: Int?, age: Double?, refused: [String: Int]?) {
        self.mode = mode
        self.satellites = satellites
        self.age = age
        self.refused = refused
    }

    private enum CodingKeys: String, CodingKey {
        case mode
        case satellites = "sat"
        case age = "age_s"
        case refused
    }
}

/// Records that wait: topic `log`; at most 60 records and 16 KiB.
public struct Backlog: Sendable, Hashable, WireMessage {
    /// Most records in one message.
    public static let mostRecords = 60
    /// Most bytes of one message.
    public static let mostBytes = 16 * 1_024
    /// Most ranges of dropped numbers in one message.
    public static let mostDropped = 64

    /// The log that numbers them.
    public var log: String
    /// The records.
    public var records: [Record]
    /// Numbers that the device had to drop for want of space, and that nobody needs to wait for.
    public var dropped: [ClosedRange<Int64>]

    /// Creates one.
    public init(log: String, records: [Record], dropped: [ClosedRange<Int64>] = []) {
        self.log = log
        self.records = records
        self.dropped = dropped
    }

    private enum CodingKeys: String, CodingKey { case log, records, dropped }

    /// Returns the bytes of a message whose records are encoded already.
    ///
    /// The device keeps records as bytes and does not read them again only to send them.
    public static func splice(log: String, records: [[UInt8]], dropped: [ClosedRange<Int64>] = []) -> [UInt8] {
        var bytes = Array("{".utf8)
        if !dropped.isEmpty {
            let ranges = dropped.map { "[\($0.lowerBound),\($0.upperBound)]" }.joined(separator: ",")
            bytes += Array("\"dropped\":[\(ranges)],".utf8)
        }
        bytes += Array("\"log\":\"\(log)\",\"records\":[".utf8)
        for (index, record) in records.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += record
        }
        return bytes + Array("],\"v\":\(WireCoder.version)}".utf8)
    }

    /// Reads it; each record carries its own `v`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.log = try container.decode(String.self, forKey: .log)
        self.records = try container.decode([Versioned<Record>].self, forKey: .records).map(\.message)
        let dropped = try container.decodeIfPresent([[Int64]].self, forKey: .dropped) ?? []
        // Counted before it is looked at.
        guard dropped.count <= Self.mostDropped else {
            throw WireError.malformed(reason: "'dropped' holds more than \(Self.mostDropped)")
        }
        self.dropped = try dropped.map { range in
            guard range.count == 2, range[0] >= 1, range[0] <= range[1], ExactNumber.range.contains(range[1]) else {
                throw WireError.malformed(reason: "'dropped' must be ranges [first, last]")
            }
            return range[0]...range[1]
        }
    }

    /// Writes it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(self.log, forKey: .log)
        try container.encode(self.records.map { Versioned(message: $0) }, forKey: .records)
        guard !self.dropped.isEmpty else { return }
        try container.encode(self.dropped.map { [$0.lowerBound, $0.upperBound] }, forKey: .dropped)
    }

    /// What breaks the contract.
    public var violation: String? {
        if !LogID.isValid(self.log) { return "'log' must be 16 lower-case hex digits" }
        if self.dropped.count > Self.mostDropped { return "'dropped' holds more than \(Self.mostDropped)" }
        if self.dropped.contains(where: { $0.lowerBound < 1 || !ExactNumber.range.contains($0.upperBound) }) {
            return "'dropped' must be ranges [first, last]"
        }
        if self.records.count > Self.mostRecords { return "'records' holds more than \(Self.mostRecords)" }
        for record in self.records {
            if let violation = record.violation { return violation }
            if record.log != self.log { return "a record is of another 'log' than the message" }
        }
        return nil
    }
}
