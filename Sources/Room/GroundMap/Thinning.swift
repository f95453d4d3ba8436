/// A line with fewer points: none that is left out lies further than `tolerance` from it (Douglas and Peucker 1973).
///
/// - Parameters:
///   - line: The points.
///   - tolerance: In the units of `place`.
///   - place: Where a point lies.
/// - Returns: The points that are left, the first and the last among them.
@inlinable
package func thinned<Point>(_ line: [Point], _ tolerance: Double, _ place: (Point) -> SIMD2<Double>) -> [Point] {
    guard line.count > 2 else { return line }
    let places = line.map(place)
    var isKept = [Bool](repeating: false, count: line.count)
    (isKept[0], isKept[line.count - 1]) = (true, true)
    var open = [(0, line.count - 1)]
    while let (first, last) = open.popLast() {
        var (farthest, at) = (tolerance * tolerance, -1)
        for index in first + 1..<max(first + 1, last) {
            let distance = squaredDistance(places[index], places[first], places[last])
            if distance > farthest { (farthest, at) = (distance, index) }
        }
        guard at > 0 else { continue }
        isKept[at] = true
        open += [(first, at), (at, last)]
    }
    return zip(line, isKept).filter(\.1).map(\.0)
}

/// From a point to the nearest one of the line from `a` to `b`.
@inlinable
package func squaredDistance(_ point: SIMD2<Double>, _ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
    let along = b - a
    let length = (along * along).sum()
    let share = length > 0 ? max(0, min(1, ((point - a) * along).sum() / length)) : 0
    let off = a + share * along - point
    return (off * off).sum()
}
