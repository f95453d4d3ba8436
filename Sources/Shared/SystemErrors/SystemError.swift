import Glibc

/// Why the system refused something, in its own words.
///
/// Of our own and not swift-system's `Errno`: that adds two megabytes to the program on the device.
package struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The number, as `errno` has it.
    package let code: CInt

    /// Creates an error of a number.
    package init(_ code: CInt) { self.code = code }

    /// Why this thread's last call failed: to be asked before anything else is called.
    package static var last: SystemError { SystemError(errno) }

    /// What the number means.
    package var description: String {
        var text = [CChar](repeating: 0, count: 256)
        // Unlike strerror this writes where nobody else does.
        guard strerror_r(self.code, &text, text.count) == 0 else { return "error \(self.code)" }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return bytes.isEmpty ? "error \(self.code)" : String(decoding: bytes, as: UTF8.self)
    }
}
