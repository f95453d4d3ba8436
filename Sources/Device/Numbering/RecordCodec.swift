package import PatrolWire

/// What a log has to know of the bytes of its records.
package protocol RecordCodec: Sendable {
    /// What tells a record from another, as an acknowledgement's `sum`; `nil` where the bytes are no record.
    func digest(of body: [UInt8]) -> String?
    /// The number that the bytes carry; `nil` where they are no record.
    func number(of body: [UInt8]) -> RecordNumber?
    /// The same record under a number of another log; `nil` when the bytes are no record any more.
    func renumbered(_ body: [UInt8], as number: RecordNumber) -> [UInt8]?
}

/// Records as the wire has them.
package struct WireRecords: RecordCodec {
    /// Creates one.
    package init() {}

    package func digest(of body: [UInt8]) -> String? {
        do throws(WireError) {
            return try WireCoder().digest(of: try WireCoder().decode(record: body))
        } catch {
            return nil
        }
    }

    package func number(of body: [UInt8]) -> RecordNumber? {
        do throws(WireError) {
            let record = try WireCoder().decode(record: body)
            return RecordNumber(log: record.log, sequence: record.sequence)
        } catch {
            return nil
        }
    }

    package func renumbered(_ body: [UInt8], as number: RecordNumber) -> [UInt8]? {
        do throws(WireError) {
            return try WireCoder().encode(record: try WireCoder().decode(record: body).renumbered(number))
        } catch {
            return nil
        }
    }
}

extension Record {
    /// The same under another number, with those that it had.
    package func renumbered(_ number: RecordNumber) -> Record {
        var record = self
        // The first number is the one that is never given up: by it the same record is known for ever.
        let former = (self.was ?? []) + [RecordNumber(log: self.log, sequence: self.sequence)]
        record.was = Array(former.prefix(1) + former.dropFirst().suffix(WireLimits.formerNumbers - 1))
        (record.log, record.sequence) = (number.log, number.sequence)
        return record
    }
}
