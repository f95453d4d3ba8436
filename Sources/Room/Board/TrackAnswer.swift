import FoundationEssentials
import History
import PatrolWire
import Reports

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
        case .gpx: Self.gpxBegin + "<trk><name>\(Self.escaped(unit))</name><trkseg>\n"
        }
    }

    /// What a file of GPX begins with.
    ///
    /// Source of the format: topografix.com/GPX/1/1.
    static let gpxBegin =
        #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
        + #"<gpx version="1.1" creator="PatrolLink" xmlns="http://www.topografix.com/GPX/1/1">"#
    /// What it ends with.
    static let gpxEnd = "</gpx>\n"

    /// A thinned way as a track, a segment for each stretch of which anything is known.
    static func gpxTrack(_ unit: String, _ points: [ReplayTrack.Point]) -> String {
        var text = "<trk><name>\(Self.escaped(unit))</name><trkseg>\n"
        for (index, point) in points.enumerated() {
            text += Self.gpxPoint(point.latitude, point.longitude, point.time)
            if point.isLast, index + 1 < points.count { text += "</trkseg><trkseg>\n" }
        }
        return text + "</trkseg></trk>\n"
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
    var tail: String { self == .gpx ? "</trkseg></trk>" + Self.gpxEnd : "" }

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
        return Self.gpxPoint(latitude, longitude, item.made)
    }

    private static func gpxPoint(_ latitude: Double, _ longitude: Double, _ time: Int64) -> String {
        let time = Date(timeIntervalSince1970: Double(time) / 1_000).formatted(.iso8601)
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
