import Cases
import Ground

/// A road that is closed, or an area that is slow, until a time.
package struct Closure: Case, Hashable {
    package static let kind = "closure"

    /// Id, unique in this room.
    package var id: String
    /// The corners of an area, degrees, `[longitude, latitude]` each; of a road just one place on it.
    package var places: [[Double]]
    /// How many times as long the roads take; `nil` when they are closed.
    package var slow: Double?
    /// When it began, ms since 1970 UTC.
    package var from: Int64
    /// When it ends, ms since 1970 UTC.
    package var until: Int64
    /// Why.
    package var note: String?
    /// Who said so.
    package var actor: String
    /// Whether somebody ended it early.
    package var isLifted: Bool = false

    /// Creates a closure.
    package init(
        id: String,
        places: [[Double]],
        slow: Double?,
        from: Int64,
        until: Int64,
        note: String?,
        actor: String
    ) {
        (self.id, self.places, self.slow) = (id, places, slow)
        (self.from, self.until, self.note, self.actor) = (from, until, note, actor)
    }

    package var began: Int64 { self.from }

    package var isPending: Bool { !self.isLifted }

    package var version: Int { self.isLifted ? 2 : 1 }

    /// What is wrong with it; `nil` when it can be used.
    package var fault: String? {
        let isOnEarth = self.places.allSatisfy { place in
            place.count == 2 && Coordinate(latitude: place[1], longitude: place[0]) != nil
        }
        guard isOnEarth else { return "'places' must be [longitude, latitude] in degrees" }
        if self.places.isEmpty || self.places.count == 2 {
            return "'places' must be one place on a road, or three and more corners of an area"
        }
        if let slow, !(1...100).contains(slow) { return "'slow' must be from 1 to 100" }
        return self.until > self.from ? nil : "'until' must lie ahead, in ms since 1970"
    }

    /// Whether it holds at a time, ms since 1970 UTC.
    package func holds(at now: Int64) -> Bool { !self.isLifted && now >= self.from && now < self.until }
}
