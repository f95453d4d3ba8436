import CMosquitto
import Glibc
import SystemErrors
import Threading

/// Sole owner of one libmosquitto client, for one connection.
///
/// Not `Sendable`: after the connect it belongs to the ``Conversation``, callbacks included, so libmosquitto is never
/// entered by two threads at once. A new connection gets a new client: what
/// the old one had queued inside the library cannot come out again behind our back.
final class MosquittoClient {
    /// What the broker's answer to the connect or to a subscription was.
    enum Handshake: Equatable {
        case pending
        case accepted
        case refused(String)
    }

    typealias Acknowledge = (Result<Void, BrokerError>) -> Void

    let handle: OpaquePointer
    let broker: String
    private(set) var connack = Handshake.pending
    private(set) var suback = Handshake.pending
    private(set) var disconnectReason: String?
    private var inFlight: [Int32: (topic: String, acknowledge: Acknowledge)] = [:]
    private let deliver: (ReceivedMessage) -> Void

    private static let library: Int32 = mosquitto_lib_init()

    init(
        clientID: String,
        cleanStart: Bool,
        broker: String,
        deliver: @escaping (ReceivedMessage) -> Void
    ) throws(BrokerError) {
        if let error = BrokerError(code: Self.library, broker: broker) { throw error }
        guard let handle = mosquitto_new(clientID, cleanStart, nil) else {
            throw .library(
                code: Int32(MOSQ_ERR_NOMEM.rawValue),
                reason: "mosquitto_new: \(SystemError.last)"
            )
        }
        self.handle = handle
        self.broker = broker
        self.deliver = deliver
        mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5)
        mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1)
        // Unretained: the callbacks run only inside calls that this object makes.
        mosquitto_user_data_set(handle, Unmanaged.passUnretained(self).toOpaque())
        mosquitto_connect_v5_callback_set(handle) { _, user, code, _, _ in MosquittoClient.from(user)?.didConnect(code)
        }
        mosquitto_disconnect_v5_callback_set(handle) { _, user, code, _ in
            // From 0x80 on the broker said why; below that it is libmosquitto's own number.
            let words = code >= 0x80 ? mosquitto_reason_string(code) : mosquitto_strerror(code)
            MosquittoClient.from(user)?.disconnectReason = words.map { String(cString: $0) }
        }
        mosquitto_subscribe_v5_callback_set(handle) { _, user, _, count, granted, _ in
            guard let granted else { return }
            MosquittoClient.from(user)?.didSubscribe(UnsafeBufferPointer(start: granted, count: Int(count)))
        }
        mosquitto_publish_v5_callback_set(handle) { _, user, id, reason, _ in
            MosquittoClient.from(user)?.didPublish(id, reason: reason)
        }
        mosquitto_message_v5_callback_set(handle) { _, user, message, properties in
            guard let message else { return }
            MosquittoClient.from(user)?.didReceive(message.pointee, properties: properties)
        }
    }

    deinit { mosquitto_destroy(self.handle) }

    /// How many messages wait for the broker's acknowledgement.
    var inFlightCount: Int { self.inFlight.count }

    func use(_ credentials: BrokerAddress.Credentials) throws(BrokerError) {
        // libmosquitto would only say "invalid arguments" without naming the file.
        for path in [credentials.authority, credentials.certificate, credentials.key] where access(path, R_OK) != 0 {
            throw .credentials(path: path, reason: SystemError.last.description)
        }
        let code = mosquitto_tls_set(
            self.handle,
            credentials.authority,
            nil,
            credentials.certificate,
            credentials.key,
            nil
        )
        guard code == 0 else { throw .credentials(path: credentials.certificate, reason: "not usable for TLS") }
        // 1.0 and 1.1 are still on by default in this libmosquitto.
        let options = mosquitto_tls_opts_set(self.handle, 1, "tlsv1.2", nil)
        if let error = BrokerError(code: options, broker: self.broker) { throw error }
    }

    func setWill(_ will: BrokerMessage) throws(BrokerError) {
        // On success libmosquitto owns the properties.
        var properties = Self.properties(of: will)
        let code = mosquitto_will_set_v5(
            self.handle,
            will.topic,
            Int32(will.payload.count),
            will.payload,
            Int32(will.qualityOfService),
            will.isRetained,
            properties
        )
        guard let error = BrokerError(code: code, broker: self.broker, topic: will.topic) else { return }
        mosquitto_property_free_all(&properties)
        throw error
    }

    func connect(host: String, port: UInt16, keepalive: Int32, sessionExpiry: UInt32) throws(BrokerError) {
        var properties: OpaquePointer?
        mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), sessionExpiry)
        defer { mosquitto_property_free_all(&properties) }
        let code = mosquitto_connect_bind_v5(self.handle, host, Int32(port), keepalive, nil, properties)
        if let error = BrokerError(code: code, broker: self.broker) { throw error }
        // The kernel gives up on a link that swallows packets long before two keepalives are over.
        var milliseconds: CInt = keepalive * 1_000
        setsockopt(self.socket, CInt(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<CInt>.size))
    }

    var socket: CInt { mosquitto_socket(self.handle) }

    func subscribe(_ filters: [String]) throws(BrokerError) {
        guard !filters.isEmpty else {
            self.suback = .accepted
            return
        }
        let texts = filters.map { strdup($0) }
        defer { for text in texts { free(text) } }
        var pointers = texts
        let code = mosquitto_subscribe_multiple(self.handle, nil, Int32(pointers.count), &pointers, 1, 0, nil)
        if let error = BrokerError(code: code, broker: self.broker, topic: filters[0]) { throw error }
    }

    /// Sends a message; `acknowledge` is called when the broker has answered, or at once for QoS 0.
    func publish(_ message: BrokerMessage, acknowledge: @escaping Acknowledge) {
        var properties = Self.properties(of: message)
        defer { mosquitto_property_free_all(&properties) }
        var id: Int32 = 0
        let code = mosquitto_publish_v5(
            self.handle,
            &id,
            message.topic,
            Int32(message.payload.count),
            message.payload,
            Int32(message.qualityOfService),
            message.isRetained,
            properties
        )
        if let error = BrokerError(code: code, broker: self.broker, topic: message.topic) {
            acknowledge(.failure(error))
        } else if message.qualityOfService == 0 {
            acknowledge(.success(()))
        } else {
            self.inFlight[id] = (message.topic, acknowledge)
        }
    }

    /// Reads and writes what the socket has and takes.
    ///
    /// Not `mosquitto_loop`: it waits with `select`, and gives up a socket whose descriptor is 1,024 or more.
    func readAndWrite() -> Int32 {
        let code = mosquitto_loop_read(self.handle, 1)
        return code == 0 ? self.writeOnly() : code
    }

    /// Writes what waits to be written and keeps the link alive, but reads nothing.
    func writeOnly() -> Int32 {
        let code = mosquitto_want_write(self.handle) ? mosquitto_loop_write(self.handle, 1) : 0
        return code == 0 ? mosquitto_loop_misc(self.handle) : code
    }

    /// Fails everything that waits.
    func abandon(_ error: BrokerError) {
        let waiting = self.inFlight.values
        self.inFlight = [:]
        for (_, acknowledge) in waiting { acknowledge(.failure(error)) }
    }

    private static func properties(of message: BrokerMessage) -> OpaquePointer? {
        var properties: OpaquePointer?
        if let seconds = message.expirySeconds {
            let value = UInt32(clamping: seconds)
            mosquitto_property_add_int32(&properties, Int32(MQTT_PROP_MESSAGE_EXPIRY_INTERVAL.rawValue), value)
        }
        if let correlation = message.correlation, let length = UInt16(exactly: correlation.count) {
            let key = Int32(MQTT_PROP_CORRELATION_DATA.rawValue)
            mosquitto_property_add_binary(&properties, key, correlation, length)
        }
        return properties
    }

    private static func from(_ user: UnsafeMutableRawPointer?) -> MosquittoClient? {
        user.map { Unmanaged<MosquittoClient>.fromOpaque($0).takeUnretainedValue() }
    }

    private func didConnect(_ code: Int32) {
        self.connack = code == 0 ? .accepted : .refused(String(cString: mosquitto_reason_string(code)))
    }

    private func didSubscribe(_ granted: UnsafeBufferPointer<Int32>) {
        let refusal = granted.first { $0 >= 0x80 }
        self.suback =
            refusal.map { .refused("subscription: \(String(cString: mosquitto_reason_string($0)))") } ?? .accepted
    }

    private func didPublish(_ id: Int32, reason: Int32) {
        guard let (topic, acknowledge) = self.inFlight.removeValue(forKey: id) else { return }
        // From 0x80 on a PUBACK is a refusal: the access list said no.
        guard reason < 0x80 else {
            let words = "\(topic): \(String(cString: mosquitto_reason_string(reason)))"
            return acknowledge(.failure(.refused(broker: self.broker, reason: words)))
        }
        acknowledge(.success(()))
    }

    private func didReceive(_ message: mosquitto_message, properties: OpaquePointer?) {
        var correlation: UnsafeMutableRawPointer?
        var length: UInt16 = 0
        mosquitto_property_read_binary(
            properties,
            Int32(MQTT_PROP_CORRELATION_DATA.rawValue),
            &correlation,
            &length,
            false
        )
        defer { free(correlation) }
        self.deliver(
            ReceivedMessage(
                topic: String(cString: message.topic),
                payload: Array(UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))),
                isRetained: message.retain,
                correlation: correlation.map { Array(UnsafeRawBufferPointer(start: $0, count: Int(length))) },
                received: SystemClock.wallMilliseconds
            )
        )
    }
}
