/// Writes JSON with sorted keys, as ``WireCoder`` does, without the detour over a general encoder.
///
/// A device writes a record for many of its fixes and waits for it before anything is sent: this takes a twentieth of
/// the time.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true

    init() {
        self.bytes.reserveCapacity(512)
        self.bytes.append(UInt8(ascii: "{"))
    }

    /// The finished object.
    consuming func finish() -> [UInt8] {
        self.bytes.append(UInt8(ascii: "}"))
        return self.bytes
    }

    mutating func member(_ key: StaticString, _ value: Int64?) {
        guard let value else { return }
        self.key(key)
        self.append("\(value)")
    }

    mutating func member(_ key: StaticString, _ value: Double?) {
        guard let value else { return }
        self.key(key)
        self.number(value)
    }

    mutating func member(_ key: StaticString, _ value: Bool?) {
        guard let value else { return }
        self.key(key)
        self.append(value ? "true" : "false")
    }

    mutating func member(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        self.key(key)
        self.text(value)
    }

    mutating func member(_ key: StaticString, _ values: [String]?) {
        guard let values else { return }
        self.key(key)
        self.value(.array(values.map { .string($0) }))
    }

    mutating func member(_ key: StaticString, _ value: JSONValue?) {
        guard let value else { return }
        self.key(key)
        self.value(value)
    }

    private mutating func key(_ key: StaticString) {
        if !self.isFirst { self.bytes.append(UInt8(ascii: ",")) }
        self.isFirst = false
        self.append("\"\(key)\":")
    }

    private mutating func value(_ value: JSONValue) {
        switch value {
        case .null: self.append("null")
        case .bool(let flag): self.append(flag ? "true" : "false")
        case .int(let number): self.append("\(number)")
        case .double(let number): self.number(number)
        case .string(let text): self.text(text)
        case .array(let values):
            self.bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { self.bytes.append(UInt8(ascii: ",")) }
                self.value(value)
            }
            self.bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            self.bytes.append(UInt8(ascii: "{"))
            for (index, (key, value)) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { self.bytes.append(UInt8(ascii: ",")) }
                self.text(key)
                self.bytes.append(UInt8(ascii: ":"))
                self.value(value)
            }
            self.bytes.append(UInt8(ascii: "}"))
        }
    }

    /// The shortest text that reads back as the same number; whole ones without a fraction.
    private mutating func number(_ value: Double) {
        if let whole = Int64(exactly: value) { self.append("\(whole)") } else { self.append("\(value)") }
    }

    private mutating func text(_ text: String) { JSONText.append(text, to: &self.bytes) }

    private mutating func append(_ text: String) { self.bytes += Array(text.utf8) }
}

extension WireCoder {
    /// What tells a record from another: FNV-1a, 64 bits, of its canonical bytes, as 16 hex digits.
    ///
    /// It withstands no attack: a program that can write a device's records can write them as it likes.
    ///
    /// - Throws: ``WireError/malformed(reason:)`` when the record breaks the contract.
    public func digest(of record: Record) throws(WireError) -> String {
        let sum = try self.encode(record: record).reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

/// Writes texts as JSON has them: the one place that quotes and escapes.
package enum JSONText {
    /// Appends a text in quotes; no character of it can end them, or begin a new line.
    package static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 0x0A: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
            case 0x0D: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
            case 0x09: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
            case 0x08: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "b")]
            case 0x0C: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "f")]
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                bytes += (digits.utf8.count == 1 ? "\\u000\(digits)" : "\\u00\(digits)").utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension WireCoder {
    /// Returns the bytes of a record: the same as the general ``encode(_:)`` gives, sooner.
    ///
    /// - Throws: ``WireError/malformed(reason:)`` when the record breaks the contract.
    public func encode(record: Record) throws(WireError) -> [UInt8] {
        if let violation = record.violation { throw .malformed(reason: violation) }
        let numbers = [
            record.accuracy, record.altitude, record.speed, record.course, record.battery, record.line?.off,
            record.line?.along,
        ]
        // JSON has no word for them.
        for number in numbers where number?.isFinite == false { throw .malformed(reason: "a number is not finite") }
        var writer = JSONWriter()
        writer.member("acc", record.accuracy)
        writer.member("alt", record.altitude)
        writer.member("bat", record.battery)
        writer.member("cog", record.course)
        writer.member("data", record.data.map { JSONValue.object($0) })
        writer.member("dev", record.device)
        writer.member("ev", record.event?.rawValue)
        writer.member("grids", record.grids)
        writer.member("ign", record.ignition)
        writer.member("lat", record.latitude)
        writer.member(
            "line",
            record.line.map { line in
                JSONValue.object([
                    "id": .string(line.id), "off": .double(line.off), "along": .double(line.along),
                    "on": .bool(line.on),
                ])
            }
        )
        writer.member("log", record.log)
        writer.member("lon", record.longitude)
        writer.member("mode", record.mode.map { Int64($0) })
        writer.member("plan", record.plan.map { Int64($0) })
        writer.member("sat", record.satellites.map { Int64($0) })
        writer.member("seq", record.sequence)
        writer.member("spd", record.speed)
        writer.member("src", record.source?.rawValue)
        writer.member("st", record.status.rawValue)
        writer.member("t", record.time)
        writer.member("tq", record.timeQuality.rawValue)
        writer.member("trg", record.trigger.rawValue)
        writer.member("unit", record.unit)
        writer.member("up", record.uptime)
        writer.member("v", Int64(Self.version))
        writer.member(
            "was",
            record.was.map { numbers in
                JSONValue.array(numbers.map { .object(["log": .string($0.log), "seq": .int($0.sequence)]) })
            }
        )
        return writer.finish()
    }
}
