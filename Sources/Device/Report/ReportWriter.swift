import Ground
package import PatrolWire
package import Position

/// What is said of a unit in each of its records, beside the place.
package struct RecordContext: Sendable, Hashable {
    /// What the unit is doing.
    package var status: UnitStatus
    /// Grids it is in, finest last; `nil` without a plan.
    package var grids: [String]?
    /// Where it is on its patrol line.
    package var line: LinePosition?
    /// Revision of the plan in force.
    package var plan: Int?
    /// Whether the ignition is on.
    package var ignition: Bool?
    /// Charge, 0…1.
    package var battery: Double?

    /// Creates the context of a unit of which only the status is known.
    package init(status: UnitStatus) { self.status = status }
}

/// Writes what a record says.
package struct ReportWriter: Sendable {
    private let device: Name
    private let unit: String
    private var log: String
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

    /// The same writer for another log.
    package func numbering(in log: String) -> ReportWriter {
        var writer = self
        writer.log = log
        return writer
    }

    /// Returns the bytes of a position record.
    package func position(
        _ fix: Fix,
        stamp: TimeJudge.Stamp,
        reason: ReportPolicy.Reason,
        context: RecordContext,
        sequence: Int64
    ) throws(WireError) -> [UInt8] {
        try self.coder.encode(
            record: self.positionRecord(fix, stamp: stamp, reason: reason, context: context, sequence: sequence)
        )
    }

    func positionRecord(
        _ fix: Fix,
        stamp: TimeJudge.Stamp,
        reason: ReportPolicy.Reason,
        context: RecordContext,
        sequence: Int64
    ) -> Record {
        var record = self.record(stamp, trigger: Trigger(reason), context: context, sequence: sequence)
        record.setPlace(of: fix)
        return record
    }

    /// Returns the bytes of an event record; `fix` is where it happened, if that is known.
    package func event(
        _ kind: EventKind,
        data: [String: JSONValue]?,
        at fix: Fix?,
        stamp: TimeJudge.Stamp,
        context: RecordContext,
        sequence: Int64
    ) throws(WireError) -> [UInt8] {
        try self.coder.encode(
            record: self.eventRecord(kind, data: data, at: fix, stamp: stamp, context: context, sequence: sequence)
        )
    }

    func eventRecord(
        _ kind: EventKind,
        data: [String: JSONValue]?,
        at fix: Fix?,
        stamp: TimeJudge.Stamp,
        context: RecordContext,
        sequence: Int64
    ) -> Record {
        var record = self.record(stamp, trigger: .event, context: context, sequence: sequence)
        if let fix { record.setPlace(of: fix) }
        record.event = kind
        record.data = data
        return record
    }

    private func record(
        _ stamp: TimeJudge.Stamp,
        trigger: Trigger,
        context: RecordContext,
        sequence: Int64
    ) -> Record {
        var record = Record(
            device: self.device.text,
            unit: self.unit,
            log: self.log,
            sequence: sequence,
            time: stamp.time,
            timeQuality: TimeQuality(stamp.quality),
            uptime: stamp.boot,
            trigger: trigger,
            status: context.status
        )
        (record.grids, record.line, record.plan) = (context.grids, context.line, context.plan)
        (record.ignition, record.battery) = (context.ignition, context.battery)
        return record
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
        self.source = fix.reckoning == .none ? .gnss : .deadReckoning
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
