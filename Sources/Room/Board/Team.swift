package import PatrolWire

/// Units that answer a roll call together, such as one of the station's two teams (两队).
package struct Team: Sendable, Hashable, Encodable {
    /// Name, as the board shows it.
    package let name: String
    /// Names of its devices.
    package let devices: [String]

    /// Creates a team.
    package init(name: String, devices: [Name]) { (self.name, self.devices) = (name, devices.map(\.text)) }
}
