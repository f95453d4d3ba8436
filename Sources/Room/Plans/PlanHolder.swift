import FoundationEssentials
import PatrolWire
import Plan
import Program
package import RoadMap
import Threading

/// The plan in force, and how it is replaced while the room runs.
package final class PlanHolder: Sendable {
    private let files: PlanFiles?
    private let network: RoadNetwork
    private let kept: String
    private let inForce: Locked<RoomPlan?>

    /// Reads the plan of the configuration, or the newer one that replaced it while the room ran.
    ///
    /// - Parameters:
    ///   - files: The configuration's plan.
    ///   - state: Folder in which a plan is kept that was put in force over HTTP.
    ///   - network: The roads.
    /// - Throws: `ProgramFailure` that names the file and its faults.
    package init(_ files: PlanFiles?, state: String, network: RoadNetwork) throws {
        (self.files, self.network, self.kept) = (files, network, "\(state)/plan.geojson")
        guard let files else {
            self.inForce = Locked(nil)
            return
        }
        let configured = try RoomPlan(files, network: network)
        guard FileManager.default.fileExists(atPath: self.kept) else {
            self.inForce = Locked(configured)
            return
        }
        let replaced = try RoomPlan(PlanFiles(file: self.kept, key: files.key), network: network)
        self.inForce = Locked(replaced.plan.revision > configured.plan.revision ? replaced : configured)
    }

    /// The plan in force; `nil` without one.
    package var plan: RoomPlan? { self.inForce.withLock { $0 } }

    /// What the board needs of it; `nil` without one.
    package var view: PlanView? { self.plan?.view }

    /// Puts another plan in force, and keeps it over a restart.
    package func replace(with text: [UInt8]) throws(PlanRefusal) {
        guard let files else {
            throw PlanRefusal(
                isFaulty: false,
                "the room has no key to sign a plan with: give it 'plan' in its configuration"
            )
        }
        let plan: RoomPlan
        do {
            plan = try RoomPlan(text, files, network: self.network)
        } catch {
            // The file is named by the configuration and is none of the sender's business.
            throw PlanRefusal(isFaulty: true, "\(error)".replacing("\(files.file): ", with: ""))
        }
        if let old = self.plan, plan.plan.revision <= old.plan.revision {
            throw PlanRefusal(
                isFaulty: true,
                "revision \(plan.plan.revision) is not newer than \(old.plan.revision), which is in force"
            )
        }
        do {
            try Data(text).write(to: URL(filePath: self.kept), options: .atomic)
        } catch {
            throw PlanRefusal(isFaulty: false, "\(self.kept) cannot be written: the old plan stays in force")
        }
        self.inForce.withLock { $0 = plan }
    }
}
