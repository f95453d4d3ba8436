import FoundationEssentials
package import History
package import PatrolWire
import TrackProof

/// A device's track as its device signed it, as lines of a file that `patrolctl track verify` looks through.
package struct SealedTrack: Sendable {
    private let reader: HistoryReader
    private let head: TrackFile.Head
    private let station: Name
    private let device: Name

    /// Records that are read at once.
    private static let page = 1_000
    /// Keys of a file: a track of long ago was signed with a key of then, and each renewal of a certificate is a new one.
    private static let mostKeys = 1_000
    /// Records with keys that are looked through for them.
    private static let mostKeyRecords = 200_000

    /// Creates one.
    ///
    /// - Parameters:
    ///   - reader: The records.
    ///   - station: The device's station.
    ///   - device: The device.
    ///   - from: ms since 1970 UTC.
    ///   - to: ms since 1970 UTC.
    ///   - made: The clock, ms since 1970 UTC.
    package init(_ reader: HistoryReader, of station: Name, _ device: Name, from: Int64, to: Int64, made: Int64) {
        (self.reader, self.station, self.device) = (reader, station, device)
        self.head = TrackFile.Head(station: station.text, device: device.text, from: from, to: to, made: made)
    }

    /// Where the writing is.
    package struct Place: Sendable {
        fileprivate var stretches: [SealedStretch]
        fileprivate var after: Int64 = 0
        /// Records that were written.
        package fileprivate(set) var records = 0
        /// Whether the last line is written.
        package fileprivate(set) var isAtEnd = false
    }

    /// The head and the keys; blocks.
    ///
    /// - Throws: ``HistoryError``.
    package func begin() throws -> (text: [UInt8], place: Place) {
        let stretches = try self.reader.stretches(of: self.station, self.device, from: self.head.from, to: self.head.to)
        {
            body,
            log in
            guard let seal = TrackSeal(data: StoredTrackRecord.data(of: body)), seal.content.log == log else {
                return nil
            }
            return seal.content.range
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var head = self.head
        var (told, keys, looked): (Set<String>, [[String: JSONValue]], Int) = ([], [], 0)
        try self.reader.visitKeys(of: self.station, self.device) { body in
            looked += 1
            guard looked <= Self.mostKeyRecords else {
                head.hasMoreKeys = true
                return false
            }
            guard let data = StoredTrackRecord.data(of: body), let certificate = SealCertificate(data: data),
                !told.contains(certificate.id)
            else { return true }
            guard keys.count < Self.mostKeys else {
                head.hasMoreKeys = true
                return false
            }
            told.insert(certificate.id)
            keys.append(data)
            return true
        }
        var text = Array(try encoder.encode(head)) + [10]
        for key in keys { text += Array(try encoder.encode(key)) + [10] }
        return (text, Place(stretches: stretches))
    }

    /// The next lines; blocks.
    ///
    /// - Throws: ``HistoryError``.
    package func next(_ place: inout Place) throws -> [UInt8] {
        var text: [UInt8] = []
        guard let stretch = place.stretches.first else {
            place.isAtEnd = true
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys]
            return Array(try encoder.encode(TrackFile.End(records: place.records))) + [10]
        }
        let page = try self.reader.bodies(of: stretch, after: place.after, limit: Self.page)
        for (sequence, body) in page {
            // A device may have written its record over several lines.
            text += body.map { $0 == 10 || $0 == 13 ? 32 : $0 } + [10]
            place.after = sequence
        }
        place.records += page.count
        if page.count < Self.page {
            place.stretches.removeFirst()
            place.after = 0
        }
        return text
    }
}

private enum StoredTrackRecord {
    static func data(of body: [UInt8]) -> [String: JSONValue]? {
        do throws(WireError) { return try WireCoder().decode(record: body).data } catch { return nil }
    }
}
