/// What the station of a simulated month has to cover: three grids in a row, a post and a line in tidal windows.
///
/// The two in the west lie in the simulated town, the third one beyond its streets.
package enum MonthPlan {
    /// The grids' ids, from the west.
    package static let grids = ["g1", "g2", "g3"]
    /// The post, and the window in which it wants a visit.
    package static let post = "p1"
    package static let postWindow = "10:00-12:00"
    /// The line, and the window in which it wants two laps.
    package static let line = "l1"
    package static let lineWindow = "14:00-16:00"

    static let latitude = 40.015
    /// Where the first grid's middle is, and how far it is from one to the next, degrees.
    static let longitude = 116.548_2
    static let spacing = 0.02

    /// Where incidents are: in the first grid, in the second, and in the third.
    package static let west = Self.scene(0)
    package static let east = Self.scene(1)
    package static let beyond = Self.scene(2)

    private static func scene(_ grid: Int) -> (latitude: Double, longitude: Double) {
        (Self.latitude + 0.001_5, Self.longitude + Double(grid) * Self.spacing)
    }

    /// The plan as GeoJSON.
    package static var geoJSON: String {
        let (south, north) = (Self.latitude - 0.005, Self.latitude + 0.008)
        let grids = Self.grids.enumerated().map { index, id in
            let middle = Self.longitude + Double(index) * Self.spacing
            let (west, east) = (middle - 0.005, middle + 0.005)
            let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
            let corners = ring.map { "[\($0.0),\($0.1)]" }.joined(separator: ",")
            return #"{"type":"Feature","id":"\#(id)","properties":{"kind":"grid","name":"Grid \#(id)","level":2},"#
                + #""geometry":{"type":"Polygon","coordinates":[[\#(corners)]]}}"#
        }
        let post =
            #"{"type":"Feature","id":"\#(Self.post)","properties":{"kind":"post","name":"School","category":"school","#
            + #""windows":["\#(Self.postWindow)"]},"#
            + #""geometry":{"type":"Point","coordinates":[\#(Self.west.longitude),\#(Self.west.latitude)]}}"#
        let ends = [Self.west, Self.east].map { "[\($0.longitude),\($0.latitude)]" }.joined(separator: ",")
        let line =
            #"{"type":"Feature","id":"\#(Self.line)","properties":{"kind":"line","name":"High street","laps":2,"#
            + #""windows":["\#(Self.lineWindow)"]},"geometry":{"type":"LineString","coordinates":[\#(ends)]}}"#
        return #"{"type":"FeatureCollection","patrolPlan":{"id":"m","revision":1,"crs":"WGS84","timezone":"UTC"},"#
            + #""features":[\#((grids + [post, line]).joined(separator: ","))]}"#
    }
}
