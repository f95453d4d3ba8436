/// Why a plan is not put in force.
package struct PlanRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// Whether the plan itself is wrong, and not the room.
    package let isFaulty: Bool
    /// What is wrong and what to do.
    package let description: String

    /// Creates a refusal.
    package init(isFaulty: Bool, _ description: String) { (self.isFaulty, self.description) = (isFaulty, description) }
}
