package import Plan
package import TimeToScene

/// The patrol plan as the board needs it.
package struct PlanView: Sendable {
    /// The plan.
    package let plan: PatrolPlan
    /// Its GeoJSON, in WGS 84.
    package let geoJSON: [UInt8]
    /// Which grid each piece of road belongs to, the finest; numbered as in the plan.
    package let areas: Reach.Areas

    /// Creates a view.
    package init(plan: PatrolPlan, geoJSON: [UInt8], areas: Reach.Areas) {
        (self.plan, self.geoJSON, self.areas) = (plan, geoJSON, areas)
    }
}
