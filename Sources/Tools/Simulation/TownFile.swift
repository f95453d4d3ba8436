import Ground

extension Town {
    /// The town as OpenStreetMap XML, version 0.6.
    package var openStreetMapXML: String {
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\" generator=\"patrol-sim\">\n"
        var lines: [(id: Int, point: PlanePoint)] = self.nodes.map { ($0.id, $0.point) }
        let riverStart = lines.count + 1
        for (index, point) in self.river.enumerated() { lines.append((riverStart + index, point)) }
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
        text += "    <tag k=\"name\" v=\"温榆河\"/>\n    <tag k=\"waterway\" v=\"river\"/>\n  </way>\n</osm>\n"
        return text
    }
}

/// Writes degrees times 10⁷ with seven decimals.
private func decimal(_ value: Int32) -> String {
    let digits = String(abs(Int(value)))
    let padded = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    return (value < 0 ? "-" : "") + padded.dropLast(7) + "." + padded.suffix(7)
}
