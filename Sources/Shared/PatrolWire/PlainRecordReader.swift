/// Reads a position record that is spelt as ``WireCoder/encode(record:)`` spells it: keys sorted, no spaces, no escapes.
///
/// A room reads ten thousand of them a second, and a general decoder takes more than ten times as long. Whatever is spelt
/// otherwise, or breaks the contract, this does not read: then the general decoder has the word, and so the two never differ
/// in what they take.
struct PlainRecordReader {
    private let bytes: [UInt8]
    private var at = 0
    /// The first key that may still come.
    private var first = 0

    /// In the order in which they are written.
    ///
    /// Their places here are the numbers of ``read(_:into:_:)``. Events have keys beside, and are few.
    private static let keys: [[UInt8]] = [
        "acc", "alt", "bat", "cog", "dev", "grids", "ign", "lat", "line", "log", "lon", "mode", "plan", "sat", "seq",
        "spd",
        "src", "st", "t", "tq", "trg", "unit", "up", "v",
    ].map { Array("\($0)\":".utf8) }

    /// What has no value when a record is begun.
    private struct Parts {
        var (device, unit, log): (String?, String?, String?) = (nil, nil, nil)
        var (sequence, time, uptime, version): (Int64?, Int64?, Int64?, Int64?) = (nil, nil, nil, nil)
        var (quality, trigger, status): (TimeQuality?, Trigger?, UnitStatus?) = (nil, nil, nil)
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The record; `nil` where the general decoder has to look.
    static func record(_ bytes: [UInt8]) -> Record? {
        var reader = PlainRecordReader(bytes)
        guard let record = reader.record(), reader.at == bytes.count, record.violation == nil else { return nil }
        return record
    }

    private mutating func record() -> Record? {
        var parts = Parts()
        var record = Record(
            device: "",
            unit: "",
            log: "",
            sequence: 0,
            time: 0,
            timeQuality: .none,
            uptime: 0,
            trigger: .time,
            status: .off
        )
        guard self.take("{") else { return nil }
        repeat {
            guard let key = self.key(), self.read(key, into: &record, &parts) else { return nil }
        } while self.take(",")
        guard self.take("}"), parts.version == Int64(WireCoder.version), let device = parts.device,
            let unit = parts.unit, let log = parts.log, let sequence = parts.sequence, let time = parts.time,
            let uptime = parts.uptime, let quality = parts.quality, let trigger = parts.trigger,
            let status = parts.status
        else { return nil }
        (record.device, record.unit, record.log) = (device, unit, log)
        (record.sequence, record.time, record.uptime) = (sequence, time, uptime)
        (record.timeQuality, record.trigger, record.status) = (quality, trigger, status)
        return record
    }

    /// Reads the value of a key; returns whether it is one that this reader takes.
    private mutating func read(_ key: Int, into record: inout Record, _ parts: inout Parts) -> Bool {
        func set<T>(_ place: inout T?, _ value: T?) -> Bool {
            place = value
            return value != nil
        }
        switch key {
        case 0: return set(&record.accuracy, self.number())
        case 1: return set(&record.altitude, self.number())
        case 2: return set(&record.battery, self.number())
        case 3: return set(&record.course, self.number())
        case 4: return set(&parts.device, self.text())
        case 5: return set(&record.grids, self.texts())
        case 6: return set(&record.ignition, self.flag())
        case 7: return set(&record.latitude, self.number())
        case 8: return set(&record.line, self.line())
        case 9: return set(&parts.log, self.text())
        case 10: return set(&record.longitude, self.number())
        case 11: return set(&record.mode, self.whole().map(Int.init))
        case 12: return set(&record.plan, self.whole().map(Int.init))
        case 13: return set(&record.satellites, self.whole().map(Int.init))
        case 14: return set(&parts.sequence, self.whole())
        case 15: return set(&record.speed, self.number())
        case 16: return set(&record.source, self.text().flatMap(PositionSource.init))
        case 17: return set(&parts.status, self.text().flatMap(UnitStatus.init))
        case 18: return set(&parts.time, self.whole())
        case 19: return set(&parts.quality, self.text().flatMap(TimeQuality.init))
        case 20: return set(&parts.trigger, self.text().flatMap(Trigger.init))
        case 21: return set(&parts.unit, self.text())
        case 22: return set(&parts.uptime, self.whole())
        case 23: return set(&parts.version, self.whole())
        default: return false
        }
    }
}

// MARK: The spelling

extension PlainRecordReader {
    private var next: UInt8? { self.at < self.bytes.count ? self.bytes[self.at] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard self.next == UInt8(ascii: character) else { return false }
        self.at += 1
        return true
    }

    private mutating func take(_ word: [UInt8]) -> Bool {
        guard self.bytes.count - self.at >= word.count else { return false }
        for (place, byte) in word.enumerated() where self.bytes[self.at + place] != byte { return false }
        self.at += word.count
        return true
    }

