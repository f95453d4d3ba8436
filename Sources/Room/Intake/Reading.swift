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
    /// Nothing: the broker forgot a retained message.
    case cleared
    /// Not to be believed.
    case rejected(IntakeCounts.Rejection, String)

    /// Reads and checks a message.
    init(_ message: ReceivedMessage, station: Name) {
        let coder = WireCoder()
        do throws(WireError) {
            // Counted before it is read: what reading costs grows with it.
            guard message.payload.count <= WireLimits.message else {
                throw .malformed(reason: "\(message.payload.count) bytes, and \(WireLimits.message) are the most")
            }
            if case .incident(station) = try Topic(message.topic) {
                self = .incident(
                    try coder.decode(IncidentCall.self, from: message.payload),
                    correlation: message.correlation
                )
                return
            }
            guard case .device(let topicStation, let device, let channel) = try Topic(message.topic),
                topicStation == station
            else { throw .foreignTopic(message.topic) }
            guard !message.payload.isEmpty else {
                self = .cleared
                return
            }
            // The broker lets a device write below its own name only: the topic proves the sender.
            func checked(_ name: String) throws(WireError) {
                guard name != device.text else { return }
                throw .malformed(reason: Self.impostor + "'\(name)' in the topic of '\(device)'")
            }
            switch channel {
            case .position, .event:
                let record = try coder.decode(Record.self, from: message.payload)
                try checked(record.device)
                let isEvent = channel == .event
                guard isEvent == (record.event != nil) else {
                    throw .malformed(reason: "'ev' belongs to 'evt' and only there")
                }
                let name = LogName(station: station, device: device, log: record.log)
                let stored = StoredRecord(record: record, body: message.payload, received: message.received)
                self = .delivery(LogDelivery(name: name, records: [stored]), isBacklog: false)
            case .backlog:
                guard message.payload.count <= Backlog.mostBytes else {
                    throw .malformed(reason: "a batch has at most \(Backlog.mostBytes) bytes")
                }
                let backlog = try coder.decode(Backlog.self, from: message.payload)
                var records: [StoredRecord] = []
                for record in backlog.records {
                    try checked(record.device)
                    records.append(
                        StoredRecord(record: record, body: try coder.encode(record), received: message.received)
                    )
                }
                let name = LogName(station: station, device: device, log: backlog.log)
                let dropped = (backlog.dropped ?? []).map { $0[0]...$0[1] }
                self = .delivery(LogDelivery(name: name, records: records, dropped: dropped), isBacklog: true)
            case .state:
                let state = try coder.decode(DeviceState.self, from: message.payload)
                try checked(state.device)
                self = .state(state, device: device)
            case .health:
                let health = try coder.decode(DeviceHealth.self, from: message.payload)
                try checked(health.device)
                self = .health(health, device: device)
            case .result:
                let result = try coder.decode(CommandResult.self, from: message.payload)
                try checked(result.device)
                self = .result(result, device: device)
            case .acknowledgement, .plan, .command:
                throw .foreignTopic(message.topic)
            }
        } catch {
            switch error {
            case .foreignTopic: self = .rejected(.topic, "\(error)")
            case .unsupported: self = .rejected(.version, "\(error)")
            case .malformed(let reason):
                self = .rejected(reason.hasPrefix(Self.impostor) ? .impostor : .malformed, "\(error)")
            }
        }
    }

    /// The device that speaks; `nil` when none does.
    var device: Name? {
        switch self {
        case .delivery(let delivery, _): delivery.name.device
        case .state(_, let device), .health(_, let device), .result(_, let device): device
        case .incident, .cleared, .rejected: nil
        }
    }

    private static let impostor = "'dev' is "
}
