/// Lets a value through once it has stood for a while; a pure value.
package struct Debounce: Sendable, Hashable {
    private let patience: Int64
    private var candidate: (value: Double, since: Int64)?
    private var settled: Double?

    /// Creates one that lets a value through after `patience` ms.
    package init(patience: Int64) { self.patience = patience }

    /// Takes what was read at `now`, ms of any clock that does not jump; returns the value once it has settled anew.
    package mutating func take(_ value: Double, now: Int64) -> Double? {
        guard value != self.settled else {
            self.candidate = nil
            return nil
        }
        if self.candidate?.value != value { self.candidate = (value, now) }
        guard let candidate, now - candidate.since >= self.patience else { return nil }
        (self.settled, self.candidate) = (value, nil)
        return value
    }

    /// Whether two are alike.
    package static func == (lhs: Debounce, rhs: Debounce) -> Bool {
        lhs.patience == rhs.patience && lhs.settled == rhs.settled && lhs.candidate?.value == rhs.candidate?.value
            && lhs.candidate?.since == rhs.candidate?.since
    }

    /// Mixes in what two that are alike share.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.patience)
        hasher.combine(self.settled)
    }
}
