/// Why something of the station's authority cannot be done.
package struct AuthorityError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, where, and what to do.
    package let description: String

    init(_ description: String) { self.description = description }
}
