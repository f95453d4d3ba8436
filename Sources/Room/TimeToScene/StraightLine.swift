package import Ground

/// Estimates where no road leads: by the straight line, and as uncertain as that is.
package enum StraightLine {
    /// Ways by road are longer than the straight line by this factor.
    ///
    /// Source: Boscoe, Henry, Zdeb, *A nationwide comparison of driving distance versus straight-line distance to
    /// hospitals*, Prof. Geogr. 64 (2012): 1.417.
    private static let detour = 1.417
    /// m/s over the whole way, lights and the walk at its end included.
    private static let speed = 8.0
    /// Standard deviation of the time's logarithm: one of ten is later than twice the median.
    private static let deviation = 0.55

    /// Returns an estimate for each unit, soonest first.
    package static func rank(_ units: [UnitPosition], scene: Coordinate) -> [Estimate] {
        units.map { unit -> (Double, Estimate) in
            let metres = unit.coordinate.distance(to: scene).value * Self.detour
            let journey = Estimate.Journey(seconds: metres / Self.speed, metres: metres, deviation: Self.deviation)
            return (metres, Estimate(device: unit.device, snapped: nil, journey: journey))
        }
        .sorted { ($0.0, $0.1.device) < ($1.0, $1.1.device) }
        .map(\.1)
    }
}
