package import PatrolWire
import Threading

/// What of the room does not work now: told by `GET /healthz`, by every page, and by `/metrics`.
package final class RoomHealth: Sendable {
    /// A part of the room.
    package enum Part: String, Sendable, Hashable, CaseIterable, Comparable {
        /// The connection to a station's broker.
        case broker
        /// The store of records.
        case store
        /// Messages wait before they are looked at.
        case intake
        /// The store of incidents, roll calls and the audit.
        case casebook
        /// A certificate of the room's own that ends soon or has ended.
        case certificate

        /// By word.
        package static func < (a: Part, b: Part) -> Bool { a.rawValue < b.rawValue }
    }

    /// Something that does not work.
    package struct Fault: Sendable, Hashable, Encodable {
        /// The part that does not work, by its word.
        package let what: String
        /// Whose; `nil` when it is the whole room's.
        package let station: String?
        /// Since when, ms since 1970 UTC.
        package let since: Int64
        /// What is known of it.
        package let detail: String
    }

    private struct Key: Hashable {
        let part: Part
        let station: String
    }

    private let faults = Locked<[Key: Fault]>([:])
    private let changed: @Sendable () -> Void

    /// Creates the health of a room that works; `changed` is told when that is so no more, or again.
    package init(changed: @escaping @Sendable () -> Void) { self.changed = changed }

    /// Notes that a part does not work; how long it has not stays from the first note on.
    package func note(_ part: Part, station: Name? = nil, detail: String, now: Int64) {
        let isNew = self.faults.withLock { faults in
            let key = Key(part: part, station: station?.text ?? "")
            let since = faults[key]?.since ?? now
            let fault = Fault(what: part.rawValue, station: station?.text, since: since, detail: detail)
            defer { faults[key] = fault }
            return faults[key] != fault
        }
        if isNew { self.changed() }
    }

    /// Notes that a part works.
    package func clear(_ part: Part, station: Name? = nil) {
        let was = self.faults.withLock { $0.removeValue(forKey: Key(part: part, station: station?.text ?? "")) }
        if was != nil { self.changed() }
    }

    /// What does not work, by part and station.
    package var all: [Fault] {
        self.faults.withLock { Array($0.values) }.sorted { ($0.what, $0.station ?? "") < ($1.what, $1.station ?? "") }
    }
}
