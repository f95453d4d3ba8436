/// Where a record's time comes from, and so how far it can be trusted.
public enum TimeQuality: String, Sendable, Hashable, Codable {
    /// The satellite receiver.
    case gnss
    /// The system clock while it was disciplined by the network.
    case ntp
    /// The system clock, running free.
    case rtc
    /// The system clock, known to be wrong.
    case none

    /// Whether the time is that of a clock which was right: the receiver's, or one disciplined by the network.
    public var isTrusted: Bool {
        switch self {
        case .gnss, .ntp: true
        case .rtc, .none: false
        }
    }
}

/// Where a record's place comes from.
public enum PositionSource: String, Sendable, Hashable, Codable {
    /// The satellite receiver.
    case gnss
    /// Dead reckoning.
    case deadReckoning = "dr"
    /// A place that was set by hand.
    case fixed
}

/// Why a record was made just now.
public enum Trigger: String, Sendable, Hashable, Codable {
    /// The interval was over.
    case time
    /// The unit turned.
    case turn
    /// The room's extrapolation would have been wrong by more than the profile allows.
    case drift
    /// Something happened.
    case event
    /// The room asked.
    case request
    /// The first after the start.
    case start
}

/// What a unit is doing.
public enum UnitStatus: String, Sendable, Hashable, Codable, CaseIterable {
    /// Not on duty.
    case off
    /// On patrol, free.
    case patrol
    /// On the way to an incident.
    case enroute
    /// At an incident.
    case scene
    /// On duty but not free.
    case busy
    /// On a break.
    case `break`
}

/// What happened, as an event record says it.
///
/// Open, so that a reader keeps an event which a newer device invented.
public struct EventKind: RawRepresentable, Sendable, Hashable, Codable {
    /// The word on the wire.
    public let rawValue: String

    /// Takes any word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The device began.
    public static let deviceStart = EventKind(rawValue: "device.start")
    /// The device ended in order.
    public static let deviceStop = EventKind(rawValue: "device.stop")
    /// No usable fix any more.
    public static let gnssLost = EventKind(rawValue: "gnss.lost")
    /// A usable fix again.
    public static let gnssRestored = EventKind(rawValue: "gnss.restored")
    /// The receiver repeats one place while it reports speed.
    public static let gnssFrozen = EventKind(rawValue: "gnss.frozen")
    /// Presence in a grid began.
    public static let gridEnter = EventKind(rawValue: "grid.enter")
    /// Presence in a grid ended.
    public static let gridExit = EventKind(rawValue: "grid.exit")
    /// The unit joined its patrol line.
    public static let lineJoin = EventKind(rawValue: "line.join")
    /// The unit left its patrol line.
    public static let lineLeave = EventKind(rawValue: "line.leave")
    /// The patrol line is covered.
    public static let lineComplete = EventKind(rawValue: "line.complete")
    /// A window closed before a line had its laps.
    public static let lineMissed = EventKind(rawValue: "line.missed")
    /// The unit came to a post.
    public static let postArrive = EventKind(rawValue: "post.arrive")
    /// The unit stayed at a post as long as it must.
    public static let postDone = EventKind(rawValue: "post.done")
    /// The unit left a post.
    public static let postLeave = EventKind(rawValue: "post.leave")
    /// A window closed before a post had its visits.
    public static let postMissed = EventKind(rawValue: "post.missed")
    /// The unit's status changed.
    public static let unitStatus = EventKind(rawValue: "unit.status")
    /// An officer checked in.
    public static let unitCheckin = EventKind(rawValue: "unit.checkin")
    /// An officer checked out.
    public static let unitCheckout = EventKind(rawValue: "unit.checkout")
    /// A dispatch reached the device.
    public static let dispatchReceived = EventKind(rawValue: "dispatch.received")
    /// The officer took the dispatch.
    public static let dispatchAccepted = EventKind(rawValue: "dispatch.accepted")
    /// The officer declined the dispatch.
    public static let dispatchDeclined = EventKind(rawValue: "dispatch.declined")
    /// The unit is on scene.
    public static let dispatchArrived = EventKind(rawValue: "dispatch.arrived")
    /// The unit has cleared the incident.
    public static let dispatchCleared = EventKind(rawValue: "dispatch.cleared")
    /// The officer answered a roll call.
    public static let rollcallAnswer = EventKind(rawValue: "rollcall.answer")
    /// The ignition changed.
    public static let powerIgnition = EventKind(rawValue: "power.ignition")
    /// The supply is low.
    public static let powerLow = EventKind(rawValue: "power.low")
    /// A camera began or ended recording.
    public static let cameraRecording = EventKind(rawValue: "camera.recording")
    /// The light bar went on or off: `on`.
    public static let vehicleLight = EventKind(rawValue: "vehicle.light")
    /// The siren went on or off: `on`.
    public static let vehicleSiren = EventKind(rawValue: "vehicle.siren")
    /// The officer came upon an incident and deals with it: `incident`, and what is known of it.
    public static let incidentFound = EventKind(rawValue: "incident.found")
    /// A visit or a check was made: `kind`, `place`, `checks`, `result`, `officers`.
    public static let visit = EventKind(rawValue: "visit")
    /// The officer raises a task: `kind`, `text`, `owner`, `due`.
    public static let taskRaised = EventKind(rawValue: "task.raise")
    /// The officer says what came of a task: `task`, `result`.
    public static let taskAnswered = EventKind(rawValue: "task.answer")
    /// The officer calls for help.
    public static let sos = EventKind(rawValue: "sos")
    /// The device signs for its last records: `log`, `from`, `to`, `prev`, `root`, `marks`, `key`, `sig`.
    public static let trackSeal = EventKind(rawValue: "track.seal")
    /// The key that the device signs with: `key`, and its certificate in `cert`.
    public static let trackKey = EventKind(rawValue: "track.key")
}
