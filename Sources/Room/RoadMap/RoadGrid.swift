import Ground

extension RoadFile.Summary {
    /// How far a place is from the map's rectangle at least, metres, with the metres of a step of 10⁻⁷ degrees.
    package func distance(to place: FixedPoint, _ scale: (east: Double, north: Double)) -> Double {
        let north = max(0, Int(self.south) - Int(place.latitude), Int(place.latitude) - Int(self.north))
        let east = max(0, Int(self.west) - Int(place.longitude), Int(place.longitude) - Int(self.east))
        return max(Double(north) * scale.north, Double(east) * scale.east)
    }

    /// Row of a latitude, degrees times 10⁷, kept within the grid.
    package func row(of latitude: Int32) -> Int {
        max(0, min(Int(self.rows) - 1, (Int(latitude) - Int(self.south)) / Int(self.cellHeight)))
    }

    /// Column of a longitude, degrees times 10⁷, kept within the grid.
    package func column(of longitude: Int32) -> Int {
        max(0, min(Int(self.columns) - 1, (Int(longitude) - Int(self.west)) / Int(self.cellWidth)))
    }
}
