import Ground
import Testing

@Suite("Ground")
struct GroundTests {
    /// One degree of a great circle of radius R1: `π · 6 371 008.8 / 180` metres.
    static let oneDegree = 111_195.080

    @Test(
        "great-circle distance gives the known length",
        arguments: [
            (59.3293, 18.0686, 59.3293, 18.0686, 0), (0, 0, 1, 0, oneDegree), (0, 0, 0, 1, oneDegree),
            (0, 179.5, 0, -179.5, oneDegree), (90, 0, -90, 0, 180 * oneDegree), (45, 9, 45.000_008_993, 9, 1),
        ]
    )
    func knownLength(fromLat: Double, fromLon: Double, toLat: Double, toLon: Double, metres: Double) throws {
        let from = try #require(Coordinate(latitude: fromLat, longitude: fromLon))
        let to = try #require(Coordinate(latitude: toLat, longitude: toLon))
        #expect(abs(from.distance(to: to).value - metres) <= max(0.001, metres * 1e-8))
    }

    @Test("refuses what is not on Earth", arguments: [(90.1, 0), (-90.1, 0), (0, 180.1), (.nan, 0), (0, .infinity)])
    func refuses(latitude: Double, longitude: Double) {
        #expect(Coordinate(latitude: latitude, longitude: longitude) == nil)
    }

    @Test(
        "reads LAT,LON",
        arguments: [
            ("41.1,-8.6", true), (" 41.1 , -8.6", true), ("41.1", false), ("a,b", false), ("91,0", false),
            ("1,2,3", false),
        ]
    )
    func parses(text: String, isGood: Bool) {
        #expect((Coordinate(parsing: text) != nil) == isGood)
    }

    @Test("going straight on and coming back ends where it began, for random courses")
    func movedAndBack() throws {
        for seed in 0..<500 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            let start = try #require(
                Coordinate(
                    latitude: .random(in: -70...70, using: &random),
                    longitude: .random(in: -180...180, using: &random)
                )
            )
            let course = Double.random(in: 0..<360, using: &random)
            let metres = Double.random(in: 1...5_000, using: &random)
            let end = try #require(start.moved(by: Metres(metres), course: course))
            #expect(abs(start.distance(to: end).value - metres) < 0.01, "seed \(seed)")
        }
    }

    @Test("the tangent plane agrees with the ellipsoid's degree lengths at 41° N")
    func plane() throws {
        let origin = try #require(Coordinate(latitude: 41, longitude: -8.6))
        let plane = TangentPlane(at: origin)
        // Published lengths of a degree at 41°: 111.05 km of latitude, 84.14 km of longitude.
        #expect(abs(plane.metresPerLatitude - 111_051) < 10)
        #expect(abs(plane.metresPerLongitude - 84_137) < 20)
        let point = PlanePoint(east: 1_234, north: -987)
        let back = plane.project(try #require(plane.coordinate(of: point)))
        #expect(back.distance(to: point) < 1e-6)
    }

    @Test(
        "angles wrap at north",
        arguments: [(350.0, 10.0, 20.0), (10, 350, 20), (0, 180, 180), (90, 90, 0), (359, 1, 2)]
    )
    func angles(a: Double, b: Double, expected: Double) {
        #expect(abs(angle(between: a, and: b) - expected) < 1e-9)
    }
}
