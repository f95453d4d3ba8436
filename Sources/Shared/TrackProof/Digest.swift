import COpenSSL
package import PatrolWire

/// SHA-256 of some bytes.
package struct Digest: Sendable, Hashable {
    /// 32 bytes.
    package let bytes: [UInt8]

    /// Of a record that is not there any more: 32 zero bytes.
    package static let absent = Digest(raw: [UInt8](repeating: 0, count: 32))

    private init(raw: [UInt8]) { self.bytes = raw }

    /// Digests bytes.
    package init(of message: [UInt8]) {
        var digest = [UInt8](repeating: 0, count: 32)
        // It only fails where OpenSSL was built without it; then no seal ever fits.
        _ = message.withUnsafeBufferPointer { message in
            // An empty array may have no address, and OpenSSL wants one.
            withUnsafePointer(to: 0 as UInt8) { nothing in
                copenssl_sha256(message.baseAddress ?? nothing, message.count, &digest)
            }
        }
        self.bytes = digest
    }

    /// Reads 64 lower-case hex digits; `nil` for anything else.
    package init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: 64, by: 2) {
            guard let high = Self.value(digits[place]), let low = Self.value(digits[place + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// 64 lower-case hex digits.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: self.bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}

extension Digest {
    /// Of a record under the number that it was first given: the same however often its device had to begin a new log.
    ///
    /// - Parameters:
    ///   - record: What the bytes say.
    ///   - body: The bytes, as the device wrote them.
    /// - Throws: ``WireError`` when the record breaks the contract.
    package init(of record: Record, body: [UInt8]) throws(WireError) {
        guard record.was?.isEmpty == false else {
            self.init(of: body)
            return
        }
        var first = record
        (first.log, first.sequence, first.was) = (record.identity.log, record.identity.sequence, nil)
        self.init(of: try WireCoder().encode(record: first))
    }
}
