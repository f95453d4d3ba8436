import FoundationEssentials
import HTTPTypes
import Incidents
import PatrolWire
import Reporting
import Reports
import Threading
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
    private let tolerance: Double
    /// Bytes of all units so far.
    private let written = Locked(0)

    /// Bytes of the largest answer: what is more is asked for in parts.
    private static let largest = 64 << 20

    init(_ format: ReplayFormat, _ span: Range<Int64>, tolerance: Double) {
        (self.format, self.span, self.tolerance) = (format, span, tolerance)
    }

    /// Writes a unit; several may be written at a time.
    ///
    /// - Throws: ``Problem`` when the answer would be larger than it may be.
    func bytes(of unit: ReplayUnit) throws -> [UInt8] {
        var bytes: [UInt8] = []
        switch self.format {
        case .json: try self.addPacked(unit, to: &bytes)
        case .geojson: try Self.addFeature(unit, to: &bytes)
        case .gpx: bytes += TrackFormat.gpxTrack(unit.callSign, unit.track.points).utf8
        case .csv:
            let names = [unit.id.station.text, unit.id.device.text, unit.callSign].map { CSV.text($0) }
            let head = names.joined(separator: ",")
            for point in unit.track.points {
                bytes += "\(head),\(point.time),\(point.latitude),\(point.longitude),\(point.status.rawValue)\r\n".utf8
            }
        }
        let count = bytes.count
        let all = self.written.withLock { written -> Int in
            written += count
            return written
        }
        guard all < Self.largest else {
            throw Problem(
                .badRequest,
                "this would be more than \(Self.largest >> 20) MB: ask for a shorter time, one unit, or a larger 'tolerance'"
            )
        }
        return bytes
    }

    /// The whole answer: the units, and the incidents.
    func joined(_ units: [[UInt8]], _ incidents: [Incident]) throws -> [UInt8] {
        var bytes = Array(self.head.utf8)
        let comma = self.format == .json || self.format == .geojson ? Array(",".utf8) : []
        bytes.reserveCapacity(bytes.count + self.written.withLock { $0 } + units.count + 4_096)
        bytes += units.joined(separator: comma)
        switch self.format {
        case .json:
            bytes += #"],"incidents":"#.utf8
            bytes += try jsonBytes(incidents.map { IncidentAnswer($0) })
            bytes += "}".utf8
        case .geojson: bytes += "]}".utf8
        case .gpx: bytes += TrackFormat.gpxEnd.utf8
        case .csv: break
        }
        return bytes
    }

    private var head: String {
        switch self.format {
        case .json:
            #"{"from":\#(self.span.lowerBound),"to":\#(self.span.upperBound),"tolerance_m":\#(Int(self.tolerance)),"#
                + #""silence_s":\#(ReportReading.silence / 1_000),"units":["#
        case .geojson: #"{"type":"FeatureCollection","features":["#
        case .gpx: TrackFormat.gpxBegin
        case .csv: "\u{FEFF}station,device,unit,t,lat,lon,st\r\n"
        }
    }

    private func addPacked(_ unit: ReplayUnit, to bytes: inout [UInt8]) throws {
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
        bytes += try jsonBytes(told).dropLast()
        bytes.reserveCapacity(bytes.count + 24 * points.count)
        func add(_ name: String, _ numbers: some Sequence<Int>) {
            bytes += ",\"\(name)\":[".utf8
            bytes.append(differences: numbers)
            bytes += "]".utf8
        }
        add("t", points.lazy.map { Int(($0.time - self.span.lowerBound) / 100) })
        add("lat", points.lazy.map { Int(($0.latitude * 100_000).rounded()) })
        add("lon", points.lazy.map { Int(($0.longitude * 100_000).rounded()) })
        add("lost", points.indices.lazy.filter { points[$0].isLast })
        bytes += "}".utf8
    }

    /// One line for each stretch of which anything is known.
    private static func addFeature(_ unit: ReplayUnit, to bytes: inout [UInt8]) throws {
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
        bytes += try jsonBytes(
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
    /// Writes numbers as what each differs by from the one before.
    fileprivate mutating func append(differences numbers: some Sequence<Int>) {
        var last: Int?
        for number in numbers {
            if last != nil { self.append(0x2C) }
            self.append(decimal: number - (last ?? 0))
            last = number
        }
    }

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
