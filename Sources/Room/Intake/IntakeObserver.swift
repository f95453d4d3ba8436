package import PatrolWire

/// Is told of what came in, after the live table has it.
package protocol IntakeObserver: Sendable {
    /// A record, live or out of a backlog.
    func heard(_ record: Record, isBacklog: Bool, station: Name, device: Name) async
    /// A device's birth, death or condition.
    func noticed(station: Name, device: Name) async
    /// An incident from a sensor or another system.
    func called(_ call: IncidentCall, station: Name) async
    /// A device's answer to a command.
    func answered(_ result: CommandResult, station: Name, device: Name) async
}
