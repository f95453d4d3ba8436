import Ground

/// The nearest roads found so far, one place each, nearest first.
package struct NearestRoads: Sendable {
    private static let most = 4

    private struct Item: Sendable {
        var square = Double.infinity
        var share = 0.0
        var east = 0.0
        var north = 0.0
        var edge: UInt32 = 0
        var begins: UInt16 = 0
        var ends: UInt16 = 0
        var use: RoadUse = []
    }

    private let limit: Double
    private let slack: Double
    private var found = InlineArray<4, Item>(repeating: Item())
    /// How many there are.
    package private(set) var count = 0
    /// Squared, what is of no interest any more.
    private var bound: Double
    /// Beyond this, metres, nothing is of interest.
    package private(set) var reach: Double

    package init(limit: Double, slack: Double) {
        (self.limit, self.slack) = (limit, slack)
        (self.bound, self.reach) = (limit * limit, limit)
    }

    /// Looks at one more straight piece of road.
    @inline(__always)
    package mutating func look(at segment: CellSegment, from place: FixedPoint, _ scale: (east: Double, north: Double))
    {
        let ax = Double(segment.from.longitude &- place.longitude) * scale.east
        let ay = Double(segment.from.latitude &- place.latitude) * scale.north
        let Δx = Double(segment.to.longitude &- segment.from.longitude) * scale.east
        let Δy = Double(segment.to.latitude &- segment.from.latitude) * scale.north
        let square = Δx * Δx + Δy * Δy
        let along = -(ax * Δx + ay * Δy)
        let distance: Double
        if along > 0, along < square {
            // Beside it: most pieces are told to be too far without a division.
            let across = ax * Δy - ay * Δx
            guard across * across <= self.bound * square else { return }
            distance = across * across / square
        } else {
            let (x, y) = along <= 0 ? (ax, ay) : (ax + Δx, ay + Δy)
            distance = x * x + y * y
        }
        guard distance <= self.bound else { return }
        let share = square > 0 ? max(0, min(1, along / square)) : 0
        self.take(
            Item(
                square: distance,
                share: share,
                east: Δx,
                north: Δy,
                edge: segment.edge,
                begins: segment.begins,
                ends: segment.ends,
                use: segment.use
            )
        )
    }

    private mutating func take(_ new: Item) {
        var place = self.count
        for index in 0..<self.count where self.found[index].edge == new.edge {
            guard new.square < self.found[index].square else { return }
            // It moves up: what was found of this road before makes room.
            for later in index..<self.count - 1 { self.found[later] = self.found[later + 1] }
            self.count -= 1
            place = self.count
            break
        }
        // Of two equally near the one with the lower number goes first: the answer hangs on nothing else.
        while place > 0, (new.square, new.edge) < (self.found[place - 1].square, self.found[place - 1].edge) {
            place -= 1
        }
        guard place < Self.most else { return }
        for index in stride(from: min(self.count, Self.most - 1), to: place, by: -1) {
            self.found[index] = self.found[index - 1]
        }
        self.found[place] = new
        self.count = min(self.count + 1, Self.most)
        self.reach = min(self.limit, self.found[0].square.squareRoot() + self.slack)
        // The root's square may be a little less than the number itself, which would lose the nearest.
        self.bound = max(self.found[0].square, self.reach * self.reach)
    }

    /// Takes away what turned out to be too far once a nearer one was found.
    package mutating func settle() {
        while self.count > 0, self.found[self.count - 1].square > self.bound { self.count -= 1 }
    }

    /// One of the places.
    package subscript(index: Int) -> SnappedPlace {
        let item = self.found[index]
        let (begins, ends) = (Double(item.begins), Double(item.ends))
        return SnappedPlace(
            edge: Int(item.edge),
            fraction: (begins + (ends - begins) * item.share) / 65_535,
            offset: item.square.squareRoot(),
            east: item.east,
            north: item.north,
            use: item.use
        )
    }

    /// All of them.
    package var places: [SnappedPlace] { (0..<self.count).map { self[$0] } }
}

/// The cells of the grid around a place, in rings.
struct CellWindow {
    private let rows: Int
    private let columns: Int
    private let row: Int
    private let column: Int
    private let height: Double
    private let width: Double
    /// Where in its own cell the place is, metres from the south-west corner.
    private let fromSouth: Double
    private let fromWest: Double

    init(_ summary: RoadFile.Summary, around place: FixedPoint, _ scale: (east: Double, north: Double)) {
        (self.rows, self.columns) = (Int(summary.rows), Int(summary.columns))
        // Rows and columns may lie outside: the rings then reach in.
        let south = Int(place.latitude) - Int(summary.south)
        let west = Int(place.longitude) - Int(summary.west)
        self.row = south.floorDivided(by: Int(summary.cellHeight))
        self.column = west.floorDivided(by: Int(summary.cellWidth))
        self.height = Double(summary.cellHeight) * scale.north
        self.width = max(0.001, Double(summary.cellWidth) * scale.east)
        self.fromSouth = Double(south - self.row * Int(summary.cellHeight)) * scale.north
        self.fromWest = Double(west - self.column * Int(summary.cellWidth)) * scale.east
    }

    /// How far away the cells of a ring are at least, metres.
    func distance(toRing ring: Int) -> Double {
        let toEdge = min(self.fromSouth, self.height - self.fromSouth, self.fromWest, self.width - self.fromWest)
        return toEdge + Double(ring - 1) * min(self.width, self.height)
    }

    /// Calls `body` with each cell of a ring and how far away it is at least, metres.
    @inline(__always)
    func forEach(inRing ring: Int, _ body: (_ cell: Int, _ distance: Double) -> Void) {
        func visit(_ up: Int, _ right: Int) {
            let (row, column) = (self.row + up, self.column + right)
            guard row >= 0, row < self.rows, column >= 0, column < self.columns else { return }
            let north = Self.gap(up, size: self.height, inside: self.fromSouth)
            let east = Self.gap(right, size: self.width, inside: self.fromWest)
            body(row * self.columns + column, (north * north + east * east).squareRoot())
        }
        guard ring > 0 else { return visit(0, 0) }
        for offset in -ring...ring {
            visit(-ring, offset)
            visit(ring, offset)
        }
        for offset in (-ring + 1)..<ring {
            visit(offset, -ring)
            visit(offset, ring)
        }
    }

    private static func gap(_ steps: Int, size: Double, inside: Double) -> Double {
        if steps == 0 { return 0 }
        return steps > 0 ? Double(steps) * size - inside : Double(-steps - 1) * size + inside
    }
}

extension Int {
    fileprivate func floorDivided(by divisor: Int) -> Int {
        let quotient = self / divisor
        return self % divisor != 0 && (self < 0) != (divisor < 0) ? quotient - 1 : quotient
    }
}
