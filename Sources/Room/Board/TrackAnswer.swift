import FoundationEssentials
import PatrolWire
import Units

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
    }

    let type = "Feature"
    let geometry: Geometry
    let properties: Properties

    private enum CodingKeys: CodingKey { case type, geometry, properties }

    init(_ unit: Unit, _ records: [Record]) {
        let places = records.compactMap { record in
            record.latitude.flatMap { latitude in record.longitude.map { [$0, latitude] } }
        }
        self.geometry = Geometry(coordinates: places)
        self.properties = Properties(
            device: unit.device.text,
            unit: unit.callSign,
            times: records.map(\.time),
            speeds: records.map(\.speed)
        )
    }

    /// The same as a table.
    static func csv(_ records: [Record]) -> String {
        var text = "t,lat,lon,acc,spd,cog,st\r\n"
        for record in records {
            func cell(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
            let row = [
                "\(record.time)", cell(record.latitude), cell(record.longitude), cell(record.accuracy),
                cell(record.speed), cell(record.course), record.status.rawValue,
            ]
            text += row.joined(separator: ",") + "\r\n"
        }
        return text
    }
}

/// A track as GPX 1.1.
///
/// Source of the format: topografix.com/GPX/1/1.
enum GPX {
    static func text(_ unit: Unit, _ records: [Record]) -> String {
        var text = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
        text += #"<gpx version="1.1" creator="PatrolLink" xmlns="http://www.topografix.com/GPX/1/1">"#
        text += "<trk><name>\(Self.escaped(unit.callSign))</name><trkseg>\n"
        for record in records {
            guard let latitude = record.latitude, let longitude = record.longitude else { continue }
            text += "<trkpt lat=\"\(latitude)\" lon=\"\(longitude)\">"
            text += "<time>\(Self.time(record.time))</time></trkpt>\n"
        }
        return text + "</trkseg></trk></gpx>\n"
    }

    private static func time(_ milliseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
    }
}
