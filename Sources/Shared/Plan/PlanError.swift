/// Why a plan cannot be used: every fault of it, each with the feature's id and what to do.
package struct PlanError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The faults.
    package let problems: [String]

    /// The faults in one line.
    package var description: String {
        let shown = self.problems.prefix(5).joined(separator: "; ")
        return self.problems.count > 5 ? "\(shown); and \(self.problems.count - 5) more" : shown
    }
}
