package import PatrolWire

/// What the records of a unit say of it beside its place: each fact as the newest record that speaks of it has it.
///
/// A record out of a backlog may come after a newer one: it changes only what no newer one has said.
package struct UnitFacts: Sendable, Hashable {
    /// What the receiver can do.
    package enum Reception: String, Sendable, Hashable {
        /// There are fixes.
        case ok
        /// There are none.
        case lost
        /// It repeats one place.
        case frozen
    }

    /// Service numbers of the officers who are signed in; `nil` while nobody has said so.
    package private(set) var officers: [String]?
    /// Whether the ignition is on.
    package private(set) var ignition: Bool?
    /// Whether a camera records.
    package private(set) var camera: Bool?
    /// Whether the blue light is on.
    package private(set) var light: Bool?
    /// Whether the siren is on.
    package private(set) var siren: Bool?
    /// Charge, 0…1.
    package private(set) var battery: Double?
    /// What the receiver can do; `nil` while nobody has said so.
    package private(set) var reception: Reception?

    private enum Fact: Sendable, Hashable { case officers, ignition, camera, light, siren, battery, reception }

    private var spoken: [Fact: RecordOrder] = [:]

    /// The events that say anything lasting of a unit.
    package static let events: [EventKind] = [
        .unitCheckin, .unitCheckout, .powerIgnition, .cameraRecording, .vehicleLight, .vehicleSiren, .powerLow,
        .gnssLost, .gnssRestored, .gnssFrozen,
    ]

    /// Takes what a record says.
    mutating func take(_ record: Record, _ order: RecordOrder) {
        if let ignition = record.ignition, self.speaks(.ignition, order) { self.ignition = ignition }
        if let battery = record.battery, self.speaks(.battery, order) { self.battery = battery }
        guard let event = record.event else {
            // A fresh fix says that the receiver works.
            if record.source == .gnss, self.speaks(.reception, order) { self.reception = .ok }
            return
        }
        let isOn: Bool? = if case .bool(let on)? = record.data?["on"] { on } else { nil }
        switch event {
        case .unitCheckin, .unitCheckout, .sos:
            let key = event == .sos ? "officers" : "present"
            guard case .array(let present)? = record.data?[key], self.speaks(.officers, order) else { return }
            self.officers = present.compactMap { if case .string(let number) = $0 { number } else { nil } }
        case .powerIgnition: if let isOn, self.speaks(.ignition, order) { self.ignition = isOn }
        case .cameraRecording: if let isOn, self.speaks(.camera, order) { self.camera = isOn }
        case .vehicleLight: if let isOn, self.speaks(.light, order) { self.light = isOn }
        case .vehicleSiren: if let isOn, self.speaks(.siren, order) { self.siren = isOn }
        case .powerLow:
            if case .double(let charge)? = record.data?["bat"], self.speaks(.battery, order) { self.battery = charge }
        case .gnssLost: if self.speaks(.reception, order) { self.reception = .lost }
        case .gnssFrozen: if self.speaks(.reception, order) { self.reception = .frozen }
        case .gnssRestored: if self.speaks(.reception, order) { self.reception = .ok }
        default: return
        }
    }

    /// Whether a record of that order is the newest to speak of a fact; notes that it has.
    private mutating func speaks(_ fact: Fact, _ order: RecordOrder) -> Bool {
        if let known = self.spoken[fact], order < known { return false }
        self.spoken[fact] = order
        return true
    }
}

/// Where a record stands among all records of its device: first by the log, then by its number.
///
/// A wrong clock has no say in it.
struct RecordOrder: Sendable, Hashable, Comparable {
    /// Later logs have larger numbers.
    let life: Int
    let sequence: Int64

    static func < (a: RecordOrder, b: RecordOrder) -> Bool { (a.life, a.sequence) < (b.life, b.sequence) }
}

/// The logs of a device in the order of its lives.
struct DeviceLives: Sendable, Hashable {
    /// A device that begins new logs without end is not followed further back.
    private static let most = 8

    private var logs: [String] = []
    /// How many were forgotten at the front.
    private var forgotten = 0

    /// The place of a log; one that is new is the newest, but not when it comes out of a backlog.
    mutating func life(of log: String, isBacklog: Bool) -> Int {
        if let index = self.logs.lastIndex(of: log) { return self.forgotten + index }
        if isBacklog, !self.logs.isEmpty { return self.forgotten - 1 }
        self.logs.append(log)
        if self.logs.count > Self.most {
            self.logs.removeFirst()
            self.forgotten += 1
        }
        return self.forgotten + self.logs.count - 1
    }
}
