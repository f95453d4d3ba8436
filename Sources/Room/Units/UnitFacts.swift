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

    private var spoken: [Fact: RecordNumber] = [:]

    /// The events that say anything lasting of a unit.
    package static let events: [EventKind] = [
        .unitCheckin, .unitCheckout, .powerIgnition, .cameraRecording, .vehicleLight, .vehicleSiren, .powerLow,
        .gnssLost, .gnssRestored, .gnssFrozen,
    ]

    /// Takes what a record says.
    mutating func take(_ record: Record, _ number: RecordNumber, _ lives: DeviceLives) {
        func speaks(_ fact: Fact) -> Bool { self.speaks(fact, number, lives) }
        if let ignition = record.ignition, speaks(.ignition) { self.ignition = ignition }
        if let battery = record.battery, speaks(.battery) { self.battery = battery }
        guard let event = record.event else {
            // A fresh fix says that the receiver works.
            if record.source == .gnss, speaks(.reception) { self.reception = .ok }
            return
        }
        let isOn: Bool? = if case .bool(let on)? = record.data?["on"] { on } else { nil }
        switch event {
        case .unitCheckin, .unitCheckout, .sos:
            let key = event == .sos ? "officers" : "present"
            guard case .array(let present)? = record.data?[key], speaks(.officers) else { return }
            self.officers = present.compactMap { if case .string(let number) = $0 { number } else { nil } }
        case .powerIgnition: if let isOn, speaks(.ignition) { self.ignition = isOn }
        case .cameraRecording: if let isOn, speaks(.camera) { self.camera = isOn }
        case .vehicleLight: if let isOn, speaks(.light) { self.light = isOn }
        case .vehicleSiren: if let isOn, speaks(.siren) { self.siren = isOn }
        case .powerLow:
            if case .double(let charge)? = record.data?["bat"], speaks(.battery) { self.battery = charge }
        case .gnssLost: if speaks(.reception) { self.reception = .lost }
        case .gnssFrozen: if speaks(.reception) { self.reception = .frozen }
        case .gnssRestored: if speaks(.reception) { self.reception = .ok }
        default: return
        }
    }

    /// Whether a record is the newest to speak of a fact; notes that it has.
    private mutating func speaks(_ fact: Fact, _ number: RecordNumber, _ lives: DeviceLives) -> Bool {
        if let known = self.spoken[fact], lives.isLater(known, than: number) { return false }
        self.spoken[fact] = number
        return true
    }
}

/// The logs of a device in the order of its lives.
struct DeviceLives: Sendable, Hashable {
    private struct Life: Sendable, Hashable {
        let log: String
        /// The first of its numbers: a device whose disk was set back may go on in a log that had ended.
        let from: Int64
    }

    /// A device that begins new logs without end is not followed further back.
    private static let most = 8

    private var lives: [Life] = []

    /// A record is heard; one in a log that is new begins the newest life, but not when it comes out of a backlog.
    ///
    /// - Parameters:
    ///   - number: The first that it had.
    ///   - log: The log in which it comes: a later one, when its device had to begin anew.
    ///   - isBacklog: Whether it waited on the device.
    mutating func hear(_ number: RecordNumber, in log: String, isBacklog: Bool) {
        let isFirst = self.lives.isEmpty
        if isFirst, number.log != log { self.append(Life(log: number.log, from: 1)) }
        guard isFirst || !isBacklog, !self.lives.contains(where: { $0.log == log }) else { return }
        self.append(Life(log: log, from: 1))
    }

    /// Whether a record was made after another: first by the life of its device, then by its number.
    ///
    /// A wrong clock has no say in it. Of a log that was never heard live nothing is later than of one that was.
    func isLater(_ number: RecordNumber, than other: RecordNumber?) -> Bool {
        guard let other else { return true }
        let (life, before) = (self.life(of: number) ?? -1, self.life(of: other) ?? -1)
        return (life, number.sequence) > (before, other.sequence)
    }

    private func life(of number: RecordNumber) -> Int? {
        self.lives.lastIndex { $0.log == number.log && $0.from <= number.sequence }
    }

    /// The device says that it is there, in a log and at a number: what comes from there on is its newest life.
    ///
    /// It may be a log that had ended, when its disk was set back.
    mutating func begin(_ log: String, next: Int64) {
        guard self.lives.last?.log != log else { return }
        self.append(Life(log: log, from: self.lives.contains { $0.log == log } ? next : 1))
    }

    private mutating func append(_ life: Life) {
        self.lives.append(life)
        if self.lives.count > Self.most { self.lives.removeFirst() }
    }
}
