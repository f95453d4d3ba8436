import Ground

extension Town {
    /// The town as OpenStreetMap XML, version 0.6.
    package var openStreetMapXML: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\" generator=\"patrol-sim\">\n"
        var lines: [(id: Int, point: PlanePoint)] = self.nodes.map { ($0.id, $0.point) }
        let riverStart = lines.count + 1
        for (index, point) in self.river.enumerated() { lines.append((riverStart + index, point)) }
        let areas = self.areas
        let areaStart = lines.count + 1
        for (index, point) in areas.flatMap(\.ring).enumerated() { lines.append((areaStart + index, point)) }
        for (id, point) in lines {
            let place = self.coordinate(of: point)
            let (latitude, longitude) = place.fixedPoint
            text += "  <node id=\"\(id)\" version=\"1\" lat=\"\(decimal(latitude))\" lon=\"\(decimal(longitude))\"/>\n"
        }
        for way in self.ways {
            text += "  <way id=\"\(way.id)\" version=\"1\">\n"
            for node in way.nodes { text += "    <nd ref=\"\(self.nodes[node].id)\"/>\n" }
            var tags = [("highway", way.highway), ("maxspeed", "\(way.limit)"), ("name", way.name)]
            if way.isOneWay { tags.append(("oneway", "yes")) }
            if way.isRoundabout { tags.append(("junction", "roundabout")) }
            for (key, value) in tags { text += "    <tag k=\"\(key)\" v=\"\(value)\"/>\n" }
            text += "  </way>\n"
        }
        text += "  <way id=\"\(10_000 + self.ways.count)\" version=\"1\">\n"
        for index in self.river.indices { text += "    <nd ref=\"\(riverStart + index)\"/>\n" }
        text += "    <tag k=\"name\" v=\"温榆河\"/>\n    <tag k=\"waterway\" v=\"river\"/>\n  </way>\n"
        var (way, node) = (10_001 + self.ways.count, areaStart)
        for area in areas {
            text += "  <way id=\"\(way)\" version=\"1\">\n"
            for index in Array(area.ring.indices) + [0] { text += "    <nd ref=\"\(node + index)\"/>\n" }
            text += "    <tag k=\"\(area.key)\" v=\"\(area.value)\"/>\n  </way>\n"
            (way, node) = (way + 1, node + area.ring.count)
        }
        return text + "</osm>\n"
    }

    /// What lies between the streets: the river's water, and parks where four streets enclose them.
    private var areas: [(ring: [PlanePoint], key: String, value: String)] {
        func shifted(_ points: [PlanePoint], by metres: Double) -> [PlanePoint] {
            points.map { PlanePoint(east: $0.east, north: $0.north + metres) }
        }
        let river = shifted(self.river, by: Self.halfRiver) + shifted(self.river, by: -Self.halfRiver).reversed()
        var areas = river.isEmpty ? [] : [(river, "natural", "water")]
        // Corners of the drawn grid of streets: row, column.
        for (row, column) in [(2, 3), (7, 8)] {
            let corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column)]
                .map { $0.0 * 12 + $0.1 }.filter(self.nodes.indices.contains).map { self.nodes[$0].point }
            guard corners.count == 4 else { continue }
            areas.append((corners, "leisure", "park"))
        }
        return areas
    }

    /// From the river's middle to its bank, m.
    private static let halfRiver = 38.0
}

/// Writes degrees times 10⁷ with seven decimals.
private func decimal(_ value: Int32) -> String {
    let digits = String(abs(Int(value)))
    let padded = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    return (value < 0 ? "-" : "") + padded.dropLast(7) + "." + padded.suffix(7)
}
