/// How long what travels may be: enough for every use that there is, and a bound on what it can cost.
///
/// Lengths are Unicode scalars.
public enum WireLimits {
    /// A call sign, a version, who did something.
    public static let name = 64
    /// An id: of a grid, a line, an incident, an event's word.
    public static let id = 64
    /// The id of a command, which is made of several others.
    public static let command = 192
    /// A free text.
    public static let text = 2_000
    /// Grids that a unit is in at the same time.
    public static let grids = 32
    /// Logs that a record had to leave behind.
    public static let formerNumbers = 8
    /// Reasons for which fixes are refused.
    public static let reasons = 64
    /// Bytes of any message but backlog, plans and acknowledgements.
    public static let message = 32 * 1_024

    private static let values = 512
    private static let depth = 8

    /// Whether a text is longer than that.
    public static func isTooLong(_ text: String, _ limit: Int) -> Bool {
        // A scalar has four bytes at most: a short text needs no count.
        text.utf8.count > limit && text.unicodeScalars.count > limit
    }

    static func words(_ key: String, _ limit: Int) -> String { "'\(key)' must have 1 to \(limit) characters" }

    /// What of `data` is longer, deeper or more than may be.
    static func violation(of data: [String: JSONValue]?) -> String? {
        guard let data else { return nil }
        var left = Self.values
        return Self.violation(of: .object(data), depth: Self.depth, left: &left)
    }

    private static func violation(of value: JSONValue, depth: Int, left: inout Int) -> String? {
        left -= 1
        guard depth > 0, left >= 0 else { return "'data' is too large: \(Self.values) values, \(Self.depth) levels" }
        switch value {
        case .null, .bool, .int, .double: return nil
        case .string(let text):
            return Self.isTooLong(text, Self.text) ? "'data' holds a text of more than \(Self.text) characters" : nil
        case .array(let values):
            for value in values {
                if let violation = Self.violation(of: value, depth: depth - 1, left: &left) { return violation }
            }
            return nil
        case .object(let members):
            for (key, value) in members {
                if Self.isTooLong(key, Self.id) { return "'data' holds a key of more than \(Self.id) characters" }
                if let violation = Self.violation(of: value, depth: depth - 1, left: &left) { return violation }
            }
            return nil
        }
    }
}
