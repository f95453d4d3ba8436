import Threading
package import Units

/// What changed, for every page that looks on.
///
/// Nothing is queued: of each thing only the number of its last change is kept, and a page that was slow gets each
/// thing once, as it is then. Pages that keep up share one text.
package final class LiveFeed: Sendable {
    /// Something that can change.
    package enum Key: Sendable, Hashable {
        case unit(UnitID)
        case incident(String)
        case rollCall(String)
        case closures
        case alarms
        /// Whether the brokers are there.
        case links
        /// The ways that are still to be driven.
        case responses
    }

    /// A text and the changes that it brings a page over.
    struct Frame: Sendable {
        let after: UInt64
        let upTo: UInt64
        let text: [UInt8]
    }

    private struct State: Sendable {
        /// From 1 on: a page that has nothing yet is at 0.
        var version: UInt64 = 1
        var changes: [Key: UInt64] = [:]
        var frame: Frame?
        var pages = 0
    }

    private let state = Locked(State())
    /// Tells this run of the room from the one before: its numbers begin anew.
    let epoch: Int64

    /// Creates a feed.
    ///
    /// - Parameter epoch: ms since 1970 UTC.
    package init(epoch: Int64) { self.epoch = epoch }

    /// Notes a change.
    package func touch(_ key: Key) {
        self.state.withLock { state in
            state.version += 1
            state.changes[key] = state.version
        }
    }

    /// How many pages look on.
    package var pages: Int { self.state.withLock { $0.pages } }

    func enter() { self.state.withLock { $0.pages += 1 } }

    func leave() { self.state.withLock { $0.pages -= 1 } }

    /// What changed after a number, and up to which.
    func changes(after version: UInt64) -> (keys: [Key], upTo: UInt64) {
        self.state.withLock { state in
            guard state.version > version else { return ([], state.version) }
            return (state.changes.filter { $0.value > version }.map(\.key), state.version)
        }
    }

    /// The shared text that begins where a page is, if there is one.
    func frame(after version: UInt64) -> Frame? {
        self.state.withLock { state in state.frame.flatMap { $0.after == version ? $0 : nil } }
    }

    func keep(_ frame: Frame) { self.state.withLock { $0.frame = frame } }
}
