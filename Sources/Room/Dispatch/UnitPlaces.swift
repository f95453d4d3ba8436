import Ground
package import PatrolWire
package import RoadMap
import Threading
package import TimeToScene
package import Units

/// Each unit on the roads, put there when it reports, so that a ranking does not wait for it.
package final class UnitPlaces: Sendable {
    private struct Place: Sendable {
        let log: String
        let sequence: Int64
        let unit: UnitOnRoad
    }

    private let network: RoadNetwork
    private let places = Locked<[UnitID: Place]>([:])

    /// Creates an empty table over a network.
    package init(_ network: RoadNetwork) { self.network = network }

    /// Takes a position as it comes.
    package func take(_ record: Record, of id: UnitID) {
        guard let position = Self.position(of: record, named: "\(id)") else { return }
        let unit = UnitOnRoad(position, on: self.network)
        self.places.withLock { $0[id] = Place(log: record.log, sequence: record.sequence, unit: unit) }
    }

    /// A unit where it was last seen; `nil` while it has no position.
    package func unit(_ unit: Unit, now: Int64) -> UnitOnRoad? {
        guard let record = unit.position, let age = unit.positionAge(at: now) else { return nil }
        let id = unit.id
        let isKnown = { (place: Place) in place.log == record.log && place.sequence == record.sequence }
        if self.places.withLock({ $0[id].map(isKnown) }) != true {
            self.take(record, of: id)
        }
        var place = self.places.withLock { $0[id]?.unit }
        place?.position.age = age
        return place
    }

    private static func position(of record: Record, named name: String) -> UnitPosition? {
        guard let latitude = record.latitude, let longitude = record.longitude,
            let coordinate = Coordinate(latitude: latitude, longitude: longitude)
        else { return nil }
        return UnitPosition(
            device: name,
            coordinate: coordinate,
            course: record.course,
            speed: record.speed,
            age: 0,
            accuracy: record.accuracy
        )
    }
}
