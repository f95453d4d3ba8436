/// The last word of a device's topic: what kind of message it carries.
public enum Channel: String, Sendable, Hashable, CaseIterable {
    /// Newest position record; QoS 1, retained, expires after 300 s.
    case position = "pos"
    /// One event record; QoS 1.
    case event = "evt"
    /// Backlog; QoS 1.
    case backlog = "log"
    /// Birth and death; QoS 1, retained.
    case state
    /// Condition of the device; QoS 0, retained, expires after 300 s.
    case health
    /// Answer to a command; QoS 1.
    case result = "res"
    /// What the room has stored; from the room, QoS 1, retained.
    case acknowledgement = "ack"
    /// The signed patrol plan; from the room, QoS 1, retained.
    case plan
    /// What the roster wants of the unit now; from the room, QoS 1, retained.
    case assignment = "assign"
    /// A command; from the room, QoS 1, expires.
    case command = "cmd"

    /// Whether the device publishes on it; on the others the room does.
    public var isFromDevice: Bool {
        switch self {
        case .position, .event, .backlog, .state, .health, .result: true
        case .acknowledgement, .plan, .assignment, .command: false
        }
    }

    /// Quality of service that the contract gives the channel.
    public var qualityOfService: Int { self == .health ? 0 : 1 }

    /// Whether the broker keeps the newest message for later subscribers.
    public var isRetained: Bool {
        switch self {
        case .position, .state, .health, .acknowledgement, .plan, .assignment: true
        case .event, .backlog, .result, .command: false
        }
    }

    /// Seconds until the broker forgets the message; `nil` for never, or for the sender to say.
    public var expirySeconds: Int? {
        switch self {
        case .position, .health: 300
        case .event, .backlog, .state, .result, .acknowledgement, .plan, .assignment, .command: nil
        }
    }
}

/// A topic below `patrol/1`, built and parsed in one place.
public enum Topic: Sendable, Hashable, CustomStringConvertible {
    /// `patrol/1/{station}/{device}/{channel}`.
    case device(station: Name, device: Name, channel: Channel)
    /// `patrol/1/{station}/room`: whether the station's command room is there.
    case room(station: Name)

    /// `patrol/1/{station}/room/incident`: sensors and other systems tell the room of an incident.
    case incident(station: Name)
    /// `patrol/1/{station}/room/incident/{id}`: what became of a call; from the room.
    case incidentReceipt(station: Name, id: String)

    /// `patrol/1/{station}/room/task`: other systems give the room a task for one of its officers.
    case task(station: Name)
    /// `patrol/1/{station}/room/task/{id}`: what became of it; from the room.
    case taskReceipt(station: Name, id: String)

    private static let root = "patrol/1"
    private static let incident = "incident"
    private static let task = "task"

    /// The topic as MQTT writes it.
    public var description: String {
        switch self {
        case .device(let station, let device, let channel):
            "\(Self.root)/\(station)/\(device)/\(channel.rawValue)"
        case .room(let station): "\(Self.root)/\(station)/\(Name.room)"
        case .incident(let station): "\(Self.root)/\(station)/\(Name.room)/\(Self.incident)"
        case .task(let station): "\(Self.root)/\(station)/\(Name.room)/\(Self.task)"
        case .taskReceipt(let station, let id): "\(Self.root)/\(station)/\(Name.room)/\(Self.task)/\(id)"
        case .incidentReceipt(let station, let id): "\(Self.root)/\(station)/\(Name.room)/\(Self.incident)/\(id)"
        }
    }

    /// Parses what a broker delivered.
    ///
    /// - Throws: ``WireError/foreignTopic(_:)`` when it is none of the contract's topics.
    public init(_ text: String) throws(WireError) {
        let levels = text.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count >= 4, levels[0] == "patrol", levels[1] == "1", let station = Name(levels[2]) else {
            throw .foreignTopic(text)
        }
        switch levels.count {
        case 4 where levels[3] == Name.room:
            self = .room(station: station)
        case 5 where levels[3] == Name.room && levels[4] == Self.incident:
            self = .incident(station: station)
        case 6 where levels[3] == Name.room && levels[4] == Self.incident && !levels[5].isEmpty:
            self = .incidentReceipt(station: station, id: String(levels[5]))
        case 5 where levels[3] == Name.room && levels[4] == Self.task:
            self = .task(station: station)
        case 6 where levels[3] == Name.room && levels[4] == Self.task && !levels[5].isEmpty:
            self = .taskReceipt(station: station, id: String(levels[5]))
        case 5:
            guard let device = Name.device(levels[3]), let channel = Channel(rawValue: String(levels[4])) else {
                throw .foreignTopic(text)
            }
            self = .device(station: station, device: device, channel: channel)
        default:
            throw .foreignTopic(text)
        }
    }

    /// The subscription that matches one channel of every device of a station.
    public static func filter(station: Name, channel: Channel) -> String {
        "\(Self.root)/\(station)/+/\(channel.rawValue)"
    }
}
