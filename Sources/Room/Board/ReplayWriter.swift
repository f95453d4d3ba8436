import FoundationEssentials
import HTTPTypes
import Incidents
import PatrolWire
import Reporting
import Reports
import Units

/// Writes what is looked at again, unit by unit.
///
/// A day of two hundred units has a million numbers. As JSON they are written as what they differ by from the one
/// before: times in tenths of a second, places in 0.00001 degrees. That packs to a few bytes a point.
struct ReplayWriter {
    private struct Told: Encodable {
        let station: String
        let device: String
        let unit: String
        let positions: Int
        let disordered: Int
        let events: [Event]
        /// The status from which point on.
        let st: [Status]

        struct Status: Encodable {
            let i: Int
            let st: String
        }

        struct Event: Encodable {
            let t: Int64
            let event: String
            let about: String?
            let lat: Double?
            let lon: Double?
        }
    }

    private let format: ReplayFormat
    private let span: Range<Int64>
    private var bytes: [UInt8] = []
    private var isFirst = true

    init(_ format: ReplayFormat, _ span: Range<Int64>, tolerance: Double) {
        (self.format, self.span) = (format, span)
        switch format {
        case .json:
            self.write(
                #"{"from":\#(span.lowerBound),"to":\#(span.upperBound),"tolerance_m":\#(Int(tolerance)),"silence_s":"#
                    + #"\#(ReportReading.silence / 1_000),"units":["#
            )
        case .geojson: self.write(#"{"type":"FeatureCollection","features":["#)
        case .gpx: self.write(TrackFormat.gpxBegin)
        case .csv: self.write("\u{FEFF}station,device,unit,t,lat,lon,st\r\n")
        }
    }

    private mutating func write(_ text: String) { self.bytes += text.utf8 }

    private mutating func comma() {
        if !self.isFirst { self.write(",") }
        self.isFirst = false
    }

    /// Bytes of the largest answer: what is more is asked for in parts.
    private static let largest = 64 << 20

    /// Writes a unit.
    ///
    /// - Throws: ``Problem`` when the answer would be larger than it may be.
    mutating func add(_ unit: ReplayUnit) throws {
        guard self.bytes.count < Self.largest else {
            throw Problem(
                .badRequest,
                "this would be more than \(Self.largest >> 20) MB: ask for a shorter time, one unit, or a larger 'tolerance'"
            )
        }
        switch self.format {
        case .json:
            self.comma()
            try self.addPacked(unit)
        case .geojson:
            self.comma()
            try self.addFeature(unit)
        case .gpx: self.write(TrackFormat.gpxTrack(unit.callSign, unit.track.points))
        case .csv:
            let names = [unit.id.station.text, unit.id.device.text, unit.callSign].map { CSV.text($0) }
            let head = names.joined(separator: ",")
            for point in unit.track.points {
                self.write("\(head),\(point.time),\(point.latitude),\(point.longitude),\(point.status.rawValue)\r\n")
            }
        }
    }

    /// Ends it, with the incidents.
    consuming func finish(_ incidents: [Incident]) throws -> [UInt8] {
        switch self.format {
        case .json:
            self.write(#"],"incidents":"#)
            self.bytes += try jsonBytes(incidents.map { IncidentAnswer($0) })
            self.write("}")
        case .geojson: self.write("]}")
        case .gpx: self.write(TrackFormat.gpxEnd)
        case .csv: break
        }
        return self.bytes
    }

    private mutating func addPacked(_ unit: ReplayUnit) throws {
        let points = unit.track.points
        var changes: [Told.Status] = []
        for (index, point) in points.enumerated() where index == 0 || points[index - 1].status != point.status {
            changes.append(Told.Status(i: index, st: point.status.rawValue))
        }
        let told = Told(
            station: unit.id.station.text,
            device: unit.id.device.text,
            unit: unit.callSign,
            positions: unit.track.positions,
            disordered: unit.track.disordered,
            events: unit.events.map {
                Told.Event(
                    t: $0.time,
                    event: $0.kind.rawValue,
                    about: $0.about,
                    lat: $0.place?.latitude,
                    lon: $0.place?.longitude
                )
            },
            st: changes
        )
        // All but the rows of numbers goes through the encoder; its closing brace comes after them.
        self.bytes += try jsonBytes(told).dropLast()
        self.write(#","t":["#)
        self.addDifferences(points.map { Int(($0.time - self.span.lowerBound) / 100) })
        self.write(#"],"lat":["#)
        self.addDifferences(points.map { Int(($0.latitude * 100_000).rounded()) })
        self.write(#"],"lon":["#)
        self.addDifferences(points.map { Int(($0.longitude * 100_000).rounded()) })
        self.write(#"],"lost":["#)
        self.addDifferences(points.indices.filter { points[$0].isLast })
        self.write("]}")
    }

    private mutating func addDifferences(_ numbers: [Int]) {
        var last = 0
        for (index, number) in numbers.enumerated() {
            if index > 0 { self.bytes.append(0x2C) }
            self.bytes.append(decimal: number - last)
            last = number
        }
    }

    /// One line for each stretch of which anything is known.
    private mutating func addFeature(_ unit: ReplayUnit) throws {
        struct Feature: Encodable {
            struct Geometry: Encodable {
                let type = "MultiLineString"
                let coordinates: [[[Double]]]

                private enum CodingKeys: CodingKey { case type, coordinates }
            }

            struct Properties: Encodable {
                let station: String
                let device: String
                let unit: String
                let times: [[Int64]]
            }

            let type = "Feature"
            let geometry: Geometry
            let properties: Properties

            private enum CodingKeys: CodingKey { case type, geometry, properties }
        }
        var stretches: [[ReplayTrack.Point]] = [[]]
        for point in unit.track.points {
            stretches[stretches.count - 1].append(point)
            if point.isLast { stretches.append([]) }
        }
        // A line has two points at least: where a unit was for one position only it stood.
        let lines = stretches.filter { !$0.isEmpty }.map { $0.count == 1 ? $0 + $0 : $0 }
        self.bytes += try jsonBytes(
            Feature(
                geometry: Feature.Geometry(coordinates: lines.map { $0.map { [$0.longitude, $0.latitude] } }),
                properties: Feature.Properties(
                    station: unit.id.station.text,
                    device: unit.id.device.text,
                    unit: unit.callSign,
                    times: lines.map { $0.map(\.time) }
                )
            )
        )
    }
}

extension [UInt8] {
    /// Writes a number.
    ///
    /// A day has millions of them, and each as a text of its own would take longer than reading them.
    fileprivate mutating func append(decimal number: Int) {
        if number < 0 { self.append(0x2D) }
        var rest = number.magnitude
        let begin = self.count
        repeat {
            self.append(UInt8(0x30 + rest % 10))
            rest /= 10
        } while rest > 0
        self[begin...].reverse()
    }
}
