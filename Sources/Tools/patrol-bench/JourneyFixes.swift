import Ground
import Position

extension Journey {
    /// The drive as fixes once a second, ``Fix/received`` in ms since the start.
    ///
    /// Between two recorded places the car is taken to have driven straight and evenly.
    var fixes: [Fix] {
        var fixes: [Fix] = []
        for (from, to) in zip(self.places, self.places.dropFirst()) where to.seconds > from.seconds {
            let plane = TangentPlane(at: from.coordinate)
            let segment = PlaneSegment(plane.project(from.coordinate), plane.project(to.coordinate))
            let seconds = to.seconds - from.seconds
            for second in 0..<Int(seconds) {
                guard let place = plane.coordinate(of: segment.point(at: Double(second) / seconds)) else { continue }
                var fix = Fix(received: Int64((from.seconds + Double(second)) * 1_000), coordinate: place, mode: 3)
                fix.accuracy = Metres(5)
                fix.speed = segment.length / seconds
                fix.course = segment.start.course(to: segment.end)
                fixes.append(fix)
            }
        }
        return fixes
    }
}
