package import Incidents

/// How long the steps of responses took: of the unit that was there first.
package struct ResponseSteps: Sendable, Hashable, Encodable {
    /// One step.
    package struct Step: Sendable, Hashable, Encodable {
        /// How many responses it is of.
        package let count: Int
        /// Median, s.
        package let median: Double
        /// Nine of ten are below, s.
        package let p90: Double

        private enum CodingKeys: String, CodingKey {
            case count
            case median = "median_s"
            case p90 = "p90_s"
        }

        init?(_ seconds: [Double]) {
            guard !seconds.isEmpty else { return nil }
            let sorted = seconds.sorted()
            func quantile(_ share: Double) -> Double {
                (sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] * 10).rounded() / 10
            }
            (self.count, self.median, self.p90) = (sorted.count, quantile(0.5), quantile(0.9))
        }
    }

    /// From the call to the order.
    package let assigned: Step?
    /// From the order to the officer's word.
    package let accepted: Step?
    /// From that to driving off.
    package let departed: Step?
    /// From driving off to being there.
    package let arrived: Step?
    /// From being there to leaving.
    package let cleared: Step?

    /// Takes the steps of incidents.
    package init(_ incidents: [Incident]) {
        var (assigned, accepted, departed, arrived, cleared) = (
            [Double](), [Double](), [Double](), [Double](), [Double]()
        )
        func add(_ from: Int64?, _ to: Int64?, to list: inout [Double]) {
            // Clocks of devices may differ from the room's by a moment: no step takes less than nothing.
            if let from, let to { list.append(max(0, Double(to - from) / 1_000)) }
        }
        for incident in incidents {
            let reached = incident.assignments.filter { $0.arrived != nil }
            guard let first = reached.min(by: { ($0.arrived ?? .max) < ($1.arrived ?? .max) }) else { continue }
            add(incident.received, first.assigned, to: &assigned)
            add(first.assigned, first.accepted, to: &accepted)
            add(first.accepted, first.departed, to: &departed)
            add(first.departed, first.arrived, to: &arrived)
            add(first.arrived, first.cleared, to: &cleared)
        }
        (self.assigned, self.accepted, self.departed) = (Step(assigned), Step(accepted), Step(departed))
        (self.arrived, self.cleared) = (Step(arrived), Step(cleared))
    }
}
