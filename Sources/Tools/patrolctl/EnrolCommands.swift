import ArgumentParser
import Authority
import FoundationEssentials
import Glibc
import PatrolWire
import Program

/// `patrolctl enrol`: how a device comes to its certificate.
struct EnrolCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrol",
        abstract: "Enrol a device: 'request' on it, 'sign' in the room, 'accept' on it again.",
        discussion: """
            The device's key is made on the device and never leaves it. What is carried to the room and back holds no secret.
            """,
        subcommands: [Request.self, Sign.self, Accept.self]
    )

    struct Request: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "On the device: make its key, and the request that the room signs."
        )
        @Option(help: "The device's name.") var device: String
        @Option(help: "Folder for key and certificate.") var folder = "/etc/patrollink"
        @Option(help: "File for the request; without it it is printed.") var output: String?

        func run() async throws {
            let device = try deviceName(self.device)
            let request = try explained {
                try EnrolmentRequest(of: device, keyPath: "\(self.folder)/\(device).key")
            }
            guard let output else { return print(request.pem, terminator: "") }
            try explained { try PrivateFile.write(request.pem, to: output, mode: 0o644) }
            print("\(output): take it to the command room, 'patrolctl enrol sign \(output) …' answers it")
            print("key \(keyPrint(request.publicKey)): 'enrol sign' shows the same, or somebody exchanged the request")
        }
    }

    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "In the room: give the device its certificate, and all that it must know, in one bundle."
        )
        @OptionGroup var options: AuthorityOptions
        @Argument(help: "The request.") var request: String
        @Option(help: "The device's station.") var station: String
        @Option(help: "Host of the broker, as the device reaches it.") var host: String
        @Option(help: "Port of the broker.") var port = 8_883
        @Option(help: "Call sign; the device's name without it.") var unit: String?
        @Option(help: "Hardware profile.") var profile = "vehicle-usb-gnss"
        @Option(help: "Public key of plans, as 'patrolctl plan keygen' prints it.") var planKey: [String] = []
        @Option(help: "Days that the certificate holds.") var days = 825
        @Flag(help: "Let another key take the name, and put the old one out.") var renew = false
        @Option(help: "File for the bundle.") var output: String

        func validate() throws {
            guard (1...65_535).contains(self.port) else { throw ValidationError("--port must be from 1 to 65535") }
        }

        func run() async throws {
            var station = try self.options.station()
            let place = try stationName(self.station)
            let text = try contents(of: self.request)
            try explained {
                let request = try EnrolmentRequest(pem: text)
                let certificate = try station.issue(
                    StationAuthority.Request(
                        role: .device,
                        stations: [place],
                        name: request.device.text,
                        days: self.days
                    ),
                    to: request.publicKey,
                    renews: self.renew,
                    now: Date()
                )
                let bundle = EnrolmentBundle(
                    device: request.device,
                    station: place,
                    unit: self.unit ?? request.device.text,
                    profile: self.profile,
                    host: self.host,
                    port: self.port,
                    planKeys: self.planKey,
                    authority: station.authority.pem,
                    certificate: certificate
                )
                try PrivateFile.write(try bundle.signed(by: station.authority), to: self.output, mode: 0o644)
                print("\(self.output): take it to \(request.device), 'patrolctl enrol accept' takes it in")
                print("key \(keyPrint(request.publicKey))")
                print("fingerprint \(try EnrolmentBundle.fingerprint(of: station.authority.certificate))")
            }
            try await self.options.restartBroker()
        }
    }

    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "On the device: take the bundle in, and write the configuration where none is yet."
        )
        @Argument(help: "The bundle.") var bundle: String
        @Option(help: "The device's name, where this machine has keys of several.") var device: String?
        @Option(help: "Folder for key and certificate.") var folder = "/etc/patrollink"
        @Option(help: "The authority's fingerprint, as 'enrol sign' said it; needed the first time.")
        var fingerprint: String?
        @Option(help: "The configuration.") var config = "/etc/patrollink/patrold.yaml"
        @Flag(help: "Replace a configuration that is there.") var force = false

        func run() async throws {
            let text = try contents(of: self.bundle)
            let device = try self.device.map(deviceName) ?? self.onlyKey()
            try explained {
                let bundle = try EnrolmentBundle(
                    text,
                    keyPath: "\(self.folder)/\(device).key",
                    trust: self.fingerprint.map { .fingerprint($0) } ?? .authority(at: "\(self.folder)/ca.crt"),
                    now: Date()
                )
                try PrivateFile.write(bundle.authority, to: "\(self.folder)/ca.crt", mode: 0o644)
                try PrivateFile.write(bundle.certificate, to: "\(self.folder)/\(device).crt", mode: 0o644)
                letServiceRead("\(self.folder)/\(device).key", "patrold")
                if self.force || access(self.config, F_OK) != 0 {
                    try PrivateFile.write(bundle.configuration(in: self.folder), to: self.config, mode: 0o644)
                    print("\(self.config) is written.")
                } else {
                    print("\(self.config) is there and stays as it is; --force replaces it.")
                }
                print("\(device) of \(bundle.station) is enrolled.")
                print("'patrold check --config \(self.config)' looks at all of it.")
            }
        }

        /// The device whose key lies in the folder, when it is one alone.
        private func onlyKey() throws -> Name {
            let keys: [Name]
            do {
                keys = try FileManager.default.contentsOfDirectory(atPath: self.folder)
                    .filter { $0.hasSuffix(".key") && $0 != "plan.key" }.compactMap { Name.device($0.dropLast(4)) }
            } catch {
                throw ProgramFailure(
                    .unavailable,
                    "\(self.folder): cannot be read; 'patrolctl enrol request' comes first"
                )
            }
            guard let only = keys.first, keys.count == 1 else {
                throw ProgramFailure(
                    .data,
                    keys.isEmpty
                        ? "\(self.folder): there is no device's key; 'patrolctl enrol request' makes one"
                        : "\(self.folder): there are several keys; --device says whose bundle this is"
                )
            }
            return only
        }
    }
}

/// Reads a file that people carry.
func contents(of path: String) throws -> String {
    do {
        return String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    } catch {
        throw ProgramFailure(.data, "\(path): cannot be read")
    }
}

func deviceName(_ text: String) throws -> Name {
    guard let name = Name.device(text) else {
        throw ProgramFailure(.usage, "'\(text.prefix(64))' is no name: \(Name.rule)")
    }
    return name
}

func stationName(_ text: String) throws -> Name {
    guard let name = Name(text) else {
        throw ProgramFailure(.usage, "'\(text.prefix(64))' is no station: \(Name.rule)")
    }
    return name
}

/// Gives a secret to a service's group and to nobody else; where there is no such service it stays its owner's.
func letServiceRead(_ path: String, _ service: String) {
    guard geteuid() == 0, let group = serviceGroup(service) else { return }
    chown(path, 0, group)
    chmod(path, 0o640)
}

/// The group of a service's user; `nil` where there is none.
func serviceGroup(_ name: String) -> gid_t? { getgrnam(name)?.pointee.gr_gid }
