package import Delivery
import Ground
package import Patrolling
package import Position
package import Report
package import Settings

/// What a kind of machine is like: a file in `HardwareProfiles/`.
package struct HardwareProfile: Sendable, Hashable {
    /// The receiver behind gpsd, for the installer and for `patrold check`.
    package struct Receiver: Sendable, Hashable {
        /// Path that gpsd opens, for `DEVICES` in `/etc/default/gpsd`.
        package var device: String
        /// Serial speed in bit/s; `nil` where it has none.
        package var baud: Int?
        /// Positions a second.
        package var rate: Double
    }

    /// Name, as `state` messages say it.
    package var name: String
    /// The kind of machine in a sentence.
    package var description: String
    /// Where gpsd is.
    package var gpsd: HostPort
    /// After so many milliseconds without a word gpsd is called silent.
    package var silentAfter: Int64
    /// After so many milliseconds without a usable fix the position is called lost.
    package var lostAfter: Int64
    /// The receiver.
    package var receiver: Receiver
    /// Which fixes are believed.
    package var limits: FixGate.Limits
    /// When a position is worth a record.
    package var report: ReportPolicy.Settings
    /// Bytes that the outbox may take on the disk.
    package var spaceBudget: Int64
    /// How fast the backlog may go, and how much of it a day.
    package var backlog: BacklogAllowance
    /// Inputs of the machine.
    package var inputs: [InputSpec]
    /// When the machine saves its battery; `nil` for never.
    package var saving: Patrol.Saving?
    /// After so many ms without ignition patrold ends; `nil` for never.
    package var offAfter: Int64?

    /// Reads a profile.
    ///
    /// - Throws: `SettingsError` with the line of what is wrong.
    package init(file: String) throws(SettingsError) {
        var top = try SettingsReader(file: file)
        self.name = try top.string("name", example: "vehicle-usb-gnss")
        self.description = try top.string("description", example: "a patrol-car computer with a USB receiver")

        var gpsd = try top.group("gpsd", example: "{ host: 127.0.0.1, port: 2947 }")
        self.gpsd = try gpsd.hostPort(defaultPort: 2_947)
        self.silentAfter = milliseconds(try gpsd.number("silent_after_s", in: 1...600, default: 5))
        try gpsd.finish()

        var receiver = try top.group("receiver", example: "{ device: /dev/ttyACM0, rate_hz: 1 }")
        self.receiver = Receiver(
            device: try receiver.string("device", example: "/dev/ttyACM0"),
            baud: try receiver.optionalInteger("baud", in: 4_800...921_600),
            rate: try receiver.number("rate_hz", in: 0.1...20, default: 1)
        )
        try receiver.finish()

        var fix = try top.group("fix", example: "{ max_age_s: 3, max_error_m: 100 }")
        self.limits = FixGate.Limits()
        self.limits.age = milliseconds(try fix.number("max_age_s", in: 0.1...60, default: 3))
        self.limits.error = Metres(try fix.number("max_error_m", in: 1...10_000, default: 100))
        self.limits.speed = try fix.number("max_speed_mps", in: 1...400, default: 90)
        self.lostAfter = milliseconds(try fix.number("lost_after_s", in: 1...600, default: 10))
        try fix.finish()

        var report = try top.group("report", example: "{ interval_s: 10, drift_m: 15, turn_deg: 30 }")
        self.report = ReportPolicy.Settings(
            interval: milliseconds(try report.number("interval_s", in: 0.1...3_600, default: 10)),
            drift: try report.number("drift_m", in: 1...1_000, default: 15),
            turn: try report.number("turn_deg", in: 5...180, default: 30),
            bytesPerHour: try report.optionalNumber("kb_per_hour", in: 1...1_000_000).map { $0 * 1_024 }
        )
        try report.finish()

        var outbox = try top.group("outbox", example: "{ space_mb: 256 }")
        self.spaceBudget = Int64(try outbox.number("space_mb", in: 1...100_000, default: 256) * 1_048_576)
        try outbox.finish()

        self.backlog = BacklogAllowance()
        if var backlog = try top.optionalGroup("backlog") {
            self.backlog.bytesPerSecond = try backlog.optionalNumber("kb_per_s", in: 0.1...100_000).map { $0 * 1_024 }
            self.backlog.bytesPerDay = try backlog.optionalNumber("mb_per_day", in: 0.1...100_000).map {
                Int($0 * 1_048_576)
            }
            try backlog.finish()
        }
        self.inputs = []
        for entry in try top.groups("inputs") {
            let input = try InputSpec(entry)
            guard !self.inputs.contains(where: { $0.name == input.name }) else {
                throw top.error("inputs", "names '\(input.name)' twice")
            }
            self.inputs.append(input)
        }
        if var saving = try top.optionalGroup("saving") {
            self.saving = Patrol.Saving(
                below: try saving.number("below", in: 0.01...1, default: 0.3),
                stretch: try saving.number("stretch", in: 1...20, default: 3)
            )
            try saving.finish()
        }
        if var power = try top.optionalGroup("power") {
            self.offAfter = try power.optionalNumber("off_after_s", in: 1...86_400).map { milliseconds($0) }
            try power.finish()
        }
        try top.finish()
    }
}

private func milliseconds(_ seconds: Double) -> Int64 { Int64((seconds * 1_000).rounded()) }
