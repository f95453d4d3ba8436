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
    ///   - tls: Folder of ``Certificates``; `nil` for plain TCP.
    /// - Returns: The text of the file.
    package static func device(
        _ number: String,
        state: String,
        broker: UInt16,
        gpsd: UInt16,
        profile: String = "vehicle-usb-gnss",
        tls: String? = nil
    ) -> String {
        let files = tls.map {
            ", tls: { ca: \($0)/ca.crt, certificate: \($0)/car-\(number).crt, key: \($0)/car-\(number).key }"
        }
        return """
            station: \(Self.station)
            device: car-\(number)
            unit: "\(number)"
            profile: \(profile)
            state: \(state)
            broker: { host: 127.0.0.1, port: \(broker)\(files ?? "") }
            gpsd: { host: 127.0.0.1, port: \(gpsd) }

            """
    }

    /// A hardware profile that makes every fix a record, so that a test knows what has to arrive.
    package static let everyFix = """
        name: every-fix
        description: a record for every fix
        gpsd: { host: 127.0.0.1, port: 2947, silent_after_s: 5 }
        receiver: { device: /dev/ttyACM0, rate_hz: 1 }
        fix: { max_age_s: 3, max_error_m: 100, max_speed_mps: 90, lost_after_s: 10 }
        report: { interval_s: 0.1, drift_m: 1, turn_deg: 5 }
        outbox: { space_mb: 256 }
        backlog: {}

        """
}
