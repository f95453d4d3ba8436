import PatrolWire

/// A sealed track as a file: a head, the records as their device wrote them, and an end, a JSON object a line.
package enum TrackFile {
    /// Bytes of a line at most.
    package static let mostLine = WireLimits.message

    /// The first line.
    package struct Head: Sendable, Hashable, Codable {
        /// The version of the format: 1.
        package let track: Int
        /// The device's station.
        package let station: String
        /// The device.
        package let device: String
        /// What was asked for, ms since 1970 UTC; the records go on to the seals around it.
        package let from: Int64
        /// End of what was asked for, ms since 1970 UTC.
        package let to: Int64
        /// When the file was made, ms since 1970 UTC.
        package let made: Int64
        /// Whether the room holds older keys of the device than the file: what was signed with them cannot be proved.
        package var hasMoreKeys: Bool?

        private enum CodingKeys: String, CodingKey {
            case track, station, device, from, to, made
            case hasMoreKeys = "more_keys"
        }

        /// Creates the first line.
        package init(station: String, device: String, from: Int64, to: Int64, made: Int64) {
            (self.track, self.station, self.device) = (1, station, device)
            (self.from, self.to, self.made) = (from, to, made)
        }
    }

    /// The last line.
    package struct End: Sendable, Hashable, Codable {
        /// Always.
        package let end: Bool
        /// Records of the file.
        package let records: Int

        /// Creates the last line.
        package init(records: Int) { (self.end, self.records) = (true, records) }
    }
}
