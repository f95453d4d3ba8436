import FoundationEssentials
import Rig
package import Simulation

/// A recording of a real receiver out of gpsd's own test suite.
package struct Recording: Sendable {
    /// A place that gpsd's newest version makes of it.
    package struct Place: Sendable, Hashable {
        /// Degrees times 10⁷: versions differ in the last digits.
        package let latitude: Int
        /// Degrees times 10⁷.
        package let longitude: Int

        /// Rounds degrees.
        package init(_ latitude: Double, _ longitude: Double) {
            self.latitude = Int((latitude * 1e7).rounded())
            self.longitude = Int((longitude * 1e7).rounded())
        }
    }

    private struct TPV: Decodable {
        let mode: Int?
        let lat: Double?
        let lon: Double?
    }

    /// Bytes to send, in pieces.
    package let chunks: [[UInt8]]

    /// The different places, in order.
    package let places: [Place]

    /// Reads `NAME.log` and what is expected of it, `NAME.log.chk`.
    package init(_ name: String) throws {
        let log = try Data(contentsOf: URL(filePath: Places.data("gpsd/\(name).log")))
        var chunks: [[UInt8]] = []
        for line in log.split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#") {
            chunks.append(Array(line) + [UInt8(ascii: "\n")])
        }
        self.chunks = chunks
        var places: [Place] = []
        let check = String(
            decoding: try Data(contentsOf: URL(filePath: Places.data("gpsd/\(name).log.chk"))),
            as: UTF8.self
        )
        for line in check.split(whereSeparator: \.isNewline) where line.hasPrefix("{\"class\":\"TPV\"") {
            let report = try JSONDecoder().decode(TPV.self, from: Data(line.utf8))
            guard let mode = report.mode, mode >= 2, let latitude = report.lat, let longitude = report.lon else {
                continue
            }
            let place = Place(latitude, longitude)
            if !places.contains(place) { places.append(place) }
        }
        self.places = places
    }

    /// Sends it to the gpsd on a line, as fast as that reads, and then the end.
    package func play(on line: ReceiverLine, pause: Duration = .milliseconds(3)) async throws {
        try await eventually("gpsd connecting to its receiver") { line.listenerCount > 0 }
        for chunk in self.chunks {
            line.send(chunk)
            try await Task.sleep(for: pause)
        }
    }
}

/// Starts a real gpsd with a line into it.
package func withFedGPSD<R: Sendable>(
    folder: String,
    _ body: (_ port: UInt16, _ line: ReceiverLine) async throws -> R
) async throws -> R {
    let ports = try FreePort.take(2)
    let line = try ReceiverLine.tcp(port: ports[1])
    defer { line.close() }
    return try await RealPrograms.withGPSD(port: ports[0], source: line.source, folder: folder) { _ in
        try await body(ports[0], line)
    }
}
