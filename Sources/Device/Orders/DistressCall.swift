/// The officer's call for help, until the room has seen it; kept over restarts.
package struct DistressCall: Sendable, Hashable, Codable {
    /// When the officer called, ms since 1970 UTC.
    package let time: Int64
    /// Who in the room takes care of it; `nil` while nobody does.
    package private(set) var seenBy: String?

    /// Creates a call that nobody has seen.
    package init(time: Int64) { self.time = time }

    /// The officer calls again: a call that is open stays as it is.
    package static func again(_ call: DistressCall?, at time: Int64) -> DistressCall {
        if let call, call.seenBy == nil { return call }
        return DistressCall(time: time)
    }

    /// Somebody in the room takes care of it.
    package mutating func see(by name: String) { self.seenBy = name }
}
