package import Threading

/// The live table, shared by who fills it and who reads it.
package typealias UnitTable = Locked<Units>
