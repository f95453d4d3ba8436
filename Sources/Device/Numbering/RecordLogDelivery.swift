package import PatrolWire

extension RecordLog {
    /// A record goes out: from now on the room's word on its number is believed.
    package mutating func sent(_ number: RecordNumber) {
        if number.log == self.log { self.sent.insert(number.sequence...number.sequence) }
    }

    /// What went out and was not acknowledged may not have arrived: the link broke, or the room went away.
    package mutating func doubtSent() { self.sent = SequenceRanges() }

    /// Takes the room's word for what it has stored.
    ///
    /// A room whose store was lost, or is an older copy of itself, names less than it once did: what the black box still
    /// has of that is to be sent again, and the rest is declared as dropped. One that names numbers which were never
    /// given here, or that has other records under numbers of this log, shows that the disk was set back to an older
    /// state, or that a copy of it runs in another device: a new log is begun. So that such a disk is always found out, the
    /// word on a number is believed only once its record went out from here: then the room compares what it has.
    ///
    /// - Parameter acknowledgement: The room's word.
    /// - Returns: How many records are to be sent again.
    /// - Throws: ``OutboxError``; then nothing has changed.
    package mutating func takeOver(_ acknowledgement: Acknowledgement) throws(OutboxError) -> Int64 {
        guard acknowledgement.log == self.log else { return 0 }
        let stored = acknowledgement.stored
        let highest = stored.ranges.last?.upperBound ?? 0
        if acknowledgement.forked == true {
            return try self.fork(why: "the room has other records under numbers of this log")
        }
        if highest >= self.next, highest - self.next < Self.longestLeap {
            return try self.fork(why: "the room has records up to \(highest) of it, here \(self.next - 1) is the last")
        }
        if let sum = acknowledgement.sum,
            let own = try self.storage.entries(from: acknowledgement.upTo, limit: 1).first,
            own.sequence == acknowledgement.upTo, let mine = self.codec.digest(of: own.body), mine != sum
        {
            return try self.fork(why: "the room has another record \(own.sequence)")
        }
        var said = SequenceRanges(
            stored.ranges.filter { $0.lowerBound < self.next }.map { $0.lowerBound...min($0.upperBound, self.next - 1) }
        )
        if acknowledgement.part == true, highest < self.next - 1 {
            // Beyond its last range the message says nothing: what was known there stays.
            said.formUnion(self.acknowledged.subtracting(SequenceRanges([1...max(1, highest)])))
        }
        var known = self.sent
        known.formUnion(self.acknowledged)
        known.formUnion(self.dropped)
        said = said.intersection(known)
        guard said != self.acknowledged else { return 0 }
        let forgotten = self.acknowledged.subtracting(said)
        let kept = try self.kept(in: forgotten)
        let gone = forgotten.subtracting(kept).subtracting(self.dropped)
        var dropped = self.dropped
        dropped.formUnion(gone)
        try self.storage.commit(
            dropped == self.dropped ? [.acknowledged(said)] : [.acknowledged(said), .dropped(dropped)]
        )
        (self.acknowledged, self.dropped) = (said, dropped)
        if !forgotten.ranges.isEmpty {
            let lost = "The room no longer has \(forgotten.count) records that it had"
            self.say(.warning, "\(lost): \(kept.count) are sent again, \(forgotten.count - kept.count) are gone")
        }
        return kept.count
    }

    /// Takes back what the room had acknowledged, so that it is sent again; returns how many records that are.
    ///
    /// What the black box no longer has stays acknowledged: it cannot be sent.
    package mutating func resend(_ range: ClosedRange<Int64>) throws(OutboxError) -> Int64 {
        let rest = self.acknowledged.subtracting(try self.kept(in: SequenceRanges([range])))
        let count = self.acknowledged.count - rest.count
        guard count > 0 else { return 0 }
        try self.storage.commit([.acknowledged(rest)])
        self.acknowledged = rest
        return count
    }

    /// Gives up a record whose bytes cannot be sent, and keeps them under a name for an investigation.
    ///
    /// What the disk does not take now is tried again when the record is met again.
    package mutating func setAside(_ entry: Entry) {
        var dropped = self.dropped
        dropped.insert(entry.sequence...entry.sequence)
        let name = "damaged \(entry.sequence)"
        do throws(OutboxError) {
            try self.storage.commit([.dropped(dropped), .note(name, entry.body), .delete([entry.sequence])])
            self.dropped = dropped
            self.say(.error, "Record \(entry.sequence) is damaged on the disk: not sent, kept as note '\(name)'")
        } catch {
            self.say(.warning, "Record \(entry.sequence) is damaged and could not be set aside yet: \(error)")
        }
    }

