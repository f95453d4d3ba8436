/// Why a message or a topic could not be read.
public enum WireError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The topic is none of the contract's.
    case foreignTopic(String)

    /// The message is of another version than 1; `nil` when it does not say.
    case unsupported(version: Int?)

    /// The message is not what the contract says; `reason` names the key.
    case malformed(reason: String)

    /// What is wrong.
    public var description: String {
        switch self {
        case .foreignTopic(let topic): "topic '\(topic)' is not in the contract"
        case .unsupported(let version): "version \(version.map(String.init) ?? "unknown") is not spoken here, only 1"
        case .malformed(let reason): "malformed: \(reason)"
        }
    }
}
