import Ground
import Threading

/// What each drive to a scene truly took, as the drivers know it: for learners and reports to be held against.
package actor DriveTruth {
    private let write: @Sendable (String) -> Void
    private var open: [String: (start: Int64, from: Coordinate)] = [:]

    /// The first line of the table.
    package static let head = "device,from_ms,to_ms,seconds,from_lat,from_lon"

    /// Writes a line for each drive that has ended.
    package init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    func began(_ device: String, from place: Coordinate) { self.open[device] = (SystemClock.wallMilliseconds, place) }

    func arrived(_ device: String) {
        guard let drive = self.open.removeValue(forKey: device) else { return }
        let now = SystemClock.wallMilliseconds
        let seconds = Double(now - drive.start) / 1_000
        self.write("\(device),\(drive.start),\(now),\(seconds),\(drive.from.latitude),\(drive.from.longitude)")
    }
}
