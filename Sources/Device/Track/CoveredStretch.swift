/// Which parts of a line were covered: disjoint stretches in metres along it, ascending.
struct CoveredStretch: Sendable, Hashable, Codable {
    private var ends: [[Double]] = []

    /// Metres covered.
    var total: Double { self.ends.reduce(0) { $0 + $1[1] - $1[0] } }

    /// Adds a stretch; the order of its ends does not matter.
    mutating func insert(_ one: Double, _ other: Double) {
        var merged = [min(one, other), max(one, other)]
        var kept: [[Double]] = []
        for stretch in self.ends {
            if stretch[1] < merged[0] || stretch[0] > merged[1] {
                kept.append(stretch)
            } else {
                merged = [min(stretch[0], merged[0]), max(stretch[1], merged[1])]
            }
        }
        kept.append(merged)
        self.ends = kept.sorted { $0[0] < $1[0] }
    }
}
