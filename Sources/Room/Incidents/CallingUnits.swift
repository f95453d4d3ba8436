import Threading
package import Units

/// The units whose officers call for help.
///
/// Beside the desk and not in it: it is asked for every record that comes in, and must not wait for a disk.
package final class CallingUnits: Sendable {
    private let units: Locked<Set<UnitID>>

    init(_ units: Set<UnitID>) { self.units = Locked(units) }

    /// Whether an officer of a unit calls for help.
    package func contains(_ unit: UnitID) -> Bool { self.units.withLock { $0.contains(unit) } }

    func insert(_ unit: UnitID) { self.units.withLock { _ = $0.insert(unit) } }

    func remove(_ unit: UnitID) { self.units.withLock { _ = $0.remove(unit) } }
}
