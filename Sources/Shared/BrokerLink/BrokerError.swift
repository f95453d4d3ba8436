import CMosquitto
import Glibc
import SystemErrors

/// Why the broker did not take a message, or cannot be talked to.
package enum BrokerError: Error, Sendable, Hashable {
    /// There is no connection now.
    case notConnected(broker: String)

    /// The broker could not be reached, or the connection broke.
    case unreachable(broker: String, reason: String)

    /// The broker answered and refused: credentials, topic, subscription.
    case refused(broker: String, reason: String)

    /// A certificate or key cannot be used.
    case credentials(path: String, reason: String)

    /// The message can never be sent as it is.
    case invalidMessage(topic: String, reason: String)

    /// libmosquitto returned a code that has no meaning here.
    case library(code: Int32, reason: String)

    /// Sorts a `MOSQ_ERR_*` code; `nil` for success.
    init?(code: Int32, broker: String, topic: String = "") {
        let reason = String(cString: mosquitto_strerror(code))
        switch mosq_err_t(code) {
        case MOSQ_ERR_SUCCESS:
            return nil
        case MOSQ_ERR_NO_CONN, MOSQ_ERR_CONN_LOST, MOSQ_ERR_EAI, MOSQ_ERR_ERRNO, MOSQ_ERR_KEEPALIVE, MOSQ_ERR_LOOKUP:
            let system = mosq_err_t(code) == MOSQ_ERR_ERRNO ? SystemError.last.description : reason
            self = .unreachable(broker: broker, reason: system)
        case MOSQ_ERR_CONN_REFUSED, MOSQ_ERR_AUTH, MOSQ_ERR_ACL_DENIED, MOSQ_ERR_TLS:
            self = .refused(broker: broker, reason: reason)
        case MOSQ_ERR_INVAL, MOSQ_ERR_PAYLOAD_SIZE, MOSQ_ERR_MALFORMED_UTF8, MOSQ_ERR_OVERSIZE_PACKET,
            MOSQ_ERR_QOS_NOT_SUPPORTED, MOSQ_ERR_RETAIN_NOT_SUPPORTED:
            self = .invalidMessage(topic: topic, reason: reason)
        default:
            self = .library(code: code, reason: reason)
        }
    }
}

extension BrokerError: CustomStringConvertible {
    /// What happened, and to what.
    package var description: String {
        switch self {
        case .notConnected(let broker): "no connection to broker \(broker)"
        case .unreachable(let broker, let reason): "broker \(broker) cannot be reached: \(reason)"
        case .refused(let broker, let reason): "broker \(broker) refused: \(reason)"
        case .credentials(let path, let reason): "\(path): \(reason)"
        case .invalidMessage(let topic, let reason): "message for '\(topic)' cannot be sent: \(reason)"
        case .library(let code, let reason): "libmosquitto error \(code): \(reason)"
        }
    }

    /// What to do next.
    package var recovery: String {
        switch self {
        case .notConnected, .unreachable: "what is to be sent waits; trying on"
        case .refused: "check the certificate and the broker's access list; trying on, in case that is mended"
        case .credentials: "put a readable PEM file there; trying on, in case that is mended"
        case .invalidMessage: "a fault of the program: please report it"
        case .library: "please report the code and the minute of log before it"
        }
    }
}
