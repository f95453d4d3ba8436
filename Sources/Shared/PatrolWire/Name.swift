/// A station's or a device's name, as it stands in topics and in certificates.
///
/// Matches `[a-z0-9][a-z0-9-]{0,31}`.
public struct Name: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name.
    public let text: String

    /// Creates a name; `nil` when the text breaks the rule.
    public init?(_ text: some StringProtocol) {
        guard (1...32).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "-"),
            text.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else { return nil }
        self.text = String(text)
    }

    /// The rule in words, for error messages.
    public static let rule = "1 to 32 of a-z, 0-9 and '-', not beginning with '-'"

    /// The word that stands for the room in topics, and that no device may be called.
    static let room = "room"

    /// Creates a device's name; `nil` when the text breaks the rule or is `room`.
    public static func device(_ text: some StringProtocol) -> Name? {
        guard let name = Name(text), name.text != Self.room else { return nil }
        return name
    }

    /// The name.
    public var description: String { self.text }

    /// Orders names as text.
    public static func < (lhs: Name, rhs: Name) -> Bool { lhs.text < rhs.text }
}
