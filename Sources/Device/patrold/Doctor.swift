import ArgumentParser
import BrokerLink
import Console
import ConsoleWire
import Glibc
import Ground
import Hardware
import PatrolWire
import Position
import PositionGPSD
import Program
import Settings
import SetupCheck
import SystemErrors
import Threading
import Uplink

extension Patrold {
    /// Looks at the whole way from the receiver to the room, beside the service that runs, and changes nothing.
    struct Doctor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Say in order what is wrong on this machine, from the receiver to the command room, and what to do.",
            discussion: """
                It may be run while patrold runs: then it asks patrold of the broker, and connects to gpsd beside it. It \
                waits up to a minute in all, and changes nothing.

                Exit status: 0 nothing is broken, 1 something is, 78 the configuration cannot be read.
                """
        )
        @OptionGroup var options: Options

        func run() async throws {
            let configuration = try self.options.load()
            var doctor = DeviceDoctor(configuration)
            await doctor.examine()
            for line in doctor.diagnosis.lines { print(line) }
            if !doctor.diagnosis.isSound { throw ExitCode(ExitStatus.failure.rawValue) }
        }
    }
}

/// What there is to look at on a device.
struct DeviceDoctor {
    private(set) var diagnosis = Diagnosis()
    private let configuration: Configuration

    /// How long a receiver is listened to, ms; one that has just been switched on takes longer, and is said to have none.
    private static let receiverMilliseconds: Int64 = 10_000
    /// A clock that is further off GNSS time is wrong, ms.
    private static let clockTolerance: Int64 = 2_000

    init(_ configuration: Configuration) { self.configuration = configuration }

    /// Looks at everything, in the order in which the one rests on the other.
    mutating func examine() async {
        let configuration = self.configuration
        self.diagnosis.note(
            "config",
            DeviceCheck(configuration).findings,
            good: "all that it names is there and can be used"
        )
        await self.examineReceiver()
        self.diagnosis.disk(configuration.state)
        await self.examineRest(self.askService())
    }

    /// What the service answers.
    private enum Service {
        case says(UnitReport)
        /// It does not run, or says nothing.
        case absent(String)
        /// It may run; who asks may not speak to it.
        case closed(String)
    }

    private func askService() -> Service {
        let path = self.configuration.console.path
        if access(path, F_OK) == 0, access(path, R_OK | W_OK) != 0 { return .closed("\(path): \(SystemError.last)") }
        if errno == EACCES { return .closed("\(path): \(SystemError(EACCES))") }
        do {
            var client = try ConsoleClient(path: path)
            try client.send(ConsoleRequest(.status))
            if let report = try client.next().reply.report { return .says(report) }
            return .closed("patrold answers, and says nothing of itself")
        } catch {
            return .absent("\(error)")
        }
    }

    /// Broker, room and service.
    ///
    /// The broker gives each certificate one connection: while patrold runs a second one would put it out, so it is asked.
    private mutating func examineRest(_ service: Service) async {
        switch service {
        case .says(let report) where report.link:
            self.diagnosis.note("broker", .good, "\(self.configuration.broker.endpoint): patrold is connected")
            self.note(roomIsThere: report.room)
            self.note(report)
        case .says(let report):
            self.probe()
            self.diagnosis.note("room", .unknown, "the broker has to be reached first")
            self.note(report)
        case .closed(let reason):
            self.probe()
            self.diagnosis.note("room", .unknown, "patrold has to be asked first")
            self.diagnosis.note(
                "service",
                .unknown,
                reason,
                remedy: "run this as root, or as a member of the socket's group"
            )
        case .absent(let reason):
            self.examineLink(
                await BrokerTrial.listen(
                    to: self.configuration.broker,
                    clientID: "doctor-\(self.configuration.station)-\(self.configuration.device)",
                    subscriptions: Downlink.subscriptions(
                        station: self.configuration.station,
                        device: self.configuration.device
                    )
                )
            )
            self.diagnosis.note(
                "service",
                .fault,
                reason,
                remedy: "'systemctl enable --now patrold'; 'journalctl -u patrold -n 50' says why it ended"
            )
        }
    }

    /// Whether the broker's port answers; more would disturb a patrold that tries to connect.
    private mutating func probe() {
        let endpoint = self.configuration.broker.endpoint
        if let trouble = TCPProbe.trouble(host: endpoint.host, port: endpoint.port, milliseconds: 5_000) {
            let error = BrokerError.unreachable(broker: "\(endpoint)", reason: trouble)
            return self.diagnosis.note("broker", .fault, error.description, remedy: error.remedy)
        }
        self.diagnosis.note(
            "broker",
            .warning,
            "\(endpoint) answers, and patrold is not connected to it",
            remedy:
                "'journalctl -u patrold -n 50' says why; 'systemctl stop patrold' and look again to try the certificate"
        )
    }

