import Threading
package import Units

/// What changed, for every page that looks on.
///
/// Nothing is queued: of each thing only the number of its last change is kept, and a page that was slow gets each
/// thing once, as it is then.
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
    package struct Frame: Sendable {
        /// The number of the last change that a page has to have.
        package let after: UInt64
        /// The number of the last change that it has then.
        package let upTo: UInt64
        /// The text, JSON.
        package let text: [UInt8]

        /// Creates a frame.
        package init(after: UInt64, upTo: UInt64, text: [UInt8]) {
            (self.after, self.upTo, self.text) = (after, upTo, text)
        }
    }

    private struct State: Sendable {
        /// From 1 on: a page that has nothing yet is at 0.
        var version: UInt64 = 1
        var changes: [Key: UInt64] = [:]
        var pages = 0
    }

    private let state = Locked(State())
    /// Tells this run of the room from the one before: its numbers begin anew.
    package let epoch: Int64

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

    /// A page begins to look on.
    package func enter() { self.state.withLock { $0.pages += 1 } }

    /// A page looks on no longer.
    package func leave() { self.state.withLock { $0.pages -= 1 } }

    /// What changed after a number, and up to which.
    package func changes(after version: UInt64) -> (keys: [Key], upTo: UInt64) {
        self.state.withLock { state in
            guard state.version > version else { return ([], state.version) }
            return (state.changes.filter { $0.value > version }.map(\.key), state.version)
        }
    }
}
