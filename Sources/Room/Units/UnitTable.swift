package import Threading

/// The live table, shared by the intake that fills it and the routes that read it.
package typealias UnitTable = Locked<Units>
