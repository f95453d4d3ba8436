import FoundationEssentials
package import PatrolWire

extension History {
    /// Records of a device that were made in a time, ms since 1970 UTC, oldest first, so many at most.
    ///
    /// They are decoded beside the store's actor: who looks at a track does not hold the intake up.
    ///
    /// - Throws: ``HistoryError``.
    @concurrent package nonisolated func records(
        of device: Name,
        from: Int64,
        to: Int64,
        limit: Int
    ) async throws(HistoryError) -> [Record] {
        // What is stored was checked when it came.
        try await self.bodies(of: device.text, from: from, to: to, limit: limit)
            .compactMap { HistoryReader.decoded($0) }
    }
}

extension HistoryReader {
    /// What a stored record says; `nil` for one that this version of the program can no longer read.
    static func decoded(_ body: Data) -> Record? {
        do { return try WireCoder().decode(Record.self, from: Array(body)) } catch { return nil }
    }
}
