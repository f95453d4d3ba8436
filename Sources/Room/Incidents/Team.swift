package import PatrolWire
package import Units

/// Units that answer a roll call together, such as one of the station's two teams (两队).
package struct Team: Sendable, Hashable, Encodable {
    /// Name, as the board shows it.
    package let name: String
    /// Station of its devices.
    package let station: String
    /// Names of its devices.
    package let devices: [String]

    /// Creates a team.
    package init(name: String, station: Name, devices: [Name]) {
        (self.name, self.station, self.devices) = (name, station.text, devices.map(\.text))
    }

    /// Whether a unit belongs to it.
    package func has(_ unit: Unit) -> Bool {
        unit.station.text == self.station && self.devices.contains(unit.device.text)
    }
}
