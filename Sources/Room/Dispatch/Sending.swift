package import Incidents
import PatrolWire
import TimeToScene
package import Units

extension IncidentStep.UnitToSend {
    /// A unit that is sent to an incident, with what the dispatcher saw when it was chosen.
    ///
    /// - Parameters:
    ///   - unit: The unit.
    ///   - incident: Where it is sent, as it was then: its version makes the order's id another's than any before.
    ///   - candidates: Who could go; `nil` when nobody knows where the incident is.
    package init(_ unit: Unit, to incident: Incident, among candidates: Candidates?) {
        let (free, below) = (candidates?.free ?? [], candidates?.belowLine ?? [])
        let estimate = (free + below).first { $0.unit.id == unit.id }?.estimate
        self.init(
            station: unit.station.text,
            device: unit.device.text,
            unit: unit.callSign,
            order: "\(incident.id)-\(unit.station)-\(unit.device)-\(incident.version)",
            offered: free.compactMap { candidate in
                candidate.estimate?.journey.map {
                    Assignment.Offer(device: candidate.unit.device.text, seconds: $0.seconds.rounded(decimals: 1))
                }
            },
            forecast: estimate?.journey.map {
                Assignment.Forecast(
                    seconds: $0.seconds.rounded(decimals: 1),
                    p10: $0.p10.rounded(decimals: 1),
                    p90: $0.p90.rounded(decimals: 1),
                    metres: $0.metres.rounded()
                )
            }
        )
    }
}
