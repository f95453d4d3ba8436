/// Returns the smaller angle between two courses, in degrees, `0...180`.
package func angle(between a: Double, and b: Double) -> Double {
    let difference = abs(a - b).truncatingRemainder(dividingBy: 360)
    return difference > 180 ? 360 - difference : difference
}
