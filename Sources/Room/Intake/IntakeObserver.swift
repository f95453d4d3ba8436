package import History
package import PatrolWire

/// Is told of what came in, after the live table has it.
package protocol IntakeObserver: Sendable {
    /// A record, live or out of a backlog.
    func heard(_ record: Record, isBacklog: Bool, station: Name, device: Name) async
    /// A device's birth, death or condition.
    func noticed(station: Name, device: Name) async
    /// An incident from a sensor or another system; returns what its sender is told.
    func called(_ call: IncidentCall, station: Name) async -> IncidentReceipt
    /// A task from another system; returns what its sender is told.
    func called(_ call: TaskCall, station: Name) async -> IncidentReceipt
    /// The store took a batch of a station, or did not and why.
    func stored(_ trouble: HistoryError?, station: Name) async
    /// How long the oldest message waited before it was looked at, s.
    func waited(_ seconds: Double, station: Name) async
    /// A device's answer to a command.
    func answered(_ result: CommandResult, station: Name, device: Name) async
}