    /// The numbers of these whose records are still here.
    private func kept(in ranges: SequenceRanges) throws(OutboxError) -> SequenceRanges {
        var kept = SequenceRanges()
        for range in ranges.ranges { kept.formUnion(try self.storage.numbers(in: range)) }
        return kept
    }

    /// Returns what the backlog sends next, after records of an earlier log got their numbers.
    ///
    /// - Parameters:
    ///   - after: Only records beyond this number.
    ///   - last: Only records up to this number; younger ones are being sent live.
    ///   - isChecked: Records must still be what they were; one that is not is left out, and set aside.
    ///   - limit: So many records at most.
    ///   - bytes: So many bytes of records at most.
    /// - Returns: Records of the log, and the dropped numbers that are still to be declared.
    /// - Throws: ``OutboxError``.
    package mutating func backlog(
        after: Int64,
        through last: Int64,
        isChecked: Bool,
        limit: Int,
        bytes: Int
    ) throws(OutboxError) -> BacklogPart {
        try self.adoptFormer(limit: Self.mostAdopted)
        let pending = try self.pending(after: after, through: last, limit: limit, bytes: bytes)
        let damaged = isChecked ? pending.entries.filter { !self.isWhole($0) } : []
        // Left out even where the disk does not take the note of it: the others must not wait for that.
        for entry in damaged { self.setAside(entry) }
        let numbers = Set(damaged.map(\.sequence))
        let whole = pending.entries.filter { !numbers.contains($0.sequence) }
        for entry in whole { self.sent.insert(entry.sequence...entry.sequence) }
        return BacklogPart(
            bodies: whole.map(\.body),
            last: pending.entries.last?.sequence,
            dropped: pending.dropped
        )
    }

    /// Whether the bytes are still the record that they were.
    private func isWhole(_ entry: Entry) -> Bool {
        self.codec.number(of: entry.body) == RecordNumber(log: self.log, sequence: entry.sequence)
    }

    /// Returns what the room has not acknowledged, oldest first.
    ///
    /// - Parameters:
    ///   - after: Only records beyond this number.
    ///   - last: Only records up to this number; younger ones are being sent live.
    ///   - limit: So many records at most.
    ///   - bytes: So many bytes of records at most.
    /// - Returns: The records, and the dropped numbers that are still to be declared.
    /// - Throws: ``OutboxError``.
    package func pending(
        after: Int64,
        through last: Int64,
        limit: Int,
        bytes: Int
    ) throws(OutboxError) -> Backlogged {
        var entries: [Entry] = []
        var size = 0
        var cursor = self.acknowledged.firstMissing(from: after + 1)
        while entries.count < limit, cursor <= last {
            let page = try self.storage.entries(from: cursor, limit: limit - entries.count)
            guard let end = page.last?.sequence else { break }
            for entry in page where entry.sequence <= last && !self.acknowledged.contains(entry.sequence) {
                guard size + entry.body.count + 1 <= bytes || entries.isEmpty else {
                    return Backlogged(entries: entries, dropped: self.undeclared)
                }
                entries.append(entry)
                size += entry.body.count + 1
            }
            cursor = self.acknowledged.firstMissing(from: end + 1)
        }
        return Backlogged(entries: entries, dropped: self.undeclared)
    }

    /// How many records the room has not acknowledged, and when the oldest of them was made (ms since 1970 UTC).
    ///
    /// Reckoned from the ranges: counting rows would read the whole black box.
    package func waiting() throws(OutboxError) -> (count: Int64, oldest: Int64?) {
        var settled = self.acknowledged
        settled.formUnion(self.dropped)
        let count = max(0, self.next - 1 - settled.count)
        guard count > 0 else { return (0, nil) }
        return (count, try self.storage.entries(from: settled.firstMissing(from: 1), limit: 1).first?.made)
    }

    /// Dropped numbers that no acknowledgement covers yet.
    private var undeclared: [ClosedRange<Int64>] {
        self.dropped.ranges.filter { range in
            self.acknowledged.firstMissing(from: range.lowerBound) <= range.upperBound
        }
    }
}
