import COSM
import Ground
import RoadMap

/// Every way from one arc into the next, with what a driver meets there.
///
/// Arcs beyond two an edge are shadows: copies of an arc for cars that came a certain way, where a restriction reaches
/// over more than one junction.
struct TurnTable {
    /// The turns of each arc.
    private(set) var turns: [[RoadTurn]]
    /// For each shadow the arc that it stands for.
    private(set) var shadows: [UInt32] = []

    private let edgeCount: Int

    /// Internal pieces of a large crossing are shorter than this, metres: a car that got in does not wait again.
    private static let shortestApproach = 40.0

    /// Lists the turns of a network, without the map's restrictions.
    init(_ draft: NetworkDraft) {
        self.edgeCount = draft.edges.count
        self.turns = Array(repeating: [], count: draft.edges.count * 2)
        var leaving = [[UInt32]](repeating: [], count: draft.vertices.count)
        for (index, edge) in draft.edges.enumerated() {
            leaving[Int(edge.from)].append(UInt32(index) * 2)
            leaving[Int(edge.to)].append(UInt32(index) * 2 + 1)
        }
        let courses = draft.edges.map { Self.courses(draft, $0) }
        for arc in 0..<UInt32(draft.edges.count * 2) {
            let edge = draft.edges[Int(arc / 2)]
            let vertex = Int(arc % 2 == 0 ? edge.to : edge.from)
            // The course at an arc's end, and at the beginning of the next.
            let arriving = arc % 2 == 0 ? courses[Int(arc / 2)].end : courses[Int(arc / 2)].start + 180
            for next in leaving[vertex] {
                let onward = draft.edges[Int(next / 2)]
                let leavingCourse = next % 2 == 0 ? courses[Int(next / 2)].start : courses[Int(next / 2)].end + 180
                var turn = (leavingCourse - arriving).truncatingRemainder(dividingBy: 360)
                if turn > 180 { turn -= 360 }
                if turn <= -180 { turn += 360 }
                var flags: UInt16 = 0
                let around = leaving[vertex]
                if next == arc ^ 1 {
                    flags |= RoadTurn.uTurn
                    // Nobody turns round on a motorway or in a roundabout.
                    if edge.roadClass.isMotorroad || edge.isRoundabout { continue }
                }
                if around.count > 2 { flags |= RoadTurn.junction }
                if draft.hasSignals[vertex], edge.metres >= Self.shortestApproach { flags |= RoadTurn.signal }
                let greatest = around.map { draft.edges[Int($0 / 2)].roadClass.rank }.min() ?? 0
                if edge.roadClass.rank > greatest { flags |= RoadTurn.yield }
                if onward.isRoundabout, !edge.isRoundabout { flags |= RoadTurn.entersRoundabout }
                if edge.access == .everybody {
                    if onward.access == .restricted { flags |= RoadTurn.entersRestricted }
                    if onward.access == .destination { flags |= RoadTurn.entersDestination }
                }
                self.turns[Int(arc)].append(
                    RoadTurn(from: arc, to: next, angle: Int16(turn.rounded()), flags: flags)
                )
            }
        }
    }

    /// The arc that an arc or shadow stands for.
    func base(_ arc: UInt32) -> UInt32 {
        Int(arc) < self.edgeCount * 2 ? arc : self.shadows[Int(arc) - self.edgeCount * 2]
    }

    /// Marks turns of an arc.
    mutating func mark(_ arc: UInt32, _ flags: UInt16, where isMeant: (_ base: UInt32) -> Bool) {
        for index in self.turns[Int(arc)].indices where isMeant(self.base(self.turns[Int(arc)][index].to)) {
            self.turns[Int(arc)][index].flags |= flags
        }
    }

    /// Returns a copy of the arc `next` that is entered from `arc` only.
    mutating func shadow(of next: UInt32, from arc: UInt32) -> UInt32? {
        guard let index = self.turns[Int(arc)].firstIndex(where: { self.base($0.to) == next }) else { return nil }
        let known = self.turns[Int(arc)][index].to
        if known != next { return known }
        let shadow = UInt32(self.edgeCount * 2 + self.shadows.count)
        self.shadows.append(next)
        self.turns.append(
            self.turns[Int(next)].map { turn in
                RoadTurn(from: shadow, to: turn.to, angle: turn.angle, flags: turn.flags)
            }
        )
        self.turns[Int(arc)][index].to = shadow
        return shadow
    }

    /// Course at an edge's first and last metres, degrees: a junction's kerbs say nothing of its roads.
    private static func courses(_ draft: NetworkDraft, _ edge: RoadEdge) -> (start: Double, end: Double) {
        let line = Array(draft.points[Int(edge.firstPoint)..<Int(edge.firstPoint + edge.pointCount)])
        guard let origin = line.first?.coordinate else { return (0, 0) }
        let plane = TangentPlane(at: origin)
        let places = line.map(plane.project)
        func course(_ places: [PlanePoint]) -> Double {
            let first = places[0]
            let ahead = places.first { first.distance(to: $0) >= 15 } ?? places[places.count - 1]
            return first == ahead ? 0 : first.course(to: ahead)
        }
        return (course(places), course(places.reversed()) + 180)
    }
}
