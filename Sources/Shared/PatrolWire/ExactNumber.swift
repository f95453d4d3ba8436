/// Whole numbers that every reader of JSON takes exactly.
///
/// Source: RFC 8259, section 6. What is larger is refused, so that no sum of two of them can overflow.
enum ExactNumber {
    static let range: ClosedRange<Int64> = -(1 << 53)...(1 << 53)

    /// Names the first number that is outside.
    static func violation(_ numbers: KeyValuePairs<String, Int64>) -> String? {
        numbers.first { !Self.range.contains($0.value) }.map { "'\($0.key)' is too large" }
    }
}
