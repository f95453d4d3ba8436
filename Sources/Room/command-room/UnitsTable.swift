import Glibc
import Ground
import Program
import SystemErrors
import TimeToScene

/// Reads `UNITS.csv`: the header `device,lat,lon`, and `cog`, `age_s`, `acc` where they are known.
enum UnitsTable {
    private static let columns = ["device", "lat", "lon", "cog", "age_s", "acc"]

    static func read(_ path: String) throws(ProgramFailure) -> [UnitPosition] {
        guard let handle = fopen(path, "r") else {
            throw ProgramFailure(.data, "\(path): cannot be read: \(SystemError.last)")
        }
        defer { fclose(handle) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = fread(&buffer, 1, buffer.count, handle), count > 0 { bytes += buffer[..<count] }
        return try Self.parse(String(decoding: bytes, as: UTF8.self), path: path)
    }

    static func parse(_ text: String, path: String) throws(ProgramFailure) -> [UnitPosition] {
        var units: [UnitPosition] = []
        var header: [String] = []
        var lineOf: [String: Int] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
            func wrong(_ problem: String) -> ProgramFailure {
                ProgramFailure(.data, "\(path):\(index + 1): \(problem)")
            }
            if header.isEmpty {
                if fields == [""] { throw wrong("empty; it must begin 'device,lat,lon'") }
                header = fields
                if let missing = Self.columns.prefix(3).first(where: { !header.contains($0) }) {
                    throw wrong("the header lacks '\(missing)'; it must begin 'device,lat,lon'")
                }
                if let stranger = header.first(where: { !Self.columns.contains($0) }) {
                    throw wrong("unknown column '\(stranger)'; known are \(Self.columns.joined(separator: ", "))")
                }
                continue
            }
            if fields == [""] { continue }
            guard fields.count == header.count else {
                throw wrong("\(fields.count) fields instead of \(header.count); give one for each column of the header")
            }
            let row = Dictionary(zip(header, fields), uniquingKeysWith: { first, _ in first })
            func number(_ column: String) throws(ProgramFailure) -> Double? {
                guard let field = row[column], !field.isEmpty else { return nil }
                guard let value = Double(field), value.isFinite else {
                    throw wrong("'\(column)' is '\(field)', not a number")
                }
                return value
            }
            guard let device = row["device"], !device.isEmpty else { throw wrong("'device' is empty") }
            if let before = lineOf[device] { throw wrong("device '\(device)' stands in line \(before) already") }
            lineOf[device] = index + 1
            guard let latitude = try number("lat"), let longitude = try number("lon") else {
                throw wrong("'lat' and 'lon' must be given, in degrees")
            }
            guard let coordinate = Coordinate(latitude: latitude, longitude: longitude) else {
                throw wrong("\(latitude),\(longitude) is not on Earth: 'lat' comes before 'lon', in degrees")
            }
            let age = try number("age_s") ?? 0
            let accuracy = try number("acc")
            guard age >= 0, (accuracy ?? 0) >= 0 else { throw wrong("'age_s' and 'acc' cannot be negative") }
            units.append(
                UnitPosition(
                    device: device,
                    coordinate: coordinate,
                    course: try number("cog"),
                    age: age,
                    accuracy: accuracy
                )
            )
        }
        return units
    }

    private static func trimmed(_ text: Substring) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\u{FEFF}" }
        return String(String(text.drop(while: isSpace)).reversed().drop(while: isSpace).reversed())
    }
}
