import BrokerLink
import History
import Ledger
import PatrolWire

/// What one message says, once it was checked.
enum Reading: Sendable {
    /// Records of one log, live or out of a backlog.
    case delivery(LogDelivery, isBacklog: Bool)
    /// Birth or death.
    case state(DeviceState, device: Name)
    /// Condition.
    case health(DeviceHealth, device: Name)
    /// An answer to a command.
    case result(CommandResult, device: Name)
    /// An incident from a sensor or another system.
    case incident(IncidentCall, correlation: [UInt8]?)
    /// A task from another system.
    case task(TaskCall, correlation: [UInt8]?)
    /// Nothing: the broker forgot a retained message.
    case cleared
    /// Not to be believed.
    case rejected(IntakeCounts.Rejection, String)

    /// A message that names another device than its topic does: the broker lets a device write below its own name only.
    private struct Impostor: Error, CustomStringConvertible {
        let name: String
        let device: Name

        var description: String { "'dev' is '\(self.name)' in the topic of '\(self.device)'" }
    }

    /// Reads and checks a message.
    init(_ message: ReceivedMessage, station: Name) {
        do {
            self = try Self.read(message, station: station)
        } catch let impostor as Impostor {
            self = .rejected(.impostor, "\(impostor)")
        } catch let error as WireError {
            switch error {
            case .foreignTopic: self = .rejected(.topic, "\(error)")
            case .unsupported: self = .rejected(.version, "\(error)")
            case .malformed: self = .rejected(.malformed, "\(error)")
            }
        } catch {
            self = .rejected(.malformed, "\(error)")
        }
    }

    private static func read(_ message: ReceivedMessage, station: Name) throws -> Reading {
        let coder = WireCoder()
        // Counted before it is read: what reading costs grows with it.
        guard message.payload.count <= WireLimits.message else {
            throw WireError.malformed(
                reason: "\(message.payload.count) bytes, and \(WireLimits.message) are the most"
            )
        }
        switch try Topic(message.topic) {
        case .incident(station):
            let call = try coder.decode(IncidentCall.self, from: message.payload)
            return .incident(call, correlation: message.correlation)
        case .task(station):
            return .task(try coder.decode(TaskCall.self, from: message.payload), correlation: message.correlation)
        case .device(station, let device, let channel):
            guard !message.payload.isEmpty else { return .cleared }
            return try Self.read(message, on: channel, of: device, station: station)
        case .device, .incident, .incidentReceipt, .task, .taskReceipt, .room:
            throw WireError.foreignTopic(message.topic)
        }
    }

    private static func read(
        _ message: ReceivedMessage,
        on channel: Channel,
        of device: Name,
        station: Name
    ) throws -> Reading {
        let coder = WireCoder()
        func check(_ name: String) throws { if name != device.text { throw Impostor(name: name, device: device) } }
        switch channel {
        case .position, .event:
            let record = try coder.decode(record: message.payload)
            try check(record.device)
            guard (channel == .event) == (record.event != nil) else {
                throw WireError.malformed(reason: "'ev' belongs to 'evt' and only there")
            }
            let name = LogName(station: station, device: device, log: record.log)
            let stored = StoredRecord(record: record, body: message.payload, received: message.received)
            return .delivery(LogDelivery(name: name, records: [stored]), isBacklog: false)
        case .backlog:
            guard message.payload.count <= Backlog.mostBytes else {
                throw WireError.malformed(reason: "a batch has at most \(Backlog.mostBytes) bytes")
            }
            // Stored as the device wrote it, and signed for it.
            let (backlog, bodies) = try coder.decode(backlog: message.payload)
            let records = try zip(backlog.records, bodies).map { record, body in
                try check(record.device)
                return StoredRecord(record: record, body: body, received: message.received)
            }
            let name = LogName(station: station, device: device, log: backlog.log)
            return .delivery(LogDelivery(name: name, records: records, dropped: backlog.dropped), isBacklog: true)
        case .state:
            let state = try coder.decode(DeviceState.self, from: message.payload)
            try check(state.device)
            return .state(state, device: device)
        case .health:
            let health = try coder.decode(DeviceHealth.self, from: message.payload)
            try check(health.device)
            return .health(health, device: device)
        case .result:
            let result = try coder.decode(CommandResult.self, from: message.payload)
            try check(result.device)
            return .result(result, device: device)
        case .acknowledgement, .plan, .assignment, .command: throw WireError.foreignTopic(message.topic)
        }
    }

    /// The device that speaks; `nil` when none does.
    var device: Name? {
        switch self {
        case .delivery(let delivery, _): delivery.name.device
        case .state(_, let device), .health(_, let device), .result(_, let device): device
        case .incident, .task, .cleared, .rejected: nil
        }
    }
}
