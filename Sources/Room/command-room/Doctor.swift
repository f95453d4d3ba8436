import ArgumentParser
import BrokerLink
import FoundationEssentials
import Glibc
import PatrolWire
import Program
import Settings
import SetupCheck
import Threading

extension CommandRoom {
    /// Looks at all that the room rests on, beside the service that runs, and changes nothing.
    struct Doctor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say in order what is wrong on this machine, from the disk to the devices, and what to do.",
            discussion: """
                It may be run while the room runs. It connects to the broker beside it, for some seconds, and changes \
                nothing.

                Exit status: 0 nothing is broken, 1 something is, 78 the configuration cannot be read.
                """
        )
        @OptionGroup var options: Options

        func run() async throws {
            let configuration = try self.options.load()
            var doctor = RoomDoctor(configuration)
            await doctor.examine()
            for line in doctor.diagnosis.lines { print(line) }
            if !doctor.diagnosis.isSound { throw ExitCode(ExitStatus.failure.rawValue) }
        }
    }
}

/// What there is to look at in a command room.
struct RoomDoctor {
    private(set) var diagnosis = Diagnosis()
    private let configuration: Configuration

    /// Where the packaged timer puts its backups.
    private static let backups = "/var/backups/patrollink"

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// Looks at everything, in the order in which the one rests on the other.
    mutating func examine() async {
        let configuration = self.configuration
        let findings = RoomCheck(configuration).findings
        self.diagnosis.note("config", findings, good: "all that it names is there and can be used")
        self.diagnosis.disk(configuration.state)
        if SystemClock.isSynchronised {
            self.diagnosis.note("clock", .good, "set by a time service")
        } else {
            self.diagnosis.note(
                "clock",
                .warning,
                "nothing sets this machine's clock: times of incidents and certificates rest on it",
                remedy: "'systemctl enable --now chrony', or 'timedatectl set-ntp true'"
            )
        }
        let trial = await BrokerTrial.listen(
            to: configuration.broker,
            // The service's own connection, which has another name, is left alone.
            clientID: "doctor-room-\(configuration.stations.map(\.text).joined(separator: "-"))",
            subscriptions: configuration.stations.map { Topic.filter(station: $0, channel: .state) }
        )
        self.examineBroker(trial)
        self.examineService()
        self.examineBackups()
    }

    private mutating func examineBroker(_ trial: Result<[ReceivedMessage], BrokerError>) {
        switch trial {
        case .failure(let error):
            self.diagnosis.note(
                "broker",
                .fault,
                error.description,
                remedy: "'systemctl status mosquitto'; " + error.remedy
            )
            self.diagnosis.note("devices", .unknown, "the broker has to be reached first")
        case .success(let messages):
            self.diagnosis.note("broker", .good, "\(self.configuration.broker.endpoint) lets the room in and listen")
            var states: [DeviceState] = []
            for message in messages {
                do throws(WireError) {
                    states.append(try WireCoder().decode(DeviceState.self, from: message.payload))
                } catch {
                    self.diagnosis.note("devices", .warning, "\(message.topic): not understood: \(error)")
                }
            }
            let online = states.count(where: \.online)
            let text = "\(online) of \(states.count) devices that ever were at the broker are connected now"
            self.diagnosis.note(
                "devices",
                online > 0 ? .good : .warning,
                states.isEmpty ? "no device was ever at this broker" : text,
                remedy: online > 0 ? nil : "on a device: 'patrolctl doctor'; is its station among 'stations' here?"
            )
        }
    }

    /// Whether the room runs, and whether its board is served.
    private mutating func examineService() {
        guard let isRunning = FolderLock.isHeld(self.configuration.state) else {
            return self.diagnosis.note(
                "service",
                .unknown,
                "\(self.configuration.state) cannot be looked into",
                remedy: "run this as root, or as command-room"
            )
        }
        let remedy = "'systemctl enable --now command-room'; 'journalctl -u command-room -n 50' says why it ended"
        let endpoint = self.configuration.http
        let trouble = TCPProbe.trouble(host: endpoint.host, port: endpoint.port, milliseconds: 3_000)
        switch (isRunning, trouble) {
        case (true, nil):
            self.diagnosis.note("service", .good, "command-room runs, and its board answers at \(endpoint)")
        case (true, let trouble?):
            self.diagnosis.note(
                "service",
                .fault,
                "command-room runs, and \(endpoint) does not answer: \(trouble)",
                remedy: remedy
            )
        case (false, nil):
            self.diagnosis.note(
                "service",
                .fault,
                "command-room does not run, and something else answers at \(endpoint)",
                remedy: "'ss -ltnp' says what it is; give 'http' another port, then " + remedy
            )
        case (false, _):
            self.diagnosis.note("service", .fault, "command-room does not run", remedy: remedy)
        }
    }

    /// The newest of the nightly backups.
    private mutating func examineBackups() {
        var names: [String] = []
        // Without the folder there is no backup; one that is there and closed may hold some.
        if access(Self.backups, F_OK) == 0 || errno == EACCES {
            do {
                names = try FileManager.default.contentsOfDirectory(atPath: Self.backups)
            } catch {
                return self.diagnosis.note(
                    "backup",
                    .unknown,
                    "\(Self.backups) cannot be looked into",
                    remedy: "run this as root, or as command-room"
                )
            }
        }
        let times = names.compactMap { name -> Int? in
            var status = stat()
            return stat("\(Self.backups)/\(name)", &status) == 0 ? status.st_mtim.tv_sec : nil
        }
        guard let newest = times.max() else {
            return self.diagnosis.note(
                "backup",
                .warning,
                "no backup is in \(Self.backups)",
                remedy: "'systemctl enable --now command-room-backup.timer', and take copies to another machine"
            )
        }
        let hours = (Int(SystemClock.wallMilliseconds / 1_000) - newest) / 3_600
        self.diagnosis.note(
            "backup",
            hours > 50 ? .warning : .good,
            "the newest of \(times.count) in \(Self.backups) is \(hours) hours old",
            remedy: hours > 50
                ? "'systemctl list-timers command-room-backup.timer'; 'journalctl -u command-room-backup'" : nil
        )
    }
}
