import FoundationEssentials
import History
import PatrolWire

/// A unit's track as one GeoJSON feature.
struct TrackAnswer: Encodable, Sendable {
    struct Geometry: Encodable, Sendable {
        let type = "LineString"
        let coordinates: [[Double]]

        private enum CodingKeys: CodingKey { case type, coordinates }
    }

    struct Properties: Encodable, Sendable {
        let device: String
        let unit: String
        /// ms since 1970 UTC, one a coordinate.
        let times: [Int64]
        /// m/s.
        let speeds: [Double?]
        /// Whether there are more points than these.
        let more: Bool
        /// What to ask for as `from` to get them, ms since 1970 UTC.
        let next: Int64?
    }

    let type = "Feature"
    let geometry: Geometry
    let properties: Properties

    private enum CodingKeys: CodingKey { case type, geometry, properties }

    init(device: String, unit: String, _ records: [DatedRecord], next: Int64?) {
        let placed = records.filter { $0.record.latitude != nil && $0.record.longitude != nil }
        self.geometry = Geometry(coordinates: placed.map { [$0.record.longitude ?? 0, $0.record.latitude ?? 0] })
        self.properties = Properties(
            device: device,
            unit: unit,
            times: placed.map(\.made),
            speeds: placed.map(\.record.speed),
            more: next != nil,
            next: next
        )
    }
}

/// What a track is written as.
enum TrackFormat: String, Sendable {
    case geojson, gpx, csv

    /// The content type.
    var type: String {
        switch self {
        case .geojson: "application/geo+json"
        case .gpx: "application/gpx+xml"
        case .csv: "text/csv; charset=utf-8"
        }
    }

    /// What stands before the points.
    func head(_ unit: String) -> String {
        switch self {
        case .geojson: ""
        case .csv: "t,lat,lon,acc,spd,cog,st\r\n"
        // Source of the format: topografix.com/GPX/1/1.
        case .gpx:
            #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
                + #"<gpx version="1.1" creator="PatrolLink" xmlns="http://www.topografix.com/GPX/1/1">"#
                + "<trk><name>\(Self.escaped(unit))</name><trkseg>\n"
        }
    }

    /// Some points.
    func rows(_ records: [DatedRecord]) -> String {
        switch self {
        case .geojson: ""
        case .csv: records.map(Self.csv).joined()
        case .gpx: records.compactMap(Self.gpx).joined()
        }
    }

    /// What stands behind the points.
    var tail: String { self == .gpx ? "</trkseg></trk></gpx>\n" : "" }

    private static func csv(_ item: DatedRecord) -> String {
        func cell(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
        let record = item.record
        let row = [
            "\(item.made)", cell(record.latitude), cell(record.longitude), cell(record.accuracy),
            cell(record.speed), cell(record.course), record.status.rawValue,
        ]
        return row.joined(separator: ",") + "\r\n"
    }

    private static func gpx(_ item: DatedRecord) -> String? {
        guard let latitude = item.record.latitude, let longitude = item.record.longitude else { return nil }
        let time = Date(timeIntervalSince1970: Double(item.made) / 1_000).formatted(.iso8601)
        return "<trkpt lat=\"\(latitude)\" lon=\"\(longitude)\"><time>\(time)</time></trkpt>\n"
    }

    /// A text as XML 1.0 may hold it: its own signs escaped, and characters that it forbids left out.
    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\u{0}"..."\u{8}", "\u{B}", "\u{C}", "\u{E}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": break
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
