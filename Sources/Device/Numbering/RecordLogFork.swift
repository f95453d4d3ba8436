import PatrolWire

extension RecordLog {
    /// So many records of an earlier log get their numbers at once.
    static var mostAdopted: Int { 500 }

    /// Begins a new log: the records that are kept here get numbers of it as they are sent.
    ///
    /// Their numbers are reserved when the new log begins and lie before all that is made from then on, so that the order
    /// of numbers stays the order in which things happened.
    ///
    /// - Returns: How many records that are; at least 1, so that the caller begins to send anew.
    mutating func fork(why: String) throws(OutboxError) -> Int64 {
        let (old, log) = (self.log, self.newLog())
        let count = try self.storage.formerCount() + self.storage.count()
        let reserved = count > 0 ? 1...count : nil
        try self.storage.commit([.begin(log: log), .reserve(reserved)])
        (self.log, self.reserved, self.next) = (log, reserved, count + 1)
        (self.acknowledged, self.dropped, self.sent) = (SequenceRanges(), SequenceRanges(), SequenceRanges())
        self.say(
            .error,
            "Log \(old) has forked: \(why); the disk was set back, or runs in another device too. Log \(log) is begun, and \(count) records are sent again in it"
        )
        return max(1, count)
    }

    /// Begins a new log in a file that is a copy; what the room had acknowledged is left to it.
    mutating func beginCopy(_ identity: String) throws(OutboxError) {
        let (old, log) = (self.log, self.newLog())
        var known: Int64 = 0
        for range in self.acknowledged.ranges { known += try self.storage.numbers(in: range).count }
        let count = try self.storage.formerCount() + self.storage.count() - known
        let reserved = count > 0 ? 1...count : nil
        // Together: a copy that is known as such and goes on in its log would give its original's numbers again.
        try self.storage.commit([.identity(identity), .deleteAcknowledged, .begin(log: log), .reserve(reserved)])
        (self.log, self.reserved, self.next) = (log, reserved, count + 1)
        (self.acknowledged, self.dropped, self.sent) = (SequenceRanges(), SequenceRanges(), SequenceRanges())
        self.say(
            .warning,
            "The file is a copy, and its original may go on in log \(old): log \(log) is begun. \(count) records are sent in it; \(known) that the room has acknowledged are not kept here any longer"
        )
    }

    /// Gives records of an earlier log their numbers in this one, oldest first.
    ///
    /// - Parameter limit: So many at most.
    /// - Throws: ``OutboxError``; then nothing has changed.
    package mutating func adoptFormer(limit: Int) throws(OutboxError) {
        guard let reserved else { return }
        let former = try self.storage.former(limit: limit)
        var (dropped, changes) = (self.dropped, [LogChange]())
        for (row, sequence) in zip(former, reserved) {
            if let body = self.codec.renumbered(row.body, as: RecordNumber(log: self.log, sequence: sequence)) {
                changes.append(.insert(Entry(sequence: sequence, kind: row.kind, made: row.made, body: body)))
            } else {
                dropped.insert(sequence...sequence)
                changes.append(.note("damaged \(self.log) \(sequence)", row.body))
            }
        }
        changes.append(.deleteFormer(former.map(\.sequence)))
        let next = reserved.lowerBound + Int64(former.count)
        // Fewer may have waited than numbers were kept for: the room need not wait for the rest.
        if former.count < limit, next <= reserved.upperBound { dropped.insert(next...reserved.upperBound) }
        let rest = former.count < limit || next > reserved.upperBound ? nil : next...reserved.upperBound
        changes.append(.reserve(rest))
        if dropped != self.dropped { changes.append(.dropped(dropped)) }
        try self.storage.commit(changes)
        (self.dropped, self.reserved) = (dropped, rest)
    }
}
