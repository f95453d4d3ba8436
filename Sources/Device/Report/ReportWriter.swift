import Ground
package import PatrolWire
package import Position

/// Writes what a record says.
package struct ReportWriter: Sendable {
    private let device: Name
    private let unit: String
    private let log: String
    private let coder = WireCoder()

    /// Creates a writer.
    ///
    /// - Parameters:
    ///   - device: Name of the device.
    ///   - unit: Call sign.
    ///   - log: The outbox's log id.
    package init(device: Name, unit: String, log: String) {
        self.device = device
        self.unit = unit
        self.log = log
    }

    /// Returns the bytes of a position record.
    package func position(
        _ fix: Fix,
        stamp: TimeJudge.Stamp,
        reason: ReportPolicy.Reason,
        status: UnitStatus,
        sequence: Int64
    ) throws(WireError) -> [UInt8] {
        var record = self.record(stamp, trigger: Trigger(reason), status: status, sequence: sequence)
        record.setPlace(of: fix)
        return try self.coder.encode(record: record)
    }

    /// Returns the bytes of an event record; `fix` is where it happened, if that is known.
    package func event(
        _ kind: EventKind,
        data: [String: JSONValue]?,
        at fix: Fix?,
        stamp: TimeJudge.Stamp,
        status: UnitStatus,
        sequence: Int64
    ) throws(WireError) -> [UInt8] {
        var record = self.record(stamp, trigger: .event, status: status, sequence: sequence)
        if let fix { record.setPlace(of: fix) }
        record.event = kind
        record.data = data
        return try self.coder.encode(record: record)
    }

    private func record(
        _ stamp: TimeJudge.Stamp,
        trigger: Trigger,
        status: UnitStatus,
        sequence: Int64
    ) -> Record {
        Record(
            device: self.device.text,
            unit: self.unit,
            log: self.log,
            sequence: sequence,
            time: stamp.time,
            timeQuality: TimeQuality(stamp.quality),
            uptime: stamp.boot,
            trigger: trigger,
            status: status
        )
    }
}

extension Record {
    /// Takes over what a fix says, rounded to what the wire carries.
    fileprivate mutating func setPlace(of fix: Fix) {
        self.setPlace(latitude: fix.coordinate.latitude, longitude: fix.coordinate.longitude)
        self.accuracy = fix.accuracy?.value.rounded(decimals: 1)
        self.altitude = fix.altitude?.rounded(decimals: 1)
        self.speed = fix.speed?.rounded(decimals: 2)
        self.course = fix.course?.rounded(decimals: 1)
        self.mode = fix.mode
        self.satellites = fix.satellites
        self.source = .gnss
    }
}

extension Trigger {
    fileprivate init(_ reason: ReportPolicy.Reason) {
        switch reason {
        case .start: self = .start
        case .request: self = .request
        case .turn: self = .turn
        case .drift: self = .drift
        case .time: self = .time
        }
    }
}

extension TimeQuality {
    fileprivate init(_ quality: TimeJudge.Quality) {
        switch quality {
        case .gnss: self = .gnss
        case .ntp: self = .ntp
        case .rtc: self = .rtc
        case .none: self = .none
        }
    }
}
