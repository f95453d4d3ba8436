package import PatrolWire

/// The name of a device, unique over the stations of a room.
package struct UnitID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Station.
    package let station: Name
    /// Device.
    package let device: Name

    /// Creates a name.
    package init(station: Name, device: Name) { (self.station, self.device) = (station, device) }

    /// Creates a name out of texts; `nil` when one of them breaks the rule for names.
    package init?(station: some StringProtocol, device: some StringProtocol) {
        guard let station = Name(station), let device = Name.device(device) else { return nil }
        self.init(station: station, device: device)
    }

    /// Reads what ``description`` gives; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        self.init(station: parts[0], device: parts[1])
    }

    /// `station/device`.
    package var description: String { "\(self.station)/\(self.device)" }

    /// By station, then by device.
    package static func < (a: UnitID, b: UnitID) -> Bool { (a.station, a.device) < (b.station, b.device) }
}

/// What the room knows of one device.
package struct Unit: Sendable, Hashable {
    /// Station.
    package let station: Name
    /// Device.
    package let device: Name
    /// Newest position record; never one that is older than what was shown.
    package fileprivate(set) var position: Record?
    /// When that came, ms since 1970 UTC by the room's clock.
    package fileprivate(set) var positionReceived: Int64?
    /// Newest word of birth or death.
    package fileprivate(set) var state: DeviceState?
    /// Newest report of its condition.
    package fileprivate(set) var health: DeviceHealth?
    /// Newest event record.
    package fileprivate(set) var event: Record?
    /// What its records say of it.
    package fileprivate(set) var facts = UnitFacts()
    /// Whether a record of its track was found not to be what it signed for.
    package fileprivate(set) var isTrackBroken = false

    fileprivate var lives = DeviceLives()
    fileprivate var positionNumber: RecordNumber?
    fileprivate var eventNumber: RecordNumber?
    fileprivate var isPositionBelieved = true

    /// Its name in the room.
    package var id: UnitID { UnitID(station: self.station, device: self.device) }

    /// Call sign.
    package var callSign: String { self.position?.unit ?? self.state?.unit ?? self.event?.unit ?? self.device.text }

    /// What it is doing, as its newest record says.
    package var status: UnitStatus? {
        guard let positionNumber, let eventNumber else { return self.position?.status ?? self.event?.status }
        return self.lives.isLater(eventNumber, than: positionNumber) ? self.event?.status : self.position?.status
    }

    /// Whether the broker has it connected.
    package var isOnline: Bool { self.state?.online ?? false }

    /// Whether it has been connected and is no more.
    package var isOffline: Bool { self.state.map { !$0.online } ?? false }

    /// Whether its clock is ahead of the room's, so that its times are not believed.
    package var hasWrongClock: Bool { !self.isPositionBelieved }

    /// Age of its position at `now`, s; `nil` while there is none.
    ///
    /// By the record's own time where that can be trusted, else by when it came: an old position that was
    /// delivered just now is still old.
    package func positionAge(at now: Int64) -> Double? {
        self.positionTime.map { Double(max(0, now - min($0, now))) / 1_000 }
    }

    /// When it was where it is, ms since 1970 UTC; `nil` while it has no position.
    ///
    /// A device whose clock is a little ahead of the room's may say a time to come.
    package var positionTime: Int64? {
        guard let position, let received = self.positionReceived else { return nil }
        return position.timeQuality.isTrusted && self.isPositionBelieved ? position.time : received
    }

    fileprivate init(_ id: UnitID) { (self.station, self.device) = (id.station, id.device) }
}

/// The live table of units; a pure value.
package struct Units: Sendable {
    private var units: [UnitID: Unit] = [:]
    private var counts: [Name: Int] = [:]
    /// Whose track is not what they signed for; some may not have been heard of yet.
    private var broken: Set<UnitID> = []

    /// A record's time may be so far ahead of the room's clock, ms, and no further.
    package static let mostAhead: Int64 = 60_000

    /// Creates an empty table.
    package init() {}

    /// All units, by station and device.
    package var all: [Unit] { self.units.values.sorted { $0.id < $1.id } }

    /// How many units there are.
    package var count: Int { self.units.count }

    /// How many units a station has.
    package func count(of station: Name) -> Int { self.counts[station] ?? 0 }

    /// One unit.
    package subscript(id: UnitID) -> Unit? { self.units[id] }

    /// The units of these names.
    package func keyed(_ names: Set<UnitID>) -> [Unit] { names.compactMap { self.units[$0] } }

    /// The units of that name, one a station at most.
    package func named(_ device: String) -> [Unit] { self.all.filter { $0.device.text == device } }

    /// Takes a record; an older one than the newest of its kind changes nothing.
    ///
    /// - Parameters:
    ///   - record: The record.
    ///   - station: Station.
    ///   - device: Device.
    ///   - received: When it came, ms since 1970 UTC.
    ///   - isBacklog: Whether it waited on the device, or comes out of the store.
    package mutating func apply(
        _ record: Record,
        station: Name,
        device: Name,
        received: Int64,
        isBacklog: Bool = false
    ) {
        self.change(UnitID(station: station, device: device)) { unit in
            // One that got another number keeps its place: its device is further by now, in a later log.
            let number = record.identity
            unit.lives.hear(number, in: record.log, isBacklog: isBacklog)
            unit.facts.take(record, number, unit.lives)
            if record.event != nil {
                guard unit.lives.isLater(number, than: unit.eventNumber) else { return }
                (unit.event, unit.eventNumber) = (record, number)
            } else if unit.lives.isLater(number, than: unit.positionNumber) {
                (unit.position, unit.positionReceived, unit.positionNumber) = (record, received, number)
                unit.isPositionBelieved = record.time <= received + Self.mostAhead
            }
        }
    }

    /// Takes a birth or death; a will of an older connection is late and changes nothing.
    package mutating func apply(_ state: DeviceState, station: Name, device: Name) {
        self.change(UnitID(station: station, device: device)) { unit in
            if let known = unit.state, known.log == state.log, state.connect < known.connect { return }
            unit.state = state
            if state.online { unit.lives.begin(state.log, next: state.next) }
        }
    }

    /// Takes a report of condition.
    package mutating func apply(_ health: DeviceHealth, station: Name, device: Name) {
        self.change(UnitID(station: station, device: device)) { $0.health = health }
    }

    /// Notes whether a record of its track is not what it signed for.
    package mutating func note(isTrackBroken: Bool, of id: UnitID) {
        if isTrackBroken { self.broken.insert(id) } else { self.broken.remove(id) }
        self.units[id]?.isTrackBroken = isTrackBroken
    }

    private mutating func change(_ id: UnitID, _ body: (inout Unit) -> Void) {
        if self.units[id] == nil {
            self.counts[id.station, default: 0] += 1
            self.units[id] = Unit(id)
            self.units[id]?.isTrackBroken = self.broken.contains(id)
        }
        body(&self.units[id, default: Unit(id)])
    }
}
