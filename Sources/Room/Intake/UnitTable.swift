package import Ledger
package import PatrolWire
import Threading
package import Units

/// The live table, which the intake fills and everybody else reads.
package final class UnitTable: Sendable {
    private let units: Locked<Units>

    /// Creates a table with what is known already.
    package init(_ units: Units = Units()) { self.units = Locked(units) }

    /// All units, by station and device.
    package var all: [Unit] { self.units.withLock { $0.all } }

    /// How many units there are.
    package var count: Int { self.units.withLock { $0.count } }

    /// One unit.
    package subscript(id: UnitID) -> Unit? { self.units.withLock { $0[id] } }

    /// The units of these names.
    package func keyed(_ names: Set<UnitID>) -> [Unit] { self.units.withLock { $0.keyed(names) } }

    /// The units of a device's name, one a station at most.
    package func named(_ device: String) -> [Unit] { self.units.withLock { $0.named(device) } }

    /// Whether a unit is known, or its station has less than so many.
    package func hasRoom(for id: UnitID, atMost most: Int) -> Bool {
        self.units.withLock { $0[id] != nil || $0.count(of: id.station) < most }
    }

    /// Takes the records of a delivery; see ``Units/apply(_:station:device:received:isBacklog:)``.
    package func apply(_ delivery: LogDelivery, received: Int64, isBacklog: Bool) {
        let name = delivery.name
        self.units.withLock { units in
            for item in delivery.records {
                units.apply(
                    item.record,
                    station: name.station,
                    device: name.device,
                    received: received,
                    isBacklog: isBacklog
                )
            }
        }
    }

    /// Takes a birth or death.
    package func apply(_ state: DeviceState, of id: UnitID) {
        self.units.withLock { $0.apply(state, station: id.station, device: id.device) }
    }

    /// Notes whether a record of its track is not what it signed for.
    package func note(isTrackBroken: Bool, of id: UnitID) {
        self.units.withLock { $0.note(isTrackBroken: isTrackBroken, of: id) }
    }

    /// Takes a report of condition.
    package func apply(_ health: DeviceHealth, of id: UnitID) {
        self.units.withLock { $0.apply(health, station: id.station, device: id.device) }
    }
}
