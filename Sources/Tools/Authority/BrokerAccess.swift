import PatrolWire

/// What mosquitto is told: who may connect, and what each may do.
package struct BrokerAccess: Sendable {
    private let speakers: [IssuedList.Entry]

    /// Makes the list of whoever holds a certificate that was not put out.
    package init(_ issued: IssuedList) { self.speakers = issued.speakers }

    /// The largest message, bytes: a plan of a whole city fits; a batch of records has 16 KiB.
    private static let largestMessage = 4 << 20
    /// Messages that wait at most for one client that is away or slow: what is not delivered the device sends again.
    private static let mostWaiting = 20_000
    /// Bytes of them.
    private static let mostWaitingBytes = 64 << 20

    /// The access list: for each name what the contract allows, and nothing else.
    package var text: String {
        var text = "# Written by 'patrolctl'; what you write here is lost with the next certificate.\n"
        for speaker in self.speakers {
            text += "\nuser \(speaker.name)\n"
            for rule in speaker.stations.flatMap({ self.rules(of: speaker, at: $0) }) { text += "topic \(rule)\n" }
        }
        return text
    }

    private func rules(of speaker: IssuedList.Entry, at station: Name) -> [String] {
        let room = "\(Topic.room(station: station))"
        switch speaker.role {
        case .server: return []
        case .device:
            guard let device = Name.device(speaker.name) else { return [] }
            return Channel.allCases.map { channel in
                let topic = "\(Topic.device(station: station, device: device, channel: channel))"
                return channel.isFromDevice ? "write \(topic)" : "read \(topic)"
            } + ["read \(room)"]
        case .room:
            return Channel.allCases.map { channel in
                let filter = Topic.filter(station: station, channel: channel)
                return channel.isFromDevice ? "read \(filter)" : "write \(filter)"
            } + [
                "write \(room)", "read \(Topic.incident(station: station))", "read \(Topic.task(station: station))",
                "write \(room)/incident/+", "write \(room)/task/+",
            ]
        case .sensor:
            return [
                "write \(Topic.incident(station: station))", "write \(Topic.task(station: station))",
                "read \(room)/incident/+", "read \(room)/task/+",
            ]
        }
    }

    /// mosquitto's configuration.
    ///
    /// Who comes from elsewhere is called in the broker as in its certificate: nobody takes another's place. The room has a
    /// door of its own on this machine, since it comes once for each station.
    ///
    /// - Parameters:
    ///   - folder: Where the broker's certificate, key and lists are.
    ///   - port: The port of TLS for devices.
    ///   - roomPort: The port of TLS for the room, on this machine only.
    ///   - address: The address that the first listens on; `nil` for all of this machine.
    /// - Returns: The text of the file.
    package static func configuration(in folder: String, port: Int, roomPort: Int, address: String?) -> String {
        let lock = """
            cafile \(folder)/ca.crt
            certfile \(folder)/broker.crt
            keyfile \(folder)/broker.key
            crlfile \(folder)/revoked.crl
            tls_version tlsv1.2
            require_certificate true
            use_identity_as_username true
            """
        return """
            # Written by 'patrolctl broker setup'. Names are those of certificates; nobody comes in without one.
            allow_anonymous false
            acl_file \(folder)/access
            max_packet_size \(Self.largestMessage)
            max_queued_messages \(Self.mostWaiting)
            max_queued_bytes \(Self.mostWaitingBytes)
            persistent_client_expiration 7d

            listener \(port)\(address.map { " \($0)" } ?? "")
            \(lock)
            use_username_as_clientid true

            listener \(roomPort) 127.0.0.1
            \(lock)

            """
    }
}
