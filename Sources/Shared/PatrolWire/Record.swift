/// One record of a device, position or event: the unit of what is never lost.
///
/// Topics `pos` and `evt`; inside `log`.
public struct Record: Sendable, Hashable, WireMessage {
    /// Device that made it; equals the topic's.
    public var device: String
    /// Call sign in force when it was made.
    public var unit: String
    /// The device log that numbers it: 16 lower-case hex digits.
    public var log: String
    /// Number in that log, from 1 on, without a gap.
    public var sequence: Int64
    /// When it was measured or happened, ms since 1970 UTC.
    public var time: Int64
    /// How far ``time`` can be trusted.
    public var timeQuality: TimeQuality
    /// CLOCK_BOOTTIME of the device, ms.
    public var uptime: Int64
    /// Degrees, WGS 84, positive north; written with 7 decimals.
    ///
    /// A position record always has it.
    public var latitude: Double?
    /// Degrees, WGS 84, positive east; written with 7 decimals.
    ///
    /// A position record always has it.
    public var longitude: Double?
    /// 95 % horizontal error, m.
    public var accuracy: Double?
    /// Height above mean sea level, m.
    public var altitude: Double?
    /// Speed over ground, m/s.
    public var speed: Double?
    /// Course over ground, degrees from true north.
    public var course: Double?
    /// 2 or 3 dimensions.
    public var mode: Int?
    /// Satellites used.
    public var satellites: Int?
    /// Where the place comes from.
    public var source: PositionSource?
    /// Why now.
    public var trigger: Trigger
    /// What the unit is doing.
    public var status: UnitStatus
    /// Whether the ignition is on.
    public var ignition: Bool?
    /// Charge, 0…1.
    public var battery: Double?
    /// Grids it is in, finest last.
    public var grids: [String]?
    /// Where it is on its patrol line.
    public var line: LinePosition?
    /// Revision of the plan in force.
    public var plan: Int?
    /// What happened; `nil` for a position record.
    public var event: EventKind?
    /// What belongs to the event.
    public var data: [String: JSONValue]?
    /// The numbers that it had in logs which had to be given up, the oldest first; `nil` for almost every record.
    ///
    /// Whoever has one of them with the same content has this record already.
    public var was: [RecordNumber]?

    /// Creates a record with the keys that every record has.
    public init(
        device: String,
        unit: String,
        log: String,
        sequence: Int64,
        time: Int64,
        timeQuality: TimeQuality,
        uptime: Int64,
        trigger: Trigger,
        status: UnitStatus
    ) {
        self.device = device
        self.unit = unit
        self.log = log
        self.sequence = sequence
        self.time = time
        self.timeQuality = timeQuality
        self.uptime = uptime
        self.trigger = trigger
        self.status = status
    }

    private enum CodingKeys: String, CodingKey {
        case device = "dev"
        case unit
        case log
        case sequence = "seq"
        case time = "t"
        case timeQuality = "tq"
        case uptime = "up"
        case latitude = "lat"
        case longitude = "lon"
        case accuracy = "acc"
        case altitude = "alt"
        case speed = "spd"
        case course = "cog"
        case mode
        case satellites = "sat"
        case source = "src"
        case trigger = "trg"
        case status = "st"
        case ignition = "ign"
        case battery = "bat"
        case grids
        case line
        case plan
        case event = "ev"
        case data
        case was
    }

    /// The number that it was first given: the same however often its device had to begin a new log.
    public var identity: RecordNumber {
        self.was?.first ?? RecordNumber(log: self.log, sequence: self.sequence)
    }

    /// Whether it says the same as another, whatever their numbers are.
    public func hasContent(of other: Record) -> Bool {
        var copy = other
        (copy.log, copy.sequence, copy.was) = (self.log, self.sequence, self.was)
        return self == copy
    }
}

/// A number in a log.
public struct RecordNumber: Sendable, Hashable, Codable {
    /// The log: 16 lower-case hex digits.
    public var log: String
    /// The number, from 1 on.
    public var sequence: Int64

    /// Creates one.
    public init(log: String, sequence: Int64) { (self.log, self.sequence) = (log, sequence) }

    private enum CodingKeys: String, CodingKey {
        case log
        case sequence = "seq"
    }
}

/// Where a unit is on its patrol line: key `line` of a record.
public struct LinePosition: Sendable, Hashable, Codable {
    /// Id of the line in the plan.
    public var id: String
    /// Signed distance off the line, m, right positive.
    public var off: Double
    /// Distance along the line, m.
    public var along: Double
    /// Whether it is inside the corridor.
    public var on: Bool

    /// Creates one.
    public init(id: String, off: Double, along: Double, on: Bool) {
        self.id = id
        self.off = off
        self.along = along
        self.on = on
    }
}

extension Record {
    /// What breaks the contract although each key could be read.
    public var violation: String? {
        if Name.device(self.device) == nil { return "'dev' must be \(Name.rule), and not 'room'" }
        if !LogID.isValid(self.log) { return "'log' must be 16 lower-case hex digits" }
        if self.sequence < 1 { return "'seq' counts from 1" }
        let numbers: KeyValuePairs = ["seq": self.sequence, "t": self.time, "up": self.uptime]
        if let violation = ExactNumber.violation(numbers) { return violation }
        if (self.latitude == nil) != (self.longitude == nil) { return "'lat' and 'lon' come together" }
        if let latitude, !(-90...90).contains(latitude) { return "'lat' must be within -90 and 90" }
        if let longitude, !(-180...180).contains(longitude) { return "'lon' must be within -180 and 180" }
        if self.event == nil, self.latitude == nil { return "a position record needs 'lat' and 'lon'" }
        if let mode, mode != 2, mode != 3 { return "'mode' must be 2 or 3" }
        if let battery, !(0...1).contains(battery) { return "'bat' must be within 0 and 1" }
        return self.excess
    }

    /// What is longer than the contract lets it be.
    private var excess: String? {
        if WireLimits.isTooLong(self.unit, WireLimits.name) { return WireLimits.words("unit", WireLimits.name) }
        if let event, event.rawValue.isEmpty || WireLimits.isTooLong(event.rawValue, WireLimits.id) {
            return WireLimits.words("ev", WireLimits.id)
        }
        if let grids {
            if grids.count > WireLimits.grids { return "'grids' holds more than \(WireLimits.grids)" }
            if grids.contains(where: { WireLimits.isTooLong($0, WireLimits.id) }) {
                return WireLimits.words("grids", WireLimits.id)
            }
        }
        if let line, WireLimits.isTooLong(line.id, WireLimits.id) { return WireLimits.words("line.id", WireLimits.id) }
        if let was {
            if was.count > WireLimits.formerNumbers { return "'was' holds more than \(WireLimits.formerNumbers)" }
            for number in was
            where !LogID.isValid(number.log) || !(1...ExactNumber.range.upperBound).contains(number.sequence) {
                return "'was' must hold numbers in logs"
            }
        }
        return WireLimits.violation(of: self.data)
    }

    /// Sets the place, rounded as the wire carries it.
    public mutating func setPlace(latitude: Double, longitude: Double) {
        self.latitude = latitude.rounded(decimals: 7)
        self.longitude = longitude.rounded(decimals: 7)
    }
}

/// The name of a device log.
public enum LogID {
    /// Whether a text is 16 lower-case hex digits.
    public static func isValid(_ text: String) -> Bool {
        text.utf8.count == 16 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

extension Double {
    /// Rounds to so many decimals; the nearest `Double`, whose shortest text has no more of them.
    public func rounded(decimals: Int) -> Double {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        return (self * scale).rounded() / scale
    }
}
