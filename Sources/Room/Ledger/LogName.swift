package import PatrolWire

/// The name of one device's log, as the room keeps it.
///
/// Station and device belong to it: the broker vouches for both, so nobody can fill another's numbers.
package struct LogName: Sendable, Hashable {
    /// Station.
    package let station: Name
    /// Device.
    package let device: Name
    /// The log's id.
    package let log: String

    /// Creates a name.
    package init(station: Name, device: Name, log: String) {
        self.station = station
        self.device = device
        self.log = log
    }

    /// The name under which records are kept whose numbers the log had given before; branch 0 is the log itself.
    func branch(_ number: Int) -> LogName {
        number == 0 ? self : LogName(station: self.station, device: self.device, log: "\(self.log)~\(number)")
    }
}

/// What one message brings to the store.
package struct LogDelivery: Sendable, Hashable {
    /// Whose log.
    package let name: LogName
    /// The records.
    package let records: [StoredRecord]
    /// Numbers that the device declares dropped.
    package let dropped: [ClosedRange<Int64>]

    /// Creates a delivery.
    package init(name: LogName, records: [StoredRecord], dropped: [ClosedRange<Int64>] = []) {
        self.name = name
        self.records = records
        self.dropped = dropped
    }

    /// The numbers that it speaks of.
    var numbers: SequenceRanges {
        var numbers = SequenceRanges(self.dropped)
        for item in self.records { numbers.insert(item.record.sequence...item.record.sequence) }
        return numbers
    }
}
