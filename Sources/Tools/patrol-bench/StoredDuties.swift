import Ground
import PatrolWire
import Simulation

/// What a station wants covered, as one reported it: 168 posts and 238 lines, most of them only in the hours of the tide.
struct StoredDuties {
    let town: Town

    static let posts = 168
    static let lines = 238

    /// A window of each day, minutes since midnight UTC; it may end on the next day.
    private struct Window {
        let text: String
        let minutes: Range<Int64>

        static let school = [
            Window(text: "07:20-08:10", minutes: 440..<490), Window(text: "16:30-17:30", minutes: 990..<1_050),
        ]
        static let night = [Window(text: "22:00-02:00", minutes: 1_320..<1_560)]
        static let drive = [
            Window(text: "09:00-11:00", minutes: 540..<660), Window(text: "19:00-22:00", minutes: 1_140..<1_320),
        ]
    }

    /// One event of a unit.
    struct Done {
        /// ms since 1970 UTC.
        let time: Int64
        let event: EventKind
        let data: [String: JSONValue]
    }

    private static func windows(ofPost number: Int) -> [Window] {
        number.isMultiple(of: 2) ? Window.school : Window.night
    }

    /// The plan as GeoJSON: twelve grids in strips, the posts at junctions, the lines along streets.
    var plan: String {
        let features = self.gridFeatures + self.postFeatures + self.lineFeatures
        return """
            {"type":"FeatureCollection","patrolPlan":{"id":"bench","revision":1,"crs":"WGS84","timezone":"UTC"},
             "features":[
            \(features.joined(separator: ",\n"))
            ]}
            """
    }

    private var gridFeatures: [String] {
        let bounds = PlaneBounds(self.town.nodes.map(\.point))
        let width = (bounds.high.east - bounds.low.east) / 12
        return (0..<12).map { number in
            let west = bounds.low.east + Double(number) * width
            let ring = [
                PlanePoint(east: west, north: bounds.low.north),
                PlanePoint(east: west + width, north: bounds.low.north),
                PlanePoint(east: west + width, north: bounds.high.north),
                PlanePoint(east: west, north: bounds.high.north),
                PlanePoint(east: west, north: bounds.low.north),
            ]
            return self.feature("grid-\(number)", #""kind":"grid","level":2"#, "Polygon", "[[\(self.positions(ring))]]")
        }
    }

    private var postFeatures: [String] {
        (0..<Self.posts).map { number in
            let windows = Self.windows(ofPost: number).map { "\"\($0.text)\"" }.joined(separator: ",")
            let kind = number.isMultiple(of: 2) ? "school" : "deterrent"
            let place = self.town.nodes[number % self.town.nodes.count].point
            return self.feature(
                "post-\(number)",
                #""kind":"post","category":"\#(kind)","windows":[\#(windows)]"#,
                "Point",
                self.position(place)
            )
        }
    }

    private var lineFeatures: [String] {
        let windows = Window.drive.map { "\"\($0.text)\"" }.joined(separator: ",")
        let ways = self.town.ways.filter { $0.nodes.count > 1 }
        return (0..<Self.lines).map { number in
            let nodes = ways[number % ways.count].nodes
            return self.feature(
                "line-\(number)",
                #""kind":"line","windows":[\#(windows)]"#,
                "LineString",
                "[\(self.positions(nodes.map { self.town.nodes[$0].point }))]"
            )
        }
    }

    private func feature(_ id: String, _ properties: String, _ kind: String, _ coordinates: String) -> String {
        #"{"type":"Feature","id":"\#(id)","properties":{\#(properties),"name":"\#(id)"},"#
            + #""geometry":{"type":"\#(kind)","coordinates":\#(coordinates)}}"#
    }

    private func positions(_ points: [PlanePoint]) -> String { points.map(self.position).joined(separator: ",") }

    private func position(_ point: PlanePoint) -> String {
        let place = self.town.coordinate(of: point)
        return "[\(place.longitude),\(place.latitude)]"
    }

    /// What one of the units did of it, and missed, in a time, ms since 1970 UTC, in order.
    func done(by unit: Int, of units: Int, in span: Range<Int64>) -> [Done] {
        let minute: Int64 = 60_000
        var done: [Done] = []
        for day in span.lowerBound / 86_400_000...span.upperBound / 86_400_000 {
            let midnight = day * 86_400_000
            for post in stride(from: unit, to: Self.posts, by: units) {
                for window in Self.windows(ofPost: post) {
                    let closes = midnight + window.minutes.upperBound * minute
                    var data: [String: JSONValue] = [
                        "post": .string("post-\(post)"), "window": .string(window.text), "required": .int(1),
                    ]
                    // One of ten is missed.
                    let isMissed = (Int64(post) + day).isMultiple(of: 10)
                    if isMissed { data["closes"] = .int(closes) }
                    done.append(
                        Done(
                            time: isMissed ? closes : closes - 15 * minute,
                            event: isMissed ? .postMissed : .postDone,
                            data: data
                        )
                    )
                }
            }
            for line in stride(from: unit, to: Self.lines, by: units) where !(Int64(line) + day).isMultiple(of: 10) {
                for window in Window.drive {
                    let time = midnight + (window.minutes.upperBound - 20) * minute
                    done.append(Done(time: time, event: .lineComplete, data: ["line": .string("line-\(line)")]))
                }
            }
        }
        return done.filter { span.contains($0.time) }.sorted { $0.time < $1.time }
    }
}
