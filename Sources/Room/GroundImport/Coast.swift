/// The sea, out of pieces of coastline: they run with the land to their left and the water to their right.
struct Coast {
    private var pieces: [[MapPoint]] = []

    /// Whether there is none.
    var isEmpty: Bool { self.pieces.isEmpty }

    /// Takes a piece.
    mutating func add(_ line: [MapPoint]) { if line.count > 1 { self.pieces.append(line) } }

    /// The sea within a box: rings that run clockwise as they are seen, and islands the other way round; empty without a
    /// coast, and where a piece of it ends within the box: nobody knows then which side is which.
    func sea(in box: GroundBox) -> [[MapPoint]] {
        var (islands, open): ([[MapPoint]], [[MapPoint]]) = ([], [])
        for line in self.joined() {
            let isClosed = line.first == line.last
            let parts = box.clip(line: line)
            if isClosed, parts.count == 1, parts[0].count == line.count {
                islands.append(Array(line.dropLast()))
            } else {
                open += isClosed ? Self.withoutSeam(parts) : parts
            }
        }
        guard !open.isEmpty else {
            // Islands alone: all around them is the sea. A coast around water only is a lake's, and that is an area.
            guard islands.contains(where: { doubledArea($0) < 0 }) else { return [] }
            return [Self.corners(of: box)] + islands
        }
        let border = Border(box)
        open = open.map(border.reaching)
        guard open.allSatisfy({ border.place(of: $0[0]) != nil && border.place(of: $0[$0.count - 1]) != nil }) else {
            return []
        }
        return Self.close(open, along: border) + islands
    }

    /// Pieces that meet are one line.
    private func joined() -> [[MapPoint]] {
        var starting: [MapPoint: Int] = [:]
        for (index, piece) in self.pieces.enumerated() { starting[piece[0]] = index }
        var isUsed = [Bool](repeating: false, count: self.pieces.count)
        let ends = Set(self.pieces.map { $0[$0.count - 1] })
        // Those that nothing leads to come first; what is left are circles.
        let order = self.pieces.indices.filter { !ends.contains(self.pieces[$0][0]) } + Array(self.pieces.indices)
        var lines: [[MapPoint]] = []
        for first in order where !isUsed[first] {
            var line = self.pieces[first]
            isUsed[first] = true
            while let last = line.last, last != line[0], let next = starting[last], !isUsed[next] {
                isUsed[next] = true
                line += self.pieces[next].dropFirst()
            }
            lines.append(line)
        }
        return lines
    }

    /// A circle that the box has cut: its first and last parts are one where the circle began within the box.
    private static func withoutSeam(_ parts: [[MapPoint]]) -> [[MapPoint]] {
        guard parts.count > 1, let first = parts.first, let last = parts.last, last.last == first.first else {
            return parts
        }
        return [last + first.dropFirst()] + parts.dropFirst().dropLast()
    }

    private static func corners(of box: GroundBox) -> [MapPoint] {
        [
            box.low, MapPoint(x: box.high.x, y: box.low.y), box.high, MapPoint(x: box.low.x, y: box.high.y),
        ]
    }

    /// Closes lines to rings: from the end of each clockwise along the border to the beginning of the next.
    private static func close(_ lines: [[MapPoint]], along border: Border) -> [[MapPoint]] {
        let begins = lines.map { border.place(of: $0[0]) ?? 0 }
        let ends = lines.map { border.place(of: $0[$0.count - 1]) ?? 0 }
        var isUsed = [Bool](repeating: false, count: lines.count)
        var rings: [[MapPoint]] = []
        for first in lines.indices where !isUsed[first] {
            var ring: [MapPoint] = []
            var at = first
            repeat {
                isUsed[at] = true
                ring += lines[at]
                // The next beginning clockwise from here; its own, when no other comes before it.
                let from = ends[at]
                let next = begins.indices.min { border.far(from, begins[$0]) < border.far(from, begins[$1]) } ?? first
                ring += border.corners(from, begins[next])
                at = next
            } while at != first && !isUsed[at]
            rings.append(ring)
        }
        return rings
    }
}

/// The border of a box as one line: 0…4 clockwise as it is seen, a unit each side, from its upper left corner.
private struct Border {
    private let box: GroundBox

    init(_ box: GroundBox) { self.box = box }

    private var width: Double { self.box.high.x - self.box.low.x }
    private var height: Double { self.box.high.y - self.box.low.y }

    /// Where on the border a point lies; `nil` for one that does not.
    func place(of point: MapPoint) -> Double? {
        let slack = 1e-12
        if abs(point.y - self.box.low.y) < slack { return (point.x - self.box.low.x) / self.width }
        if abs(point.x - self.box.high.x) < slack { return 1 + (point.y - self.box.low.y) / self.height }
        if abs(point.y - self.box.high.y) < slack { return 2 + (self.box.high.x - point.x) / self.width }
        if abs(point.x - self.box.low.x) < slack { return 3 + (self.box.high.y - point.y) / self.height }
        return nil
    }

    /// A line that goes on to the border where it ends shortly before it: whoever cut the map out left the last step away.
    func reaching(_ line: [MapPoint]) -> [MapPoint] {
        guard let first = line.first, let last = line.last else { return line }
        return (self.nearby(first).map { [$0] } ?? []) + line + (self.nearby(last).map { [$0] } ?? [])
    }

    /// The point of the border next to one that lies shortly before it; `nil` for any other.
    private func nearby(_ point: MapPoint) -> MapPoint? {
        guard self.place(of: point) == nil else { return nil }
        let sides = [
            (point.x - self.box.low.x, MapPoint(x: self.box.low.x, y: point.y)),
            (self.box.high.x - point.x, MapPoint(x: self.box.high.x, y: point.y)),
            (point.y - self.box.low.y, MapPoint(x: point.x, y: self.box.low.y)),
            (self.box.high.y - point.y, MapPoint(x: point.x, y: self.box.high.y)),
        ]
        let nearest = sides.min { $0.0 < $1.0 }
        return nearest.flatMap { $0.0 >= 0 && $0.0 < Self.missing * min(self.width, self.height) ? $0.1 : nil }
    }

    /// So much of the box's width may be missing of a line.
    private static let missing = 0.005

    /// How far it is clockwise from one place to another.
    func far(_ from: Double, _ to: Double) -> Double { to >= from ? to - from : to - from + 4 }

    /// The corners between two places, clockwise.
    func corners(_ from: Double, _ to: Double) -> [MapPoint] {
        let all = [
            self.box.low, MapPoint(x: self.box.high.x, y: self.box.low.y), self.box.high,
            MapPoint(x: self.box.low.x, y: self.box.high.y),
        ]
        let end = from + self.far(from, to)
        return stride(from: from.rounded(.down) + 1, through: end, by: 1).filter { $0 > from && $0 < end }
            .map { all[Int($0) % 4] }
    }
}
