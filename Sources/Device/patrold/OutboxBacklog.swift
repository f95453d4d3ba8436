package import Delivery
package import Outbox
package import PatrolWire
import Uplink

extension Outbox: BacklogSource {
    package func backlog(
        _ query: BacklogQuery,
        through: Int64,
        limit: Int,
        bytes: Int
    ) async throws -> BacklogBatch {
        try self.adoptFormer(limit: Self.chunk, renumber: Self.renumbered)
        var pending = try self.pending(after: query.after, through: through, limit: limit, bytes: bytes)
        let damaged = query.isChecked ? pending.entries.filter { !self.isWhole($0) } : []
        if !damaged.isEmpty {
            // Left out even where the disk does not take the note of it: the others must not wait for that.
            let last = pending.entries.last?.sequence
            pending.entries.removeAll { damaged.contains($0) }
            for entry in damaged { self.setAside(entry) }
            return BacklogBatch(
                log: self.log,
                records: pending.entries.map(\.body),
                last: last,
                dropped: pending.dropped
            )
        }
        return BacklogBatch(
            log: self.log,
            records: pending.entries.map(\.body),
            last: pending.entries.last?.sequence,
            dropped: pending.dropped
        )
    }

    package func acknowledge(_ acknowledgement: Acknowledgement) async throws -> Int64 {
        try self.takeOver(acknowledgement) { body in
            do throws(WireError) {
                return try WireCoder().digest(of: try WireCoder().decode(Record.self, from: body))
            } catch {
                return nil
            }
        }
    }

    /// The same record under a number of another log; `nil` when the bytes are no record any more.
    @Sendable
    private static func renumbered(_ body: [UInt8], _ number: RecordNumber) -> [UInt8]? {
        do throws(WireError) {
            var record = try WireCoder().decode(Record.self, from: body)
            // The first number is the one that is never given up: by it the same record is known for ever.
            let former = (record.was ?? []) + [RecordNumber(log: record.log, sequence: record.sequence)]
            record.was = Array(former.prefix(1) + former.dropFirst().suffix(WireLimits.formerNumbers - 1))
            (record.log, record.sequence) = (number.log, number.sequence)
            return try WireCoder().encode(record: record)
        } catch {
            return nil
        }
    }

    private static let chunk = 500

    package func spent() async throws -> DaySpending {
        let spent = try self.backlogSpent()
        return DaySpending(day: spent.day, bytes: spent.bytes)
    }

    package func keep(_ spent: DaySpending) async throws {
        try self.keepBacklogSpent(day: spent.day, bytes: spent.bytes)
    }

    /// Whether the bytes are still the record that they were.
    private func isWhole(_ entry: Entry) -> Bool {
        do throws(WireError) {
            let record = try WireCoder().decode(Record.self, from: entry.body)
            return record.sequence == entry.sequence && record.log == self.log
        } catch {
            return false
        }
    }
}
