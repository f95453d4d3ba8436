/// Roads that are closed or slow for a time, by edge; made anew whenever one begins or ends.
package struct RoadClosures: Sendable, Hashable {
    private var factors: [Int: Double] = [:]

    /// Nothing closed.
    package init() {}

    /// Whether nothing is closed or slow.
    package var isEmpty: Bool { self.factors.isEmpty }

    /// Closes an edge in both directions.
    package mutating func close(edge: Int) { self.factors[edge] = .infinity }

    /// Makes an edge take `factor` times as long; the greatest of several counts.
    package mutating func slow(edge: Int, by factor: Double) {
        self.factors[edge] = max(factor, self.factors[edge] ?? 1)
    }

    /// How many times as long an edge takes; `nil` when it is closed.
    func slowing(ofEdge edge: Int) -> Double? {
        guard let factor = self.factors[edge] else { return 1 }
        return factor.isFinite ? factor : nil
    }
}
