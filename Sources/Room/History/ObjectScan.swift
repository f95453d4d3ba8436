import PatrolWire

/// Finds the members of a JSON object without decoding the rest of it.
///
/// A month of records has millions of positions, and a report wants three numbers of each: a general decoder takes
/// twenty times as long. What is stored was checked when it came, so the bytes are JSON. Whatever this scan does not
/// understand it says so, and the caller decodes.
enum ObjectScan {
    /// Calls `take` with the place of each name, without its quotes, and of each value, until it returns `false`.
    ///
    /// - Returns: Whether all that was looked at was understood.
    static func members(
        of bytes: Span<UInt8>,
        in range: Range<Int>,
        _ take: (_ name: Range<Int>, _ value: Range<Int>) -> Bool
    ) -> Bool {
        var at = Self.skipSpace(bytes, range.lowerBound, range.upperBound)
        guard at < range.upperBound, bytes[at] == Byte.openBrace else { return false }
        at = Self.skipSpace(bytes, at + 1, range.upperBound)
        if at < range.upperBound, bytes[at] == Byte.closeBrace { return true }
        while true {
            guard at < range.upperBound, bytes[at] == Byte.quote,
                let nameEnd = Self.endOfPlainText(bytes, at, range.upperBound)
            else { return false }
            let name = at + 1..<nameEnd - 1
            at = Self.skipSpace(bytes, nameEnd, range.upperBound)
            guard at < range.upperBound, bytes[at] == Byte.colon else { return false }
            at = Self.skipSpace(bytes, at + 1, range.upperBound)
            guard let end = Self.endOfValue(bytes, at, range.upperBound) else { return false }
            guard take(name, at..<end) else { return true }
            at = Self.skipSpace(bytes, end, range.upperBound)
            guard at < range.upperBound else { return false }
            if bytes[at] == Byte.closeBrace { return true }
            guard bytes[at] == Byte.comma else { return false }
            at = Self.skipSpace(bytes, at + 1, range.upperBound)
        }
    }

    /// Whether a name is this one.
    static func isEqual(_ bytes: Span<UInt8>, _ range: Range<Int>, _ name: [UInt8]) -> Bool {
        guard range.count == name.count else { return false }
        for index in name.indices where bytes[range.lowerBound + index] != name[index] { return false }
        return true
    }

    /// A number without exponent and with at most 15 digits, to the last bit as a decoder reads it; else `nil`.
    static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Double? {
        var (digits, decimals, mantissa): (Int, Int?, Int64) = (0, nil, 0)
        var at = range.lowerBound
        let isNegative = at < range.upperBound && bytes[at] == Byte.minus
        if isNegative { at += 1 }
        while at < range.upperBound {
            switch bytes[at] {
            case 0x30...0x39:
                guard digits < 15 else { return nil }
                mantissa = mantissa * 10 + Int64(bytes[at] - 0x30)
                digits += 1
                if let known = decimals { decimals = known + 1 }
            case Byte.point where decimals == nil: decimals = 0
            default: return nil
            }
            at += 1
        }
        guard digits > 0 else { return nil }
        // Both are whole numbers below 2^53, and so the quotient is rounded once: it is the nearest.
        let value = Double(mantissa) / Self.powers[decimals ?? 0]
        return isNegative ? -value : value
    }

    /// A text, a number, or true and false; `nil` for what a decoder must look at.
    static func scalar(_ bytes: Span<UInt8>, _ range: Range<Int>) -> JSONValue? {
        guard let first = range.first else { return nil }
        switch bytes[first] {
        case Byte.quote:
            return Self.text(bytes, range).map { .string($0) }
        case 0x74: return .bool(true)
        case 0x66: return .bool(false)
        case 0x6E: return .null
        case Byte.openBrace, Byte.openBracket: return nil
        default:
            var isWhole = true
            for index in range where !(0x30...0x39).contains(bytes[index]) && bytes[index] != Byte.minus {
                isWhole = false
            }
            guard let number = Self.number(bytes, range) else { return nil }
            return isWhole ? .int(Int64(number)) : .double(number)
        }
    }

    /// A text in quotes without escapes; else `nil`.
    static func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
        guard range.count >= 2, bytes[range.lowerBound] == Byte.quote,
            Self.endOfPlainText(bytes, range.lowerBound, range.upperBound) == range.upperBound
        else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(range.count - 2)
        for index in range.dropFirst().dropLast() { text.append(bytes[index]) }
        return String(decoding: text, as: UTF8.self)
    }

    private enum Byte {
        static let quote = UInt8(ascii: "\"")
        static let backslash = UInt8(ascii: "\\")
        static let openBrace = UInt8(ascii: "{")
        static let closeBrace = UInt8(ascii: "}")
        static let openBracket = UInt8(ascii: "[")
        static let closeBracket = UInt8(ascii: "]")
        static let colon = UInt8(ascii: ":")
        static let comma = UInt8(ascii: ",")
        static let minus = UInt8(ascii: "-")
        static let point = UInt8(ascii: ".")
    }

    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    ]

    private static func skipSpace(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int {
        var at = start
        while at < end, bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09 { at += 1 }
        return at
    }

    /// The place after the closing quote of a text without escapes.
    private static func endOfPlainText(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var at = start + 1
        while at < end {
            if bytes[at] == Byte.quote { return at + 1 }
            if bytes[at] == Byte.backslash { return nil }
            at += 1
        }
        return nil
    }

    /// The place after a value.
    private static func endOfValue(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var (at, depth, isText) = (start, 0, false)
        while at < end {
            let byte = bytes[at]
            if isText {
                if byte == Byte.backslash {
                    at += 1
                } else if byte == Byte.quote {
                    isText = false
                    if depth == 0 { return at + 1 }
                }
            } else {
                switch byte {
                case Byte.quote: isText = true
                case Byte.openBrace, Byte.openBracket: depth += 1
                case Byte.closeBrace, Byte.closeBracket:
                    if depth == 0 { return at > start ? at : nil }
                    depth -= 1
                    if depth == 0 { return at + 1 }
                case Byte.comma, 0x20, 0x0A, 0x0D, 0x09:
                    if depth == 0 { return at > start ? at : nil }
                default: break
                }
            }
            at += 1
        }
        return nil
    }
}
