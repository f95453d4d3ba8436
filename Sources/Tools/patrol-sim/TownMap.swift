import Ground
import Simulation

/// The town in braille dots, 28 metres each, with units as their numbers and the scene as a cross.
struct TownMap {
    static let columns = 48
    private static let rows = 22
    private static let metresPerDot = 28.0

    private var dots: [[UInt8]]
    private var marks: [[String?]]
    private let town: Town

    init(_ frame: Screen.Frame) {
        self.town = frame.town
        self.dots = Array(repeating: Array(repeating: 0, count: Self.columns), count: Self.rows)
        self.marks = Array(repeating: Array(repeating: nil, count: Self.columns), count: Self.rows)
        for way in self.town.ways {
            for (a, b) in zip(way.nodes, way.nodes.dropFirst()) {
                self.draw(from: self.town.nodes[a].point, to: self.town.nodes[b].point)
            }
        }
        for row in frame.rows {
            guard let place = row.place else { continue }
            let style = row.device == frame.responding ? "1;30;43" : "1;36"
            self.mark(self.town.plane.project(place), "\u{1B}[\(style)m\(row.device.suffix(2))\u{1B}[0m", width: 2)
        }
        if let scene = frame.scene { self.mark(self.town.plane.project(scene), "\u{1B}[1;31m✖\u{1B}[0m", width: 1) }
    }

    /// One text a row, all equally wide on the screen.
    var lines: [String] {
        (0..<Self.rows).map { row in
            var line = ""
            var column = 0
            while column < Self.columns {
                if let mark = self.marks[row][column] {
                    line += mark
                    column += mark.contains("✖") ? 1 : 2
                    continue
                }
                let scalar = Unicode.Scalar(0x2800 + UInt32(self.dots[row][column])).map(Character.init) ?? " "
                line += "\u{1B}[2m\(scalar)\u{1B}[0m"
                column += 1
            }
            return line
        }
    }

    private mutating func draw(from a: PlanePoint, to b: PlanePoint) {
        let steps = max(1, Int(a.distance(to: b) / Self.metresPerDot * 2))
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            let (x, y) = Self.dot(
                PlanePoint(east: a.east + (b.east - a.east) * share, north: a.north + (b.north - a.north) * share)
            )
            guard (0..<Self.columns * 2).contains(x), (0..<Self.rows * 4).contains(y) else { continue }
            // Unicode's braille patterns count dots down the left column, then the right, the lowest row last.
            let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
            self.dots[y / 4][x / 2] |= bits[y % 4][x % 2]
        }
    }

    private mutating func mark(_ point: PlanePoint, _ text: String, width: Int) {
        let (x, y) = Self.dot(point)
        let (row, column) = (y / 4, min(x / 2, Self.columns - width))
        guard (0..<Self.rows).contains(row), column >= 0 else { return }
        // Two units in one place: the first is shown, and no mark is cut in half.
        guard self.marks[row][column] == nil, column == 0 || self.marks[row][column - 1]?.contains("✖") ?? true else {
            return
        }
        if width == 2, self.marks[row][column + 1] != nil { return }
        self.marks[row][column] = text
    }

    private static func dot(_ point: PlanePoint) -> (x: Int, y: Int) {
        (Int(point.east / Self.metresPerDot), Self.rows * 4 - 1 - Int(point.north / Self.metresPerDot))
    }
}
