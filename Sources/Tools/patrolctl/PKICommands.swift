import ArgumentParser
import Authority
import FoundationEssentials
import PatrolWire
import Program

/// `patrolctl pki`: the station's own authority.
struct PKICommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pki",
        abstract: "The station's own authority: who may connect to its broker.",
        discussion: """
            'init' makes it once, in the command room. Keep its folder in a backup of its own: without it no device can be \
            enrolled any more, and with it anybody can.
            """,
        subcommands: [Init.self, List.self, Room.self, Sensor.self, Server.self]
    )

    struct Init: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make the authority.")
        @OptionGroup var options: AuthorityOptions
        @Option(help: "The station's name, as people write it.") var name: String

        func run() async throws {
            let authority = try explained {
                try StationAuthority.create(in: self.options.authority, name: self.name, now: Date())
            }
            print("The authority of \(self.name) is in \(self.options.authority).")
            print("fingerprint \(try EnrolmentBundle.fingerprint(of: authority.certificate))")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List who has a certificate, until when, and who was put out."
        )
        @OptionGroup var options: AuthorityOptions

        func run() async throws {
            let authority = try self.options.station().authority
            print("fingerprint \(try EnrolmentBundle.fingerprint(of: authority.certificate))")
            let now = Int64(Date().timeIntervalSince1970)
            let entries = authority.issued.entries
            for (index, entry) in entries.enumerated() {
                // Renewed with the same key it is one row: the newest.
                let isRenewed = entries[(index + 1)...].contains {
                    $0.name == entry.name && $0.key == entry.key && $0.revoked == entry.revoked
                }
                if isRenewed { continue }
                let state =
                    entry.revoked != nil
                    ? "put out" : entry.until <= now ? "ended" : "\((entry.until - now) / 86_400) days left"
                let stations = entry.stations.map(\.text).joined(separator: ",")
                print("\(entry.name)\t\(entry.role.rawValue)\t\(stations)\t\(state)")
            }
        }
    }

    /// Makes key and certificate in one step, on this machine.
    struct Making: ParsableArguments {
        @Option(help: "Folder for key and certificate.") var output = "/etc/patrollink"
        @Option(help: "Days that the certificate holds.") var days = 825
        @Flag(help: "Let another key take the name, and put the old one out.") var renew = false

        func make(
            _ role: IssuedList.Role,
            name: String,
            stations: [Name],
            hosts: [String],
            _ options: AuthorityOptions
        ) throws {
            var station = try options.station()
            try explained {
                let key = try EnrolmentKey(at: "\(self.output)/\(name).key")
                let pem = try station.issue(
                    StationAuthority.Request(role: role, stations: stations, name: name, hosts: hosts, days: self.days),
                    to: key.publicKey,
                    renews: self.renew,
                    now: Date()
                )
                try PrivateFile.write(pem, to: "\(self.output)/\(name).crt", mode: 0o644)
                try PrivateFile.write(station.authority.pem, to: "\(self.output)/ca.crt", mode: 0o644)
            }
            // A sensor's goes to another machine.
            if role != .sensor { letServiceRead("\(self.output)/\(name).key", "command-room") }
            print("\(self.output)/\(name).crt and \(name).key are made.")
        }
    }

    struct Room: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make key and certificate of the command room: it may speak to all devices of its stations."
        )
        @OptionGroup var options: AuthorityOptions
        @OptionGroup var making: Making
        @Option(help: "A station that the room serves; several with several of them.") var station: [String]
        @Option(help: "Common name of the certificate.") var name = "command-room"

        func run() async throws {
            try self.making.make(
                .room,
                name: try deviceName(self.name).text,
                stations: try self.station.map(stationName),
                hosts: [],
                self.options
            )
            try await self.options.restartBroker()
        }
    }

    struct Sensor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make key and certificate of a system that tells the room of incidents and tasks."
        )
        @OptionGroup var options: AuthorityOptions
        @OptionGroup var making: Making
        @Option(help: "Its station.") var station: String
        @Argument(help: "Its name.") var name: String

        func run() async throws {
            try self.making.make(
                .sensor,
                name: try deviceName(self.name).text,
                stations: [try stationName(self.station)],
                hosts: [],
                self.options
            )
            try await self.options.restartBroker()
        }
    }

    struct Server: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make key and certificate of a server, such as the board's page."
        )
        @OptionGroup var options: AuthorityOptions
        @OptionGroup var making: Making
        @Option(help: "A host name or address that it is reached by; several with several of them.")
        var host: [String]
        @Argument(help: "Name of the files, such as 'board'.") var name: String

        func run() async throws {
            try self.making.make(
                .server,
                name: try deviceName(self.name).text,
                stations: [],
                hosts: self.host,
                self.options
            )
        }
    }
}

/// `patrolctl revoke`: a device that was lost.
struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put a device out that was lost: its certificate opens nothing any more, at once."
    )
    @OptionGroup var options: AuthorityOptions
    @Argument(help: "The name in its certificate.") var name: String

    func run() async throws {
        var station = try self.options.station()
        let count = try explained { try station.revoke(self.name, now: Date()) }
        print(count == 0 ? "\(self.name) was put out before" : "\(self.name) is put out")
        try await self.options.restartBroker()
    }
}

/// `patrolctl broker`: mosquitto beside the authority.
struct BrokerCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Set mosquitto up: TLS, a certificate for everybody, and what each may do.",
        subcommands: [Setup.self]
    )

    struct Setup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write mosquitto's configuration, certificate and lists; done again it renews them."
        )
        @OptionGroup var options: AuthorityOptions
        @Option(help: "A host name or address that devices know it by; several with several of them.")
        var host: [String]
        @Option(help: "Port of TLS for devices.") var port = 8_883
        @Option(help: "Port of TLS for the room, on this machine only.") var roomPort = 8_884
        @Option(help: "Address to listen on; all of this machine without it.") var bind: String?
        @Option(help: "The file that mosquitto reads.") var config = "/etc/mosquitto/conf.d/patrollink.conf"

        func validate() throws {
            guard [self.port, self.roomPort].allSatisfy((1...65_535).contains), self.port != self.roomPort else {
                throw ValidationError("--port and --room-port must be different, from 1 to 65535")
            }
            // The file has a setting a line.
            if let bind, bind.contains(where: { $0.isWhitespace || $0.isNewline }) {
                throw ValidationError("--bind is an address")
            }
        }

        func run() async throws {
            var station = try self.options.station()
            try explained {
                try station.setUpBroker(
                    hosts: self.host,
                    port: self.port,
                    roomPort: self.roomPort,
                    address: self.bind,
                    configuration: self.config,
                    group: serviceGroup("mosquitto"),
                    now: Date()
                )
            }
            print("\(self.config) and \(self.options.broker) are written.")
            try await self.options.restartBroker()
        }
    }
}
