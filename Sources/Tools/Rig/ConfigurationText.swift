/// Configurations for our own programs on loopback ports, as their users would write them.
package enum ConfigurationText {
    /// The station that rigs work with.
    package static let station = "jinzhan"

    /// `command-room.yaml` with everything in one folder.
    package static func room(folder: String, broker: UInt16, http: UInt16) -> String {
        """
        stations: [\(Self.station)]
        broker: { host: 127.0.0.1, port: \(broker) }
        roads: \(folder)/town.roads
        state: \(folder)/room
        http: { host: 127.0.0.1, port: \(http) }

        """
    }

    /// `patrold.yaml` of one device.
    ///
    /// - Parameters:
    ///   - number: Device `car-NUMBER` with that call sign.
    ///   - state: Its state folder.
    ///   - broker: Port of the broker.
    ///   - gpsd: Port of gpsd.
    ///   - profile: Hardware profile, a name or a path.
    /// - Returns: The text of the file.
    package static func device(
        _ number: String,
        state: String,
        broker: UInt16,
        gpsd: UInt16,
        profile: String = "vehicle-usb-gnss"
    ) -> String {
        """
        station: \(Self.station)
        device: car-\(number)
        unit: "\(number)"
        profile: \(profile)
        state: \(state)
        broker: { host: 127.0.0.1, port: \(broker) }
        gpsd: { host: 127.0.0.1, port: \(gpsd) }

        """
    }
}
