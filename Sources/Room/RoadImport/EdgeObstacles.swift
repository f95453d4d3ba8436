import RoadMap

extension RoadEdge {
    /// Counts what stands on one of its inner nodes.
    mutating func count(_ kind: NodeRules.Kind) {
        func add(_ facing: NodeRules.Facing, to count: inout UInt8) {
            if facing != .backward, count & 0xF < 15 { count += 1 }
            if facing != .forward, count >> 4 < 15 { count += 16 }
        }
        switch kind {
        case .nothing, .blocked: break
        case .signals(let facing): add(facing, to: &self.signals)
        case .sign(let facing): add(facing, to: &self.signs)
        case .crossing: self.crossings = min(255, self.crossings + 1)
        case .calming: if self.obstacles & 0xF < 15 { self.obstacles += 1 }
        case .gate: if self.obstacles >> 4 < 15 { self.obstacles += 16 }
        }
    }
}
