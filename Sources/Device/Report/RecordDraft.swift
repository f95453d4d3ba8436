package import PatrolWire
package import Position

/// A record without its number, which comes with the disk.
package struct RecordDraft: Sendable, Hashable {
    /// What it says.
    package enum Content: Sendable, Hashable {
        /// Where the unit is, and why that is worth a record.
        case position(Fix, ReportPolicy.Reason)
        /// What happened, and the newest fix at that time.
        case event(EventKind, data: [String: JSONValue]?, at: Fix?)
    }

    /// What it says.
    package let content: Content
    /// When it happened.
    package let stamp: TimeJudge.Stamp
    /// What it says of the unit beside.
    package let context: RecordContext

    /// Creates a draft.
    package init(_ content: Content, stamp: TimeJudge.Stamp, context: RecordContext) {
        (self.content, self.stamp, self.context) = (content, stamp, context)
    }

    /// Whether it is an event: those go live before positions, and are the last to be dropped.
    package var isEvent: Bool { if case .event = self.content { true } else { false } }
}

extension ReportWriter {
    /// Returns the bytes of a record with its number.
    package func write(_ draft: RecordDraft, as number: RecordNumber) throws(WireError) -> [UInt8] {
        try WireCoder().encode(record: self.record(draft, as: number))
    }

    /// Returns a record with its number.
    package func record(_ draft: RecordDraft, as number: RecordNumber) -> Record {
        let writer = self.numbering(in: number.log)
        return switch draft.content {
        case .position(let fix, let reason):
            writer.positionRecord(
                fix,
                stamp: draft.stamp,
                reason: reason,
                context: draft.context,
                sequence: number.sequence
            )
        case .event(let kind, let data, let fix):
            writer.eventRecord(
                kind,
                data: data,
                at: fix,
                stamp: draft.stamp,
                context: draft.context,
                sequence: number.sequence
            )
        }
    }
}
