import CGPIO
import Glibc
import SystemErrors

/// Sole owner of one GPIO line, requested for reading.
struct GPIOLine: ~Copyable {
    private let chip: OpaquePointer
    private let line: OpaquePointer

    /// Requests a line; the error is in words.
    static func open(chip name: String, line number: Int, isActiveLow: Bool) -> Result<GPIOLine, InputTrouble> {
        guard let chip = gpiod_chip_open_lookup(name) else {
            return .failure(InputTrouble("\(name): \(SystemError.last)"))
        }
        let flags = isActiveLow ? CInt(GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW) : 0
        guard let line = gpiod_chip_get_line(chip, UInt32(number)),
            gpiod_line_request_input_flags(line, "patrold", flags) == 0
        else {
            let reason = SystemError.last.description
            gpiod_chip_close(chip)
            return .failure(InputTrouble("\(name) line \(number): \(reason)"))
        }
        return .success(GPIOLine(chip: chip, line: line))
    }

    private init(chip: OpaquePointer, line: OpaquePointer) { (self.chip, self.line) = (chip, line) }

    deinit { gpiod_chip_close(self.chip) }

    /// 0 or 1; `nil` when it cannot be read.
    func read() -> Double? {
        let value = gpiod_line_get_value(self.line)
        return value < 0 ? nil : Double(value)
    }
}

/// Why an input cannot be read.
struct InputTrouble: Error, Hashable, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
