import FoundationEssentials
import Logging
import Orders
import PatrolWire
import Plan

/// Where the plan in force is kept between two starts.
struct PlanStore: Sendable {
    /// Checks plans.
    let keeper: PlanKeeper
    /// A plan that the administrator gives; it stands until the room sends a newer one.
    let file: String?
    /// The state folder.
    let folder: String

    private var kept: String { "\(self.folder)/plan.json" }

    /// The plan to begin with: the newer of the room's last one and the administrator's.
    func load(_ logger: Logger) async -> PatrolPlan? {
        let plans = [self.loadKept(logger), self.loadFile(logger)].compactMap { $0 }
        return plans.max { $0.revision < $1.revision }
    }

    /// Keeps what the room sent, as it came, so that its signature is checked again at the next start.
    func keep(_ signed: SignedPlan, _ logger: Logger) async {
        do {
            try Data(try WireCoder().encode(signed)).write(to: URL(filePath: self.kept), options: .atomic)
        } catch {
            logger.error("\(self.kept): plan not kept, it has to come again after a restart: \(error)")
        }
    }

    private func loadKept(_ logger: Logger) -> PatrolPlan? {
        guard let bytes = self.bytes(of: self.kept) else { return nil }
        do {
            return try self.keeper.open(try WireCoder().decode(SignedPlan.self, from: bytes), inForce: nil)
        } catch {
            logger.error("\(self.kept): \(error)")
            return nil
        }
    }

    private func loadFile(_ logger: Logger) -> PatrolPlan? {
        guard let file else { return nil }
        guard let bytes = self.bytes(of: file) else {
            logger.error("\(file): plan cannot be read; check 'plan.file'")
            return nil
        }
        do throws(PlanKeeper.Refusal) {
            return try self.keeper.read(bytes)
        } catch {
            logger.error("\(file): \(error)")
            return nil
        }
    }

    private func bytes(of path: String) -> [UInt8]? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do { return Array(try Data(contentsOf: URL(filePath: path))) } catch { return nil }
    }
}
