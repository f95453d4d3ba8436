import COSM
import RoadMap

/// The map's restrictions of turns, put into the table of turns.
///
/// Source of the meanings: the OpenStreetMap wiki, *Relation:restriction*. What holds at certain hours only
/// (`restriction:conditional`) is left out: a ban that does not hold now would send a car around.
struct TurnRestrictions {
    /// Restrictions that were understood and put in.
    private(set) var applied = 0
    /// Restrictions about roads that are not in the network, or that make no sense.
    private(set) var ignored = 0

    /// More pieces than this no restriction reaches over.
    private static let longestVia = 12

    /// Puts all restrictions of a map into a table.
    mutating func apply(_ map: borrowing OSMMap, to table: inout TurnTable, of draft: NetworkDraft) {
        var vertexOfNode: [Int64: UInt32] = [:]
        if !map.restrictions.isEmpty {
            for (vertex, node) in draft.nodes.enumerated() {
                vertexOfNode[map.nodes[Int(node)].id] = UInt32(vertex)
            }
        }
        let arcsOfWay = Self.arcsOfWay(map, draft)
        for restriction in map.restrictions {
            let tags = map.tags(of: restriction)
            guard let kind = tags.first(of: ["restriction:motorcar", "restriction:motor_vehicle", "restriction"]),
                kind.hasPrefix("no_") || kind.hasPrefix("only_")
            else {
                self.ignored += 1
                continue
            }
            let exempt = tags["except"]?.split(separator: ";").map { String($0.filter { $0 != " " }) } ?? []
            // A police car is a motor car that takes no passengers: exceptions for buses and taxis do not help it.
            if exempt.contains(where: { ["motorcar", "motor_vehicle", "vehicle"].contains($0) }) { continue }
            let rule = Rule(
                isOnly: kind.hasPrefix("only_"),
                isUTurn: kind == "no_u_turn",
                flags: RoadTurn.banned | (exempt.contains("emergency") ? RoadTurn.emergencyExempt : 0)
            )
            let from = map.members(of: restriction, role: "from").filter(\.isWay).flatMap { arcsOfWay[$0.id] ?? [] }
            let to = map.members(of: restriction, role: "to").filter(\.isWay).flatMap { arcsOfWay[$0.id] ?? [] }
            let via = map.members(of: restriction, role: "via")
            let isApplied: Bool
            if let node = via.first, !node.isWay, via.count == 1, let vertex = vertexOfNode[node.id] {
                isApplied = Self.apply(rule, from, at: vertex, to, &table, draft)
            } else if !via.isEmpty, via.allSatisfy(\.isWay) {
                let arcs = via.flatMap { arcsOfWay[$0.id] ?? [] }
                isApplied = Self.apply(rule, from, over: Set(arcs), Set(to), &table)
            } else {
                isApplied = false
            }
            if isApplied { self.applied += 1 } else { self.ignored += 1 }
        }
    }

    private struct Rule {
        let isOnly: Bool
        let isUTurn: Bool
        let flags: UInt16
    }

    private static func arcsOfWay(_ map: borrowing OSMMap, _ draft: NetworkDraft) -> [Int64: [UInt32]] {
        var arcs: [Int64: [UInt32]] = [:]
        for restriction in map.restrictions {
            for role in ["from", "via", "to"] {
                for member in map.members(of: restriction, role: role) where member.isWay { arcs[member.id] = [] }
            }
        }
        guard !arcs.isEmpty else { return [:] }
        for (index, edge) in draft.edges.enumerated() where arcs[edge.way] != nil {
            arcs[edge.way]?.append(UInt32(index) * 2)
            arcs[edge.way]?.append(UInt32(index) * 2 + 1)
        }
        return arcs
    }

    private static func apply(
        _ rule: Rule,
        _ from: [UInt32],
        at vertex: UInt32,
        _ to: [UInt32],
        _ table: inout TurnTable,
        _ draft: NetworkDraft
    ) -> Bool {
        func head(_ arc: UInt32) -> UInt32 {
            arc % 2 == 0 ? draft.edges[Int(arc / 2)].to : draft.edges[Int(arc / 2)].from
        }
        let arriving = from.filter { head($0) == vertex }
        let leaving = Set(to.filter { head($0 ^ 1) == vertex })
        guard !arriving.isEmpty, !leaving.isEmpty else { return false }
        for arc in arriving {
            table.mark(arc, rule.flags) { next in
                guard !rule.isOnly else { return !leaving.contains(next) }
                // A ban to turn round says nothing of going straight on along the same way.
                return leaving.contains(next) && (!rule.isUTurn || next == arc ^ 1 || !leaving.contains(arc ^ 1))
            }
        }
        return true
    }

    private static func apply(
        _ rule: Rule,
        _ from: [UInt32],
        over via: Set<UInt32>,
        _ to: Set<UInt32>,
        _ table: inout TurnTable
    ) -> Bool {
        var isApplied = false
        for start in from {
            guard let path = Self.path(from: start, over: via, to, table) else { continue }
            var arc = start
            var isWhole = true
            for next in path.dropLast() {
                guard let shadow = table.shadow(of: next, from: arc) else {
                    isWhole = false
                    break
                }
                // "Only" binds at each junction on the way.
                if rule.isOnly { table.mark(arc, rule.flags) { $0 != next } }
                arc = shadow
            }
            guard isWhole, let last = path.last else { continue }
            table.mark(arc, rule.flags) { rule.isOnly ? $0 != last : $0 == last }
            isApplied = true
        }
        return isApplied
    }

    /// The shortest run of arcs over the `via` ways, behind `start`, that ends with one of `to`.
    private static func path(
        from start: UInt32,
        over via: Set<UInt32>,
        _ to: Set<UInt32>,
        _ table: TurnTable
    ) -> [UInt32]? {
        var paths: [[UInt32]] = [[]]
        for _ in 0..<Self.longestVia {
            var longer: [[UInt32]] = []
            for path in paths {
                let last = path.last ?? start
                for turn in table.turns[Int(last)] {
                    let next = table.base(turn.to)
                    if !path.isEmpty, to.contains(next), next != last ^ 1 { return path + [next] }
                    if via.contains(next), !path.contains(next), next != last ^ 1 { longer.append(path + [next]) }
                }
            }
            guard !longer.isEmpty, longer.count < 1_000 else { return nil }
            paths = longer
        }
        return nil
    }
}
