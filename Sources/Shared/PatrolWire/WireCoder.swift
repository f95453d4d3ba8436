import FoundationEssentials

/// A message of the contract; its bytes also carry `"v":1`, which ``WireCoder`` writes and checks.
public protocol WireMessage: Sendable, Codable {
    /// Returns what breaks the contract although each key could be read; `nil` when all is well.
    var violation: String? { get }
}

extension WireMessage {
    /// Most messages have no rule beyond the types of their keys.
    public var violation: String? { nil }
}

/// Turns messages into bytes and back; the only place that knows that the bytes are JSON.
public struct WireCoder: Sendable {
    /// The version that this module speaks.
    public static let version = 1

    /// Creates a coder.
    public init() {}

    /// Returns the bytes of a message, keys sorted, so that equal messages give equal bytes.
    ///
    /// - Throws: ``WireError/malformed(reason:)`` when the message breaks the contract.
    public func encode(_ message: some WireMessage) throws(WireError) -> [UInt8] {
        if let violation = message.violation { throw .malformed(reason: violation) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(Versioned(message: message)))
        } catch {
            throw .malformed(reason: "\(error)")
        }
    }

    /// Reads a message.
    ///
    /// Keys that this version does not know are ignored.
    ///
    /// - Throws: ``WireError/unsupported(version:)`` before any other key is looked at, so that another
    ///   version is never called malformed; ``WireError/malformed(reason:)`` for the rest.
    public func decode<Message: WireMessage>(
        _ type: Message.Type = Message.self,
        from bytes: [UInt8]
    ) throws(WireError) -> Message {
        let message: Message
        do {
            message = try JSONDecoder().decode(Versioned<Message>.self, from: Data(bytes)).message
        } catch let error as WireError {
            throw error
        } catch let error as DecodingError {
            throw .malformed(reason: Self.describe(error))
        } catch {
            throw .malformed(reason: "\(error)")
        }
        if let violation = message.violation { throw .malformed(reason: violation) }
        return message
    }

    private static func describe(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            path.isEmpty ? "message" : "'" + path.map(\.stringValue).joined(separator: ".") + "'"
        }
        switch error {
        case .keyNotFound(let key, let context):
            return "\(place(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default:
            return "\(error)"
        }
    }
}

/// Adds `v` to a message's own keys.
struct Versioned<Message: WireMessage>: Codable {
    let message: Message

    private enum Key: String, CodingKey { case v }

    init(message: Message) { self.message = message }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        // A version that is no number is another version, too.
        let version = try? container.decode(Int.self, forKey: .v)
        guard version == WireCoder.version else { throw WireError.unsupported(version: version) }
        self.message = try Message(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(WireCoder.version, forKey: .v)
        try self.message.encode(to: encoder)
    }
}
