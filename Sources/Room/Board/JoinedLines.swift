import GroundMap

/// Lines that were in pieces: where one ends and another begins they are one.
///
/// A map's roads are cut at each junction, and of a long line most of those points need not be told.
struct JoinedLines {
    /// The lines, in the order of their first pieces.
    private(set) var lines: [[VectorTile.Point]] = []

    private let pieces: [[VectorTile.Point]]
    private var isTaken: [Bool]
    /// The pieces that begin or end at a point and have not been looked at from there: each is once, however many meet.
    private var ends: [VectorTile.Point: [Int]] = [:]

    init(of pieces: [[VectorTile.Point]]) {
        self.pieces = pieces
        self.isTaken = [Bool](repeating: false, count: pieces.count)
        for (number, piece) in pieces.enumerated() {
            // From far away a short piece is a point, and no line.
            guard let first = piece.first, let last = piece.last, piece.contains(where: { $0 != first }) else {
                self.isTaken[number] = true
                continue
            }
            self.ends[first, default: []].append(number)
            if first != last { self.ends[last, default: []].append(number) }
        }
        for number in pieces.indices where !self.isTaken[number] {
            self.isTaken[number] = true
            let forth = self.followed(pieces[number])
            self.lines.append(self.followed(forth.reversed()).reversed())
        }
    }

    /// A line with all that goes on from its end.
    private mutating func followed(_ line: [VectorTile.Point]) -> [VectorTile.Point] {
        var line = line
        while let end = line.last, let next = self.ends[end]?.popLast() {
            if self.isTaken[next] { continue }
            self.isTaken[next] = true
            let piece = self.pieces[next]
            line += (piece.first == end ? piece[...] : piece.reversed()[...]).dropFirst()
        }
        return line
    }
}
