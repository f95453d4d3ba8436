import Patrolling
import Settings

/// One input of the machine, as its profile describes it.
package struct InputSpec: Sendable, Hashable {
    /// Where its value comes from.
    package enum Source: Sendable, Hashable {
        /// A GPIO line: chip and offset, and whether low means on.
        case gpio(chip: String, line: Int, isActiveLow: Bool)
        /// A number in a file of the kernel, times a scale.
        case sysfs(path: String, scale: Double)
        /// Somebody tells it over the console socket.
        case socket
    }

    /// The inputs that mean something to the patrol.
    package static let names = MachineInput.allCases.map(\.rawValue)

    /// Its name, one of ``names``.
    package let name: String
    /// Where its value comes from.
    package let source: Source
    /// A value counts once it has stood for so long, ms.
    package let debounce: Int64
    /// ms between two looks at it.
    package let period: Int64
    /// Whether it is left alone while the battery is low.
    package let isShed: Bool

    /// Reads one entry of `inputs`.
    init(_ reader: consuming SettingsReader) throws(SettingsError) {
        var reader = reader
        self.name = try reader.string("name", example: "ignition")
        guard Self.names.contains(self.name) else {
            throw reader.error(
                "name",
                "is '\(self.name)', which is no input; there are \(Self.names.joined(separator: ", "))"
            )
        }
        let (gpio, sysfs) = (try reader.optionalString("gpio"), try reader.optionalString("sysfs"))
        let (isSocket, isActiveLow) = (try reader.flag("socket"), try reader.flag("active_low"))
        let scale = try reader.number("scale", in: 1e-9...1e9, default: 1)
        switch (gpio, sysfs, isSocket) {
        case (let gpio?, nil, false):
            let parts = gpio.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2, let line = Int(parts[1]), (0..<1_024).contains(line), !parts[0].isEmpty else {
                throw reader.error("gpio", "must be CHIP/LINE such as gpiochip0/17, not '\(gpio)'")
            }
            self.source = .gpio(chip: String(parts[0]), line: line, isActiveLow: isActiveLow)
        case (nil, let path?, false): self.source = .sysfs(path: path, scale: scale)
        case (nil, nil, true): self.source = .socket
        default: throw reader.error("name", "needs just one source: 'gpio', 'sysfs' or 'socket: true'")
        }
        self.debounce = Int64(try reader.number("debounce_ms", in: 0...60_000, default: 200))
        self.period = Int64(try reader.number("every_s", in: 0.05...3_600, default: sysfs == nil ? 0.1 : 10) * 1_000)
        self.isShed = try reader.flag("shed")
        try reader.finish()
    }
}
