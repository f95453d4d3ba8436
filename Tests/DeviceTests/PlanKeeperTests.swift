import Orders
import PatrolWire
import Plan
import PlanSigning
import Testing

@Suite("Plans that come from the room")
struct PlanKeeperTests {
    private static func text(revision: Int) -> String {
        #"{"type":"FeatureCollection","patrolPlan":{"id":"p","revision":\#(revision),"crs":"WGS84","timezone":"UTC"},"#
            + #""features":[{"type":"Feature","id":"g","properties":{"kind":"grid"},"geometry":{"type":"Polygon","#
            + #""coordinates":[[[-8.61,41.15],[-8.60,41.15],[-8.60,41.16],[-8.61,41.15]]]}}]}"#
    }

    private let signer = PlanSigner(newKeyNamed: "room-1")

    private func keeper() throws -> PlanKeeper {
        let words = self.signer.publicKey.split(separator: " ").map(String.init)
        let key = try #require(Base64.decode(words[1]))
        return PlanKeeper(
            keys: [words[0]: key],
            reader: PlanReader { $0 == "UTC" ? LocalZone(name: "UTC", offset: 0) : nil }
        )
    }

    private func refusal(_ plan: SignedPlan, inForce: Int? = nil) throws -> PlanKeeper.Refusal? {
        let keeper = try self.keeper()
        do throws(PlanKeeper.Refusal) {
            _ = try keeper.open(plan, inForce: inForce)
            return nil
        } catch {
            return error
        }
    }

    @Test("one that is signed, readable and newer is taken")
    func taken() throws {
        let plan = try self.signer.sign(Self.text(revision: 3), revision: 3)
        #expect(try self.keeper().open(plan, inForce: 2).revision == 3)
        #expect(try self.keeper().open(plan, inForce: nil).revision == 3)
    }

    @Test("none other is: old, forged, of an unknown key, mislabelled, unreadable")
    func refused() throws {
        let plan = try self.signer.sign(Self.text(revision: 3), revision: 3)
        #expect(try self.refusal(plan, inForce: 3) == .old(revision: 3, inForce: 3))
        var forged = plan
        forged.plan = Self.text(revision: 3) + " "
        #expect(try self.refusal(forged) == .forged)
        forged = plan
        forged.signature = "no Base64"
        #expect(try self.refusal(forged) == .forged)
        let stranger = try PlanSigner(newKeyNamed: "elsewhere").sign(Self.text(revision: 4), revision: 4)
        #expect(try self.refusal(stranger) == .unknownKey("elsewhere"))
        let impostor = try PlanSigner(newKeyNamed: "room-1").sign(Self.text(revision: 4), revision: 4)
        #expect(try self.refusal(impostor) == .forged)
        let mislabelled = try self.signer.sign(Self.text(revision: 4), revision: 5)
        #expect(try self.refusal(mislabelled) == .mislabelled)
        let rubbish = try self.signer.sign("{", revision: 6)
        guard case .unreadable = try self.refusal(rubbish) else {
            Issue.record("rubbish was taken for a plan")
            return
        }
    }
}
