import COpenSSL
package import PatrolWire
package import Plan

/// Decides whether a plan that came is put in force: signed by a known key, readable, and newer than what is.
package struct PlanKeeper: Sendable {
    /// Why a plan is not put in force.
    package enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        /// No key of that name is configured.
        case unknownKey(String)
        /// The signature does not fit.
        case forged
        /// It is no newer.
        case old(revision: Int, inForce: Int)
        /// The plan itself says another revision than the message.
        case mislabelled
        /// It cannot be read.
        case unreadable(PlanError)

        /// What is wrong and what to do.
        package var description: String {
            switch self {
            case .unknownKey(let name): "signed with key '\(name)', which 'plan.keys' does not name"
            case .forged: "its signature does not fit: it is not the command room's"
            case .old(let revision, let inForce): "revision \(revision) is not newer than \(inForce), which is in force"
            case .mislabelled: "the message and the plan in it name different revisions"
            case .unreadable(let error): "\(error)"
            }
        }
    }

    private let keys: [String: [UInt8]]
    private let reader: PlanReader

    /// Creates a keeper.
    ///
    /// - Parameters:
    ///   - keys: Ed25519 public keys, 32 bytes each, by name.
    ///   - reader: Reads plans.
    package init(keys: [String: [UInt8]], reader: PlanReader) { (self.keys, self.reader) = (keys, reader) }

    /// Checks a plan that came from the room.
    package func open(_ signed: SignedPlan, inForce: Int?) throws(Refusal) -> PatrolPlan {
        if let inForce, signed.revision <= inForce { throw .old(revision: signed.revision, inForce: inForce) }
        guard let key = self.keys[signed.key] else { throw .unknownKey(signed.key) }
        let text = Array(signed.plan.utf8)
        guard let signature = Base64.decode(signed.signature), signature.count == 64, key.count == 32,
            copenssl_ed25519_verify(key, text, text.count, signature)
        else { throw .forged }
        let plan = try self.read(text)
        guard plan.revision == signed.revision else { throw .mislabelled }
        return plan
    }

    /// Reads a plan that needs no signature: a file that only the administrator can write.
    package func read(_ bytes: [UInt8]) throws(Refusal) -> PatrolPlan {
        do throws(PlanError) { return try self.reader.read(bytes) } catch { throw .unreadable(error) }
    }
}
