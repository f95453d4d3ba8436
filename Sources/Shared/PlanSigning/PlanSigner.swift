import Crypto
import FoundationEssentials
package import PatrolWire

/// Signs patrol plans with Ed25519, so that devices know whose they are.
package struct PlanSigner: Sendable {
    private let name: String
    private let key: Curve25519.Signing.PrivateKey

    /// Makes a new key.
    ///
    /// - Parameter name: What devices call it.
    package init(newKeyNamed name: String) { (self.name, self.key) = (name, Curve25519.Signing.PrivateKey()) }

    /// Reads a key file's text, `NAME BASE64`; `nil` when it is none.
    package init?(keyFile text: String) {
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count == 2, let bytes = Base64.decode(words[1]) else { return nil }
        do {
            self.key = try Curve25519.Signing.PrivateKey(rawRepresentation: bytes)
        } catch {
            return nil
        }
        self.name = words[0]
    }

    /// The text of the key file.
    package var keyFile: String { "\(self.name) \(Base64.encode(Array(self.key.rawRepresentation)))\n" }

    /// What devices need to know: `NAME BASE64` of the public half.
    package var publicKey: String { "\(self.name) \(Base64.encode(Array(self.key.publicKey.rawRepresentation)))" }

    /// Signs a plan's text.
    package func sign(_ plan: String, revision: Int) throws -> SignedPlan {
        SignedPlan(
            revision: revision,
            key: self.name,
            signature: Base64.encode(Array(try self.key.signature(for: Data(plan.utf8)))),
            plan: plan
        )
    }
}
