package import Ground

/// A patrol plan laid over a city: police grids with community grids in them, lines along its longest streets, posts at
/// junctions by day and by night.
package struct CityPlan: Sendable {
    private let city: CityStreets
    private let low: PlanePoint
    private let high: PlanePoint

    /// Police grids in each direction, and community grids in each direction of one.
    private static let sides = 3
    private static let parts = 2
    private static let lines = 12
    private static let posts = 48

    /// Lays it over a city.
    package init(_ city: CityStreets) {
        self.city = city
        // Nine of ten junctions: the arms of a map that reach far out would make the grids too large.
        let places = city.streets.homes.map { city.streets.points[$0] }
        let (east, north) = (places.map(\.east).sorted(), places.map(\.north).sorted())
        func quantile(_ sorted: [Double], _ share: Double) -> Double {
            sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
        }
        self.low = PlanePoint(east: quantile(east, 0.05), north: quantile(north, 0.05))
        self.high = PlanePoint(east: quantile(east, 0.95), north: quantile(north, 0.95))
    }

    /// The plan as GeoJSON.
    package var geoJSON: String {
        """
        {"type":"FeatureCollection",
         "patrolPlan":{"id":"city","revision":1,"crs":"WGS84","timezone":"Asia/Shanghai"},
         "features":[
        \((self.grids + self.lines + self.posts).joined(separator: ",\n"))
        ]}
        """
    }

    /// The police grid and the community grid that hold a point; none outside of the plan.
    package func grids(at point: PlanePoint) -> [String] {
        let sides = Double(Self.sides)
        let parts = Double(Self.parts)
        let east = (point.east - self.low.east) / (self.high.east - self.low.east) * sides
        let north = (point.north - self.low.north) / (self.high.north - self.low.north) * sides
        guard east >= 0, north >= 0, east < sides, north < sides else { return [] }
        let grid = Int(north) * Self.sides + Int(east) + 1
        let column = Int((east - east.rounded(.down)) * parts)
        let row = Int((north - north.rounded(.down)) * parts)
        return ["grid-\(grid)", "grid-\(grid)-\(row * Self.parts + column + 1)"]
    }

    private var grids: [String] {
        let width = (self.high.east - self.low.east) / Double(Self.sides)
        let height = (self.high.north - self.low.north) / Double(Self.sides)
        return (0..<Self.sides * Self.sides).flatMap { number in
            let west = self.low.east + Double(number % Self.sides) * width
            let south = self.low.north + Double(number / Self.sides) * height
            let id = "grid-\(number + 1)"
            let whole = self.grid(id, "\(number + 1)号警务网格", 1, nil, west, south, width, height)
            let parts = (0..<Self.parts * Self.parts).map { part in
                self.grid(
                    "\(id)-\(part + 1)",
                    "\(number + 1)-\(part + 1)社区",
                    2,
                    id,
                    west + Double(part % Self.parts) * width / Double(Self.parts),
                    south + Double(part / Self.parts) * height / Double(Self.parts),
                    width / Double(Self.parts),
                    height / Double(Self.parts)
                )
            }
            return [whole] + parts
        }
    }

    private func grid(
        _ id: String,
        _ name: String,
        _ level: Int,
        _ parent: String?,
        _ west: Double,
        _ south: Double,
        _ width: Double,
        _ height: Double
    ) -> String {
        let ring = [(0.0, 0.0), (width, 0), (width, height), (0, height), (0, 0)]
        let corners = ring.map { self.position(PlanePoint(east: west + $0.0, north: south + $0.1)) }
        let above = parent.map { #","parent":"\#($0)""# } ?? ""
        return
            #"{"type":"Feature","id":"\#(id)","properties":{"kind":"grid","name":"\#(name)","level":\#(level)\#(above)},"#
            + #""geometry":{"type":"Polygon","coordinates":[[\#(corners.joined(separator: ","))]]}}"#
    }

    private var lines: [String] {
        self.city.named.filter { $0.nodes.count > 1 }.prefix(Self.lines).enumerated().map { number, street in
            let places = street.nodes.map { self.position(self.city.streets.points[$0]) }.joined(separator: ",")
            let night = number.isMultiple(of: 2) ? "" : #","windows":["19:00-23:00"]"#
            return
                #"{"type":"Feature","id":"line-\#(number + 1)","properties":{"kind":"line","name":"\#(self.plain(street.name))""#
                + #","corridor_m":30\#(night)},"geometry":{"type":"LineString","coordinates":[\#(places)]}}"#
        }
    }

    private var posts: [String] {
        let homes = self.city.streets.homes
        return (0..<Self.posts).map { number in
            let node = homes[(number * 7_919 + 13) % homes.count]
            let isSchool = number.isMultiple(of: 3)
            let kind =
                isSchool
                ? #""category":"school","windows":["mon-fri 07:20-08:10","mon-fri 16:30-17:30"],"dwell_s":300"#
                : #""category":"deterrent","windows":["20:00-24:00"],"dwell_s":600,"radius_m":80"#
            let name = isSchool ? "护学岗 \(number + 1)" : "震慑岗 \(number + 1)"
            return
                #"{"type":"Feature","id":"post-\#(number + 1)","properties":{"kind":"post","name":"\#(name)",\#(kind)},"#
                + #""geometry":{"type":"Point","coordinates":\#(self.position(self.city.streets.points[node]))}}"#
        }
    }

    /// A street's name without what JSON would not bear.
    private func plain(_ name: String) -> String {
        String(name.unicodeScalars.filter { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" })
    }

    private func position(_ point: PlanePoint) -> String {
        let place = self.city.plane.coordinate(of: point) ?? self.city.plane.origin
        return "[\(place.longitude),\(place.latitude)]"
    }
}