    /// gpsd, the receiver behind it, and the clock against what the receiver says.
    private mutating func examineReceiver() async {
        let (host, port) = (self.configuration.gpsd.host, self.configuration.gpsd.port)
        let (last, offset, hasAnswered) = await Self.listen(host: host, port: port)
        let receiver = self.configuration.profile.receiver.device
        let source = "gpsd at \(host):\(port)"
        switch last {
        case .unavailable(.unreachable(let endpoint, let reason)):
            let trouble = PositionTrouble.unreachable(endpoint: endpoint, reason: reason)
            self.diagnosis.note(
                "gpsd",
                .fault,
                trouble.description,
                remedy: "'systemctl enable --now gpsd.socket'; DEVICES=\"\(receiver)\" in /etc/default/gpsd"
            )
        case nil where !hasAnswered, .unavailable where !hasAnswered:
            self.diagnosis.note(
                "gpsd",
                .fault,
                "\(source) takes the connection and says nothing",
                remedy: "'systemctl restart gpsd.socket gpsd'; 'systemctl status gpsd'"
            )
        case nil, .available, .unavailable:
            self.diagnosis.note(
                "receiver",
                .fault,
                "\(source) answers, and no receiver says anything",
                remedy: "is \(receiver) there ('ls -l \(receiver)') and in DEVICES of /etc/default/gpsd? "
                    + "then 'systemctl restart gpsd'; 'gpspipe -r' shows what comes"
            )
        case .noFix:
            self.diagnosis.note(
                "receiver",
                .warning,
                "\(source): the receiver is alive and does not know where it is",
                remedy: "under the open sky, antenna connected: up to 15 minutes after long storage"
            )
        case .fix(let fix):
            let satellites = fix.satellites.map { ", \($0) satellites" } ?? ""
            let error = fix.accuracy.map { ", within \(Int($0.value.rounded())) m" } ?? ""
            self.diagnosis.note("receiver", .good, "\(source): fix of \(fix.mode) dimensions\(satellites)\(error)")
        }
        self.examineClock(offset)
    }

    /// - Returns: The best that was said, and by how much this machine's clock is ahead of the receiver's time, ms.
    private static func listen(host: String, port: UInt16) async -> (PositionReport?, Int64?, Bool) {
        let heard = Locked<(report: PositionReport?, offset: Int64?, hasAnswered: Bool)>((nil, nil, false))
        let listening = Task {
            for await report in GPSDPositions(host: host, port: port) {
                var isDone = false
                heard.withLock { heard in
                    heard.report = report
                    switch report {
                    case .fix(let fix):
                        heard.offset = fix.measured.map { SystemClock.wallMilliseconds - $0 }
                        isDone = true
                    case .unavailable(.unreachable): isDone = true
                    case .available, .noFix: heard.hasAnswered = true
                    default: break
                    }
                }
                if isDone { return }
            }
        }
        let timer = Task {
            await pause(for: .milliseconds(Self.receiverMilliseconds))
            listening.cancel()
        }
        await listening.value
        timer.cancel()
        return heard.withLock { $0 }
    }

    private mutating func examineClock(_ offset: Int64?) {
        let remedy =
            "'systemctl enable --now chrony' (or 'timedatectl set-ntp true'), with gpsd as a source where there is no network"
        guard let offset else {
            guard SystemClock.isSynchronised else {
                return self.diagnosis.note(
                    "clock",
                    .warning,
                    "nothing sets this machine's clock, and the receiver gives no time to compare it with",
                    remedy: remedy
                )
            }
            return self.diagnosis.note("clock", .good, "set by a time service")
        }
        // The report is some tenths of a second old when it comes.
        guard abs(offset) > Self.clockTolerance else {
            return self.diagnosis.note(
                "clock",
                .good,
                "agrees with the receiver within \(Self.clockTolerance / 1_000) s"
            )
        }
        self.diagnosis.note(
            "clock",
            .fault,
            "this machine's clock is \(abs(offset) / 1_000) s \(offset > 0 ? "ahead of" : "behind") the receiver's time",
            remedy: remedy
        )
    }

    /// The broker, what it allows, and the room behind it.
    private mutating func examineLink(_ trial: Result<[ReceivedMessage], BrokerError>) {
        switch trial {
        case .failure(let error):
            self.diagnosis.note("broker", .fault, error.description, remedy: error.remedy)
            self.diagnosis.note("room", .unknown, "the broker has to be reached first")
        case .success(let messages):
            self.diagnosis.note("broker", .good, "\(self.configuration.broker.endpoint) lets this device in and listen")
            let topic = "\(Topic.room(station: self.configuration.station))"
            let payload = messages.last { $0.topic == topic }?.payload
            guard let payload else { return self.note(roomIsThere: false, wasEver: false) }
            do throws(WireError) {
                self.note(roomIsThere: try WireCoder().decode(RoomState.self, from: payload).online)
            } catch {
                self.diagnosis.note(
                    "room",
                    .fault,
                    "\(topic): what the room says of itself is not understood: \(error)",
                    remedy: "install the same version here and in the command room"
                )
            }
        }
    }

    private mutating func note(roomIsThere isThere: Bool, wasEver: Bool = true) {
        let station = self.configuration.station
        guard !isThere else { return self.diagnosis.note("room", .good, "the command room of \(station) is there") }
        self.diagnosis.note(
            "room",
            .fault,
            wasEver
                ? "the command room of \(station) is not connected to the broker"
                : "no command room of station \(station) was ever at this broker",
            remedy: "in the command room: 'patrolctl doctor'; is 'station' of both configurations the same?"
        )
    }

    /// What the service itself says: it is the one that officers rely on.
    private mutating func note(_ report: UnitReport) {
        let position = report.position.map { "position \(Int($0.age)) s old" } ?? "no position"
        let link = report.link ? "connected" : "not connected"
        let isWell = report.position.map { $0.age < 30 } ?? false && report.link
        self.diagnosis.note(
            "service",
            isWell ? .good : .warning,
            "patrold runs: \(position), \(link), \(report.backlog) records wait",
            remedy: isWell ? nil : "if all above is good, give it a minute; then 'journalctl -u patrold -n 50'"
        )
    }
}
