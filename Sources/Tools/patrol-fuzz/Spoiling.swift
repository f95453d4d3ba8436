import Ground

/// Spoils input: bytes for everything, words for what is text.
enum Spoiling {
    /// Numbers and words at which programs break.
    private static let words = [
        "0", "-0", "-1", "1", "255", "256", "65536", "2147483647", "2147483648", "-2147483649", "4294967296",
        "9223372036854775807", "-9223372036854775808", "18446744073709551616", "1e308", "1e400", "-1e-400", "0.1",
        "NaN",
        "inf", "null", "true", "false", "\"\"", "[]", "{}", "[[[[[[[[", "{\"a\":", "]", "}", ",", ":", "\"", "\\u0000",
        "\\ud800", "\\n", "\n", "\r\n", "\t", "\0", "é", "😀", "\u{202E}", "..", "../../etc/passwd", "%00", "%2e%2e",
        "#",
        "&", "*a", "&a [*a]", "!!binary", "- ", "~", "'", "90", "90.0000001", "180", "-181", "2026-11-01",
        "24:00-24:00",
    ]

    /// Changes a text in one to four places.
    static func text(_ text: String, _ random: inout SplitMix64) -> String {
        String(decoding: self.bytes(Array(text.utf8), isText: true, &random), as: UTF8.self)
    }

    /// Changes bytes in one to four places.
    static func bytes(_ bytes: [UInt8], isText: Bool = false, _ random: inout SplitMix64) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) { self.change(&bytes, isText: isText, &random) }
        return bytes
    }

    private static func change(_ bytes: inout [UInt8], isText: Bool, _ random: inout SplitMix64) {
        guard !bytes.isEmpty else {
            bytes = Array(self.words.randomElement(using: &random)?.utf8 ?? "".utf8)
            return
        }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        let length = Int.random(in: 1...max(1, min(64, bytes.count - place)), using: &random)
        switch Int.random(in: 0..<(isText ? 10 : 7), using: &random) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1:
            bytes[place] =
                [0, 0xFF, 0x7F, 0x80, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
        case 2: bytes.removeSubrange(place..<place + length)
        case 3:
            bytes.insert(contentsOf: bytes[place..<place + length], at: Int.random(in: 0...bytes.count, using: &random))
        case 4: bytes.insert(contentsOf: (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }, at: place)
        case 5: bytes.removeSubrange(place...)
        case 6:
            let piece = Array(bytes[place..<place + length])
            for _ in 0..<Int.random(in: 1...200, using: &random) { bytes.insert(contentsOf: piece, at: place) }
        case 7: bytes.insert(contentsOf: self.word(&random), at: place)
        default: self.replaceWord(in: &bytes, at: place, &random)
        }
    }

    /// Replaces the number or word that a place is in.
    private static func replaceWord(in bytes: inout [UInt8], at place: Int, _ random: inout SplitMix64) {
        func isOfWord(_ byte: UInt8) -> Bool {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x5F: true
            default: byte >= 0x80
            }
        }
        var (first, end) = (place, place)
        while first > 0, isOfWord(bytes[first - 1]) { first -= 1 }
        while end < bytes.count, isOfWord(bytes[end]) { end += 1 }
        bytes.replaceSubrange(first..<end, with: self.word(&random))
    }

    private static func word(_ random: inout SplitMix64) -> [UInt8] {
        Array(self.words.randomElement(using: &random)?.utf8 ?? "".utf8)
    }
}
