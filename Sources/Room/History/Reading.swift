import FoundationEssentials
package import PatrolWire

extension History {
    /// Records of a device that were made in a time, ms since 1970 UTC, oldest first, so many at most.
    ///
    /// - Throws: ``HistoryError``.
    package func records(of device: Name, from: Int64, to: Int64, limit: Int) async throws(HistoryError) -> [Record] {
        Self.decoded(try await self.bodies(of: device.text, from: from, to: to, limit: limit))
    }

    /// Events of all devices of some kinds that were made in a time, ms since 1970 UTC, oldest first.
    ///
    /// - Throws: ``HistoryError``.
    package func events(
        _ kinds: [EventKind],
        from: Int64,
        to: Int64
    ) async throws(HistoryError) -> [(station: String, record: Record)] {
        Self.decoded(try await self.bodies(ofEvents: kinds.map(\.rawValue), from: from, to: to))
    }

    /// Positions of all devices that were made in a time, ms since 1970 UTC, oldest first, so many at most.
    ///
    /// - Throws: ``HistoryError``.
    package func positions(
        from: Int64,
        to: Int64,
        limit: Int
    ) async throws(HistoryError) -> [(station: String, record: Record)] {
        Self.decoded(try await self.bodiesOfPositions(from: from, to: to, limit: limit))
    }

    private static func decoded(_ bodies: [(station: String, body: Data)]) -> [(station: String, record: Record)] {
        bodies.flatMap { station, body in Self.decoded([body]).map { (station, $0) } }
    }

    private static func decoded(_ bodies: [Data]) -> [Record] {
        // What is stored was checked when it came.
        bodies.compactMap { body in
            do { return try WireCoder().decode(Record.self, from: Array(body)) } catch { return nil }
        }
    }
}
