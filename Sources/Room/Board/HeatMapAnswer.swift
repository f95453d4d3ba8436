import Reports

/// A heat map in the format that was asked for.
///
/// Written by hand: a fine map has a quarter of a million cells, and a general encoder takes a kilobyte for each.
struct HeatMapAnswer: Sendable {
    enum Format: String, CaseIterable {
        case geojson, json, csv
    }

    let cells: [HeatMap.Cell]
    /// Edge of a cell, m.
    let metres: Double
    /// What is counted: `positions` or `incidents`.
    let of: String

    func text(_ format: Format) -> String {
        switch format {
        case .geojson:
            return #"{"features":["#
                + self.cells.map { cell in
                    #"{"geometry":{"coordinates":[\#(Self.longitude(cell)),\#(Self.latitude(cell))],"type":"Point"},"#
                        + #""properties":{"count":\#(cell.count)},"type":"Feature"}"#
                }
                .joined(separator: ",")
                + #"],"metres":\#(self.metres),"of":"\#(self.of)","type":"FeatureCollection"}"#
        case .json:
            return #"{"cells":["#
                + self.cells.map { cell in
                    #"{"count":\#(cell.count),"lat":\#(Self.latitude(cell)),"lon":\#(Self.longitude(cell))}"#
                }
                .joined(separator: ",") + #"],"metres":\#(self.metres),"of":"\#(self.of)"}"#
        case .csv:
            return self.cells.reduce(into: CSV.line(["lat", "lon", "count"])) { text, cell in
                text += CSV.line(["\(Self.latitude(cell))", "\(Self.longitude(cell))", "\(cell.count)"])
            }
        }
    }

    private static func latitude(_ cell: HeatMap.Cell) -> Double { Self.short(cell.latitude) }
    private static func longitude(_ cell: HeatMap.Cell) -> Double { Self.short(cell.longitude) }
    private static func short(_ degrees: Double) -> Double { (degrees * 1e6).rounded() / 1e6 }
}