    /// The place of the next key in the list; one that stands there before is not in its order, or stands twice.
    private mutating func key() -> Int? {
        guard self.take("\"") else { return nil }
        while self.first < Self.keys.count {
            self.first += 1
            if self.take(Self.keys[self.first - 1]) { return self.first - 1 }
        }
        return nil
    }

    /// Digits, a point and digits, at most 15 of them: to the last bit as a decoder reads it.
    private mutating func number() -> Double? {
        let isNegative = self.take("-")
        guard let (before, digits) = self.digits() else { return nil }
        var (mantissa, count, decimals) = (before, digits, 0)
        if self.take(".") {
            while let byte = self.next, (0x30...0x39).contains(byte) {
                guard count < 15 else { return nil }
                mantissa = mantissa * 10 + Int64(byte - 0x30)
                (count, decimals, self.at) = (count + 1, decimals + 1, self.at + 1)
            }
            guard decimals > 0 else { return nil }
        }
        guard self.isEndOfNumber else { return nil }
        // Both are whole numbers below 2^53, and so the quotient is rounded once: it is the nearest.
        let value = Double(mantissa) / Self.powers[decimals]
        return isNegative ? -value : value
    }

    private mutating func whole() -> Int64? {
        let isNegative = self.take("-")
        guard let (value, _) = self.digits(), self.isEndOfNumber, value != 0 || !isNegative else { return nil }
        return isNegative ? -value : value
    }

    /// Digits without a nought before them.
    private mutating func digits() -> (value: Int64, count: Int)? {
        let start = self.at
        var value: Int64 = 0
        while let byte = self.next, (0x30...0x39).contains(byte) {
            guard self.at - start < 15 else { return nil }
            value = value * 10 + Int64(byte - 0x30)
            self.at += 1
        }
        let count = self.at - start
        return count == 0 || count > 1 && self.bytes[start] == 0x30 ? nil : (value, count)
    }

    private var isEndOfNumber: Bool { self.next == UInt8(ascii: ",") || self.next == UInt8(ascii: "}") }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    /// A text without escapes; control characters and what is no UTF-8 are for the decoder to refuse.
    private mutating func text() -> String? {
        guard self.take("\"") else { return nil }
        let start = self.at
        while let byte = self.next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20, byte != UInt8(ascii: "\\") else { return nil }
            self.at += 1
        }
        let text = String(validating: self.bytes[start..<self.at], as: UTF8.self)
        return self.take("\"") ? text : nil
    }

    private mutating func texts() -> [String]? {
        guard self.take("[") else { return nil }
        if self.take("]") { return [] }
        var texts: [String] = []
        repeat {
            guard let text = self.text() else { return nil }
            texts.append(text)
        } while self.take(",")
        return self.take("]") ? texts : nil
    }

    private mutating func flag() -> Bool? {
        if self.take(Self.yes) { return true }
        return self.take(Self.no) ? false : nil
    }

    private static let (yes, no) = (Array("true".utf8), Array("false".utf8))
    private static let (along, id) = (Array("{\"along\":".utf8), Array(",\"id\":".utf8))
    private static let (off, on) = (Array(",\"off\":".utf8), Array(",\"on\":".utf8))

    private mutating func line() -> LinePosition? {
        guard self.take(Self.along), let along = self.number(), self.take(Self.id), let id = self.text(),
            self.take(Self.off), let off = self.number(), self.take(Self.on), let on = self.flag(), self.take("}")
        else { return nil }
        return LinePosition(id: id, off: off, along: along, on: on)
    }
}

extension WireCoder {
    /// Reads a record: as the general ``decode(_:from:)`` does, sooner where it is spelt as ``encode(record:)`` spells it.
    ///
    /// - Throws: ``WireError``, as the general way does.
    public func decode(record bytes: [UInt8]) throws(WireError) -> Record {
        if let record = PlainRecordReader.record(bytes) { return record }
        return try self.decode(Record.self, from: bytes)
    }

    /// Reads a message of backlog, and the bytes of each record of it as their device wrote them.
    ///
    /// - Throws: ``WireError``, as the general way does.
    public func decode(backlog message: [UInt8]) throws(WireError) -> (backlog: Backlog, bodies: [[UInt8]]) {
        guard let (bodies, range) = Backlog.bodies(in: message) else { return try self.generally(message) }
        // All but the records, and each of them by itself.
        let rest = Array(message[..<range.lowerBound] + message[range.upperBound...])
        var backlog = try self.decode(Backlog.self, from: rest)
        // Another spelling of the key hid a second list.
        guard backlog.records.isEmpty else { return try self.generally(message) }
        for body in bodies { backlog.records.append(try self.decode(record: body)) }
        if let violation = backlog.violation { throw .malformed(reason: violation) }
        return (backlog, bodies)
    }

    private func generally(_ message: [UInt8]) throws(WireError) -> (backlog: Backlog, bodies: [[UInt8]]) {
        let backlog = try self.decode(Backlog.self, from: message)
        var bodies: [[UInt8]] = []
        for record in backlog.records { bodies.append(try self.encode(record: record)) }
        return (backlog, bodies)
    }
}
