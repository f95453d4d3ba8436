import FoundationEssentials
import Ground
package import PatrolWire
package import Plan
import PlanSigning
import Program
package import RoadMap
import TimeToScene
import Zones

/// The room's patrol plan: signed for the devices, drawn for the board, asked by roll calls.
package struct RoomPlan: Sendable {
    /// The plan.
    package let plan: PatrolPlan
    /// The message for the devices.
    package let signed: [UInt8]
    /// What the board needs.
    package let view: PlanView

    private let responsible: [String: Set<String>]

    /// Reads the plan and its key.
    ///
    /// - Throws: `ProgramFailure` that names the file and its faults.
    package init(_ configuration: PlanFiles, network: RoadNetwork) throws {
        try self.init(try Self.read(configuration.file), configuration, network: network)
    }

    /// Reads a plan that is not in its file yet.
    ///
    /// - Throws: `ProgramFailure` that names its faults.
    package init(_ bytes: [UInt8], _ configuration: PlanFiles, network: RoadNetwork) throws {
        let text = String(decoding: bytes, as: UTF8.self)
        let plan: PatrolPlan
        do throws(PlanError) {
            plan = try PlanReader { ZoneFiles.zone(named: $0) }.read(Array(text.utf8))
        } catch {
            throw ProgramFailure(.data, "\(configuration.file): \(error)")
        }
        guard let signer = PlanSigner(keyFile: String(decoding: try Self.read(configuration.key), as: UTF8.self)) else {
            throw ProgramFailure(.data, "\(configuration.key): is no key of 'patrolctl plan keygen'")
        }
        self.plan = plan
        self.signed = try WireCoder().encode(try signer.sign(text, revision: plan.revision))
        let areas = Reach.Areas(network, count: plan.grids.count) { plan.grids(at: plan.plane.project($0)).last }
        self.view = PlanView(plan: plan, geoJSON: try Self.drawn(text, of: plan), areas: areas)
        var responsible: [String: Set<String>] = [:]
        for grid in plan.grids {
            for name in grid.responsible { responsible[name, default: []].insert(grid.id) }
        }
        self.responsible = responsible
    }

    /// Whether a record shows its unit in a grid that it answers for, or in any when none is its own.
    package func isInside(_ record: Record) -> Bool? {
        guard let latitude = record.latitude, let longitude = record.longitude,
            let place = Coordinate(latitude: latitude, longitude: longitude)
        else { return nil }
        let grids = Set(self.plan.grids(at: self.plan.plane.project(place)).map { self.plan.grids[$0].id })
        guard let own = self.responsible[record.unit] ?? self.responsible[record.device] else {
            return self.plan.grids.isEmpty ? nil : !grids.isEmpty
        }
        return !own.isDisjoint(with: grids)
    }

    private static func read(_ path: String) throws -> [UInt8] {
        do {
            return Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw ProgramFailure(.unavailable, "\(path): cannot be read; check 'plan' in the configuration")
        }
    }

    /// The document as the page draws it: in WGS 84, whatever it was drawn in.
    private static func drawn(_ text: String, of plan: PatrolPlan) throws -> [UInt8] {
        guard plan.wasConverted else { return Array(text.utf8) }
        let document = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        return Array(try encoder.encode(Self.converted(document)))
    }

    private static func converted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let items):
            if items.count >= 2, let longitude = Self.number(items[0]), let latitude = Self.number(items[1]),
                let place = Coordinate(latitude: latitude, longitude: longitude)
            {
                let place = GCJ02.decode(place)
                return .array([.double(place.longitude), .double(place.latitude)])
            }
            return .array(items.map(Self.converted))
        case .object(let members): return .object(members.mapValues(Self.converted))
        default: return value
        }
    }

    private static func number(_ value: JSONValue) -> Double? {
        switch value {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }
}
