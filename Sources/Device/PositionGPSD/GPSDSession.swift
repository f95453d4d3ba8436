import CGPSDShims
import Ground
import Position

/// Sole owner of one libgps session.
///
/// Not `Sendable`: it lives and dies on the thread that opened it.
struct GPSDSession: ~Copyable {
    /// What one wait brought.
    enum Outcome {
        /// A report about the position.
        case report(PositionReport)
        /// Another report.
        case heard
        /// Nothing in time.
        case nothing
        /// gpsd closed the session.
        case lost
    }

    fileprivate let raw: OpaquePointer

    /// Opens a session, or gives the reason why not.
    static func open(host: String, port: UInt16) -> Result<GPSDSession, PositionTrouble> {
        var status: CInt = 0
        guard let raw = cgpsd_open(host, String(port), &status) else {
            let reason = String(cString: cgpsd_describe(status))
            return .failure(.unreachable(endpoint: "\(host):\(port)", reason: reason))
        }
        return .success(GPSDSession(raw: raw))
    }

    deinit { cgpsd_close(self.raw) }

    /// Waits for at most `timeout` microseconds; `now` gives ms of CLOCK_BOOTTIME.
    mutating func next(timeout: CInt, now: () -> Int64) -> Outcome {
        var raw = cgpsd_position()
        switch cgpsd_next(self.raw, timeout, &raw) {
        case .position:
            let received = now()
            return .report(Fix(raw, received: received).map(PositionReport.fix) ?? .noFix(received: received))
        case .other: return .heard
        case .nothing: return .nothing
        case .lost: return .lost
        }
    }
}

extension Fix {
    /// Converts; `nil` when the receiver has no position or says one that is not on Earth.
    init?(_ raw: cgpsd_position, received: Int64) {
        guard raw.mode >= 2,
            let coordinate = Coordinate(latitude: raw.latitude_deg, longitude: raw.longitude_deg)
        else { return nil }
        self.init(received: received, coordinate: coordinate, mode: Int(raw.mode))
        self.reckoning = raw.is_reckoned ? .alone : raw.is_aided ? .aided : .none
        self.measured = raw.has_time ? raw.time_s * 1_000 + Int64(raw.time_ns) / 1_000_000 : nil
        // gpsd documents each as a 95 % figure; the whole one may be missing where the parts are not.
        let error = said(raw.eph_m) ?? zipped(said(raw.epx_m), said(raw.epy_m)).map { ($0 * $0 + $1 * $1).squareRoot() }
        self.accuracy = error.map { Metres($0) }
        self.altitude = raw.mode >= 3 ? said(raw.altitude_msl_m) : nil
        self.speed = said(raw.speed_mps)
        self.course = said(raw.course_deg)
        self.satellites = raw.satellites_used >= 0 ? Int(raw.satellites_used) : nil
        self.device = withUnsafeBytes(of: raw.device) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }
}

/// Reads NaN and infinity as "not said".
private func said(_ value: Double) -> Double? { value.isFinite ? value : nil }

private func zipped(_ a: Double?, _ b: Double?) -> (Double, Double)? {
    guard let a, let b else { return nil }
    return (a, b)
}
