import ArgumentParser
import Authority
import Console
import ConsoleWire
import Glibc
import Hardware
import PatrolWire
import Program
import Settings
import Threading

/// `patrolctl setup device`: key, request, bundle, receiver, service, and a position that the room has stored.
struct SetupDevice: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device",
        abstract: say("Set up a car or a body-worn gateway.", "安装车载设备或单兵网关。"),
        discussion: """
            It is run twice: the first time it makes the device's key and the request for the room, and with --bundle it \
            takes in what the room answered.

            Exit status: 0 the room has stored a position of this device, 1 it has not, or the bundle is awaited, 2 an answer \
            is missing or wrong.
            """
    )
    @OptionGroup var options: SetupOptions
    @Option(help: "The device's name.") var device: String?
    @Option(help: "The bundle, as 'enrol sign' made it in the room.") var bundle: String?
    @Option(help: "The authority's fingerprint, as the room said it over the telephone; needed the first time.")
    var fingerprint: String?
    @Option(help: "The settings of gpsd.") var gpsdDefaults = "/etc/default/gpsd"
    @Option(help: "The console socket of patrold; the usual one without it.") var socket: String?

    private var configurationPath: String { "\(self.options.folder)/patrold.yaml" }

    func run() async throws {
        let folder = self.options.folder
        // What the service reads is not closed to it, whatever root's own mask is.
        umask(0o022)
        guard access(folder, F_OK) == 0 || mkdir(folder, 0o755) == 0, access(folder, W_OK) == 0 else {
            throw ProgramFailure(.unavailable, "\(folder): cannot be written; run this as root")
        }
        let name = Question(key: "device", words: say("the device's name", "设备名称"), example: "car-01") {
            Name.device($0) == nil ? "\(Name.rule), and not 'room'" : nil
        }
        let saved = "\(folder)/setup-device.answers"
        let answers = try Answers(
            [name],
            flags: self.device.map { ["device": $0] } ?? [:],
            file: self.options.answers,
            saved: saved
        )
        let device = answers["device"]
        if let known = try self.known(), known != device, !self.options.force {
            throw ProgramFailure(
                .configuration,
                "\(self.configurationPath): this machine is \(known); --force makes it \(device): first without --bundle, then with the new one"
            )
        }
        var work = SetupWork()
        try await self.enrol(device, answers, saved, &work)
        try await self.setUpReceiver(&work)
        work.step("The configuration", "配置")
        try needs(
            await runThrough("patrold", ["check", "--config", self.configurationPath], isQuiet: true),
            of: "patrold",
            otherwise: .configuration,
            "\(self.configurationPath): mend what is said above, and run this again"
        )
        print("\(self.configurationPath) is good.")
        work.step("The service", "服务")
        if self.options.startsServices {
            try await work.systemctl("enable", "patrold", service: "patrold")
            try await work.systemctl("restart", "patrold", service: "patrold")
            print("patrold runs, and starts with the machine.")
        } else {
            print(
                "No service is started here. Start 'patrold run --config \(self.configurationPath)', and run this again."
            )
        }
        try await self.test(device, &work)
    }

    /// The device that the configuration is of; `nil` where there is none.
    private func known() throws -> String? {
        guard access(self.configurationPath, F_OK) == 0 else { return nil }
        do throws(SettingsError) {
            var reader = try SettingsReader(file: self.configurationPath)
            return try reader.optionalString("device")
        } catch {
            throw ProgramFailure(.configuration, "\(error)")
        }
    }

    /// The key and the request; and the bundle, once it is there.
    private func enrol(
        _ device: String,
        _ answers: Answers,
        _ saved: String,
        _ work: inout SetupWork
    ) async throws {
        let folder = self.options.folder
        let request = "\(folder)/\(device).request"
        work.step("The key of this device", "本设备的密钥")
        if self.bundle == nil {
            try await work.command(
                EnrolCommands.Request.self,
                ["--device", device, "--folder", folder, "--output", request]
            )
            try answers.save(to: saved)
        } else if access("\(folder)/\(device).key", F_OK) != 0 {
            throw ProgramFailure(
                .data,
                "\(folder)/\(device).key is not there: run this without --bundle first, and take its request to the room"
            )
        } else {
            print("\(folder)/\(device).key is there and stays.")
        }
        work.step("The room's answer", "指挥室的答复")
        guard let bundle = self.bundle else {
            guard access("\(folder)/\(device).crt", F_OK) == 0, access(self.configurationPath, F_OK) == 0 else {
                print(
                    """
                    Take \(request) to the command room, and give there:
                      patrolctl enrol sign \(device).request --station STATION --host HOST --unit CALL-SIGN \
                    --output \(device).bundle
                    ('patrolctl setup room' said there what STATION and HOST are.)
                    Then go on here:
                      patrolctl setup device --bundle \(device).bundle --fingerprint HEX
                    """
                )
                throw ProgramFailure(
                    .failure,
                    say(
                        "\(device) is not enrolled yet: the bundle of the command room is awaited",
                        "\(device) 尚未登记：等待指挥室签发的文件"
                    )
                )
            }
            return print("\(folder)/\(device).crt is there and stays.")
        }
        try await work.command(
            EnrolCommands.Accept.self,
            [bundle, "--device", device, "--folder", folder, "--config", self.configurationPath]
                + (self.fingerprint.map { ["--fingerprint", $0] } ?? []) + (self.options.force ? ["--force"] : [])
        )
        try answers.save(to: saved)
    }

    /// Tells gpsd of the receiver, where gpsd is on this machine and was told of none.
    private func setUpReceiver(_ work: inout SetupWork) async throws {
        work.step("The receiver", "定位接收机")
        let receiver: String
        do throws(SettingsError) {
            var reader = try SettingsReader(file: self.configurationPath)
            let profile = try reader.string("profile", example: "vehicle-usb-gnss")
            receiver = try HardwareProfile.find(
                profile,
                in: HardwareProfile.standardFolders(executable: CommandLine.executablePath)
            ) { known in
                reader.error("profile", "is '\(profile)', which is no hardware profile; there are: \(known.sorted())")
            }
            .receiver.device
        } catch {
            throw ProgramFailure(.configuration, "\(error)")
        }
        guard access(self.gpsdDefaults, F_OK) == 0 else {
            return print(
                "\(self.gpsdDefaults) is not there: install gpsd ('apt install gpsd') where the receiver is, and run this again."
            )
        }
        var settings = GPSDSettings(try contents(of: self.gpsdDefaults))
        guard let devices = settings.devices else {
            return print(
                "\(self.gpsdDefaults): what DEVICES is there only a shell understands; it stays. The profile says \(receiver)."
            )
        }
        if devices.contains(receiver) {
            print("gpsd reads \(receiver).")
        } else if devices.isEmpty || self.options.force {
            settings.setDevices([receiver])
            try explained { try PrivateFile.write(settings.text, to: self.gpsdDefaults, mode: 0o644) }
            print("\(self.gpsdDefaults): DEVICES=\"\(receiver)\"")
        } else {
            let others = devices.joined(separator: " ")
            return print("gpsd reads \(others), which stays; the profile says \(receiver), --force takes that.")
        }
        guard self.options.startsServices else { return }
        try await work.systemctl("restart", "gpsd.socket", "gpsd", service: "gpsd")
    }

    /// patrold counts once a second what the room has not stored yet: a fix is known for longer before its count is believed.
    private static let counted: Duration = .seconds(3)

    /// Waits until the room has stored a position of this device, or says what is missing and where.
    private func test(_ device: String, _ work: inout SetupWork) async throws {
        work.step("The test: a position that the command room has stored", "检验：指挥室已存入本设备的位置")
        let end = ContinuousClock.now + .seconds(self.options.wait)
        var (seen, fixed): (UnitReport?, ContinuousClock.Instant?) = (nil, nil)
        repeat {
            let report = self.report()
            if let report, let position = report.position, position.age < 30, report.dev == device {
                let since = fixed ?? .now
                fixed = since
                if ContinuousClock.now - since >= Self.counted, report.link, report.room, report.backlog == 0 {
                    seen = report
                    break
                }
            } else {
                fixed = nil
            }
            await pause(for: .milliseconds(200))
        } while ContinuousClock.now < end
        let isSound = await runThrough("patrold", ["doctor", "--config", self.configurationPath]).isSuccess
        guard let seen, let position = seen.position else {
            throw ProgramFailure(
                .failure,
                "the command room has stored no position of this device in \(self.options.wait) s: see above, and run this again"
            )
        }
        print(
            "The command room has stored where \(seen.dev) (\(seen.unit)) is: \(Self.degrees(position.lat)), "
                + "\(Self.degrees(position.lon))."
        )
        guard isSound else { throw ExitCode(ExitStatus.failure.rawValue) }
    }

    private func report() -> UnitReport? {
        for path in self.socket.map({ [$0] }) ?? AskOptions.usualSockets where access(path, F_OK) == 0 {
            do {
                var client = try ConsoleClient(path: path)
                try client.send(ConsoleRequest(.status))
                if let report = try client.next().reply.report { return report }
            } catch {
                // It is asked again, and the doctor says what is wrong with it.
                continue
            }
        }
        return nil
    }

    private static func degrees(_ value: Double) -> String {
        let scaled = Int((value * 100_000).rounded())
        let digits = String(abs(scaled) % 100_000)
        return
            "\(scaled < 0 ? "-" : "")\(abs(scaled) / 100_000).\(String(repeating: "0", count: 5 - digits.count))\(digits)"
    }
}
