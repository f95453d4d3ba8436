package import PatrolWire

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

    /// Call sign.
    package var callSign: String { self.position?.unit ?? self.state?.unit ?? self.device.text }

    /// What it is doing, as its newest record says.
    package var status: UnitStatus? {
        guard let position, let event else { return self.position?.status ?? self.event?.status }
        return Units.isNewer(event, than: position) ? event.status : position.status
    }

    /// Whether the broker has it connected.
    package var isOnline: Bool { self.state?.online ?? false }

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
        return position.timeQuality.isTrusted ? position.time : received
    }

    fileprivate init(station: Name, device: Name) {
        self.station = station
        self.device = device
    }
}

/// The live table of units; a pure value.
package struct Units: Sendable {
    private var units: [Key: Unit] = [:]

    private struct Key: Hashable {
        let station: Name
        let device: Name
    }

    /// Creates an empty table.
    package init() {}

    /// All units, by station and device.
    package var all: [Unit] {
        self.units.values.sorted { ($0.station, $0.device) < ($1.station, $1.device) }
    }

    /// The units of these names, `station/device`.
    package func keyed(_ names: Set<String>) -> [Unit] {
        names.compactMap { name in
            let parts = name.split(separator: "/")
            guard parts.count == 2, let station = Name(parts[0]), let device = Name(parts[1]) else { return nil }
            return self.units[Key(station: station, device: device)]
        }
    }

    /// The units of that name, one a station at most.
    package func named(_ device: String) -> [Unit] { self.all.filter { $0.device.text == device } }

    /// Takes a record; an older one than the newest of its kind changes nothing.
    package mutating func apply(_ record: Record, station: Name, device: Name, received: Int64) {
        let key = Key(station: station, device: device)
        var unit = self.units[key] ?? Unit(station: station, device: device)
        defer { self.units[key] = unit }
        if record.event != nil {
            if Self.isNewer(record, than: unit.event) { unit.event = record }
        } else if Self.isNewer(record, than: unit.position) {
            unit.position = record
            unit.positionReceived = received
        }
    }

    /// Takes a birth or death; a will of an older connection is late and changes nothing.
    package mutating func apply(_ state: DeviceState, station: Name, device: Name) {
        let key = Key(station: station, device: device)
        var unit = self.units[key] ?? Unit(station: station, device: device)
        if let known = unit.state, known.log == state.log, state.connect < known.connect { return }
        unit.state = state
        self.units[key] = unit
    }

    /// Takes a report of condition.
    package mutating func apply(_ health: DeviceHealth, station: Name, device: Name) {
        let key = Key(station: station, device: device)
        var unit = self.units[key] ?? Unit(station: station, device: device)
        unit.health = health
        self.units[key] = unit
    }

    fileprivate static func isNewer(_ record: Record, than known: Record?) -> Bool {
        guard let known else { return true }
        // Within a log the number decides, whatever the clocks did; a new log means a new life.
        return known.log == record.log ? record.sequence > known.sequence : record.time >= known.time
    }
}
