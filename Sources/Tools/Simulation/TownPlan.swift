package import Ground

/// A patrol plan for a ``Town``: police and community grids, two lines along its main streets, posts with tidal windows.
package struct TownPlan: Sendable {
    private let town: Town

    /// Draws the plan of a town.
    package init(_ town: Town) { self.town = town }

    /// The plan as GeoJSON.
    ///
    /// - Parameters:
    ///   - revision: Its revision.
    ///   - start: A place that gets a post of its own; `nil` for none.
    /// - Returns: A FeatureCollection with `patrolPlan`.
    package func geoJSON(revision: Int, start: PlanePoint? = nil) -> String {
        var features = self.grids + self.lines + self.posts
        if let start {
            features.append(
                self.post("post-start", "出发点", start, #""category":"station","radius_m":120,"dwell_s":5"#)
            )
        }
        return """
            {"type":"FeatureCollection",
             "patrolPlan":{"id":"jinzhan","revision":\(revision),"crs":"WGS84","timezone":"Asia/Shanghai"},
             "features":[
            \(features.joined(separator: ",\n"))
            ]}
            """
    }

    private var bounds: PlaneBounds { PlaneBounds(self.town.nodes.map(\.point)) }

    /// Two police grids, on either side of the river, each of three community grids.
    private var grids: [String] {
        let (low, high) = (self.bounds.low, self.bounds.high)
        let middle =
            self.town.river.isEmpty
            ? (low.north + high.north) / 2
            : self.town.river.reduce(0) { $0 + $1.north } / Double(self.town.river.count)
        var grids: [String] = []
        for (side, name, south, north) in [
            ("south", "河南", low.north - 50, middle), ("north", "河北", middle, high.north + 50),
        ] {
            let (west, east) = (low.east - 50, high.east + 50)
            grids.append(self.grid("grid-\(side)", "\(name)警务网格", 1, nil, west, south, east, north))
            let width = (east - west) / 3
            for (index, part) in ["西", "中", "东"].enumerated() {
                let edge = west + Double(index) * width
                grids.append(
                    self.grid(
                        "grid-\(side)-\(index + 1)",
                        "\(name)\(part)社区",
                        2,
                        "grid-\(side)",
                        edge,
                        south,
                        edge + width,
                        north
                    )
                )
            }
        }
        return grids
    }

    private func grid(
        _ id: String,
        _ name: String,
        _ level: Int,
        _ parent: String?,
        _ west: Double,
        _ south: Double,
        _ east: Double,
        _ north: Double
    ) -> String {
        let ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        let corners = ring.map { self.position(PlanePoint(east: $0.0, north: $0.1)) }.joined(separator: ",")
        let above = parent.map { #","parent":"\#($0)""# } ?? ""
        return
            #"{"type":"Feature","id":"\#(id)","properties":{"kind":"grid","name":"\#(name)","level":\#(level)\#(above)},"#
            + #""geometry":{"type":"Polygon","coordinates":[[\#(corners)]]}}"#
    }

    /// The longest piece of each main street.
    private var lines: [String] {
        ["金盏南路", "金盏大道"].enumerated().compactMap { number, name in
            let ways = self.town.ways.filter { $0.name == name }
            guard let way = ways.max(by: { $0.nodes.count < $1.nodes.count }) else { return nil }
            let places = way.nodes.map { self.position(self.town.nodes[$0].point) }.joined(separator: ",")
            return
                #"{"type":"Feature","id":"line-\#(number + 1)","properties":{"kind":"line","name":"\#(name)","corridor_m":30},"#
                + #""geometry":{"type":"LineString","coordinates":[\#(places)]}}"#
        }
    }

    /// Every thirtieth junction is a post: a school by day, deterrent posts by night.
    private var posts: [String] {
        stride(from: 15, to: min(self.town.nodes.count, 120), by: 30).enumerated().map { number, node in
            let isSchool = number == 0
            let kind =
                isSchool
                ? #""category":"school","windows":["mon-fri 07:20-08:10"],"dwell_s":20"#
                : #""category":"deterrent","windows":["22:00-02:00"],"dwell_s":5,"radius_m":80"#
            return self.post(
                "post-\(number + 1)",
                isSchool ? "金盏小学" : "震慑点 \(number)",
                self.town.nodes[node].point,
                kind
            )
        }
    }

    private func post(_ id: String, _ name: String, _ place: PlanePoint, _ more: String) -> String {
        #"{"type":"Feature","id":"\#(id)","properties":{"kind":"post","name":"\#(name)",\#(more)},"#
            + #""geometry":{"type":"Point","coordinates":\#(self.position(place))}}"#
    }

    private func position(_ point: PlanePoint) -> String {
        let place = self.town.coordinate(of: point)
        return "[\(place.longitude),\(place.latitude)]"
    }
}
