import Ground

/// Lays out a ``Town``: a jittered grid, cut by a river, with a ring around it.
struct TownBuilder {
    private static let columns = 12
    private static let rows = 10
    private static let block = 190.0
    private static let margin = 260.0
    /// The river runs between these two rows.
    private static let southBank = 4
    private static let bridges = [2, 6, 10]
    private static let middleColumn = 6
    private static let middleRow = 6
    private static let roundaboutRadius = 22.0

    private(set) var nodes: [Town.Node] = []
    private(set) var ways: [Town.Way] = []
    private(set) var river: [PlanePoint] = []
    private var random: SplitMix64
    private var grid: [[Int]] = []
    private var roundabout: [Int] = []

    init(seed: UInt64) { self.random = SplitMix64(seed: seed) }

    mutating func build() {
        self.layGrid()
        self.layRoundabout()
        self.layRows()
        self.layColumns()
        self.layRing()
        self.layRiver()
    }

    private mutating func addNode(_ point: PlanePoint) -> Int {
        self.nodes.append(Town.Node(id: self.nodes.count + 1, point: point))
        return self.nodes.count - 1
    }

    private mutating func addWay(
        _ nodes: [Int],
        _ name: String,
        _ highway: String,
        _ limit: Int,
        isOneWay: Bool = false,
        isRoundabout: Bool = false
    ) {
        guard nodes.count >= 2 else { return }
        self.ways.append(
            Town.Way(
                id: 10_000 + self.ways.count,
                nodes: nodes,
                name: name,
                highway: highway,
                limit: limit,
                isOneWay: isOneWay,
                isRoundabout: isRoundabout
            )
        )
    }

    private mutating func layGrid() {
        for row in 0..<Self.rows {
            var line: [Int] = []
            for column in 0..<Self.columns {
                let isMiddle = row == Self.middleRow && column == Self.middleColumn
                let jitter = isMiddle ? 0 : 28.0
                // The banks lie apart by the width of the river and its meadows.
                let gap = row > Self.southBank ? 120.0 : 0
                let east =
                    Self.margin + Double(column) * Self.block + .random(in: -jitter...jitter, using: &self.random)
                let north =
                    Self.margin + gap + Double(row) * Self.block + .random(in: -jitter...jitter, using: &self.random)
                line.append(self.addNode(PlanePoint(east: east, north: north)))
            }
            self.grid.append(line)
        }
    }

    /// Eight nodes around the middle, driven counter-clockwise as in countries that drive on the right.
    private mutating func layRoundabout() {
        let middle = self.nodes[self.grid[Self.middleRow][Self.middleColumn]].point
        // cos and sin of 0°, 45°, 90° … without a need for a mathematics library.
        let half = 0.5.squareRoot()
        let circle = [(1.0, 0.0), (half, half), (0, 1), (-half, half), (-1, 0), (-half, -half), (0, -1), (half, -half)]
        for (east, north) in circle {
            let radius = Self.roundaboutRadius
            let point = PlanePoint(east: middle.east + east * radius, north: middle.north + north * radius)
            self.roundabout.append(self.addNode(point))
        }
        self.addWay(
            self.roundabout + [self.roundabout[0]],
            "金盏环岛",
            "secondary",
            30,
            isOneWay: true,
            isRoundabout: true
        )
    }

    /// Streets from west to east.
    private mutating func layRows() {
        for row in 0..<Self.rows {
            let isMain = row == Self.middleRow || row == 1
            let name = isMain ? "金盏\(row == 1 ? "南" : "中")路" : "\(Self.numerals[row])街"
            var run: [Int] = []
            for column in 0..<Self.columns {
                if row == Self.middleRow, column == Self.middleColumn {
                    run.append(self.roundabout[4])
                    self.flush(&run, name, isMain: isMain, isOneWay: false)
                    run = [self.roundabout[0]]
                    continue
                }
                run.append(self.grid[row][column])
                // Parks and yards break a street here and there, but never cut a one-way street off.
                if !isMain, [1, 5, 6].contains(column), Int.random(in: 0..<100, using: &self.random) < 25 {
                    self.flush(&run, name, isMain: isMain, isOneWay: false)
                    run = []
                }
            }
            self.flush(&run, name, isMain: isMain, isOneWay: false)
        }
    }

    /// Streets from south to north; few of them cross the river.
    private mutating func layColumns() {
        for column in 0..<Self.columns {
            let isMain = column == Self.middleColumn
            // Neighbouring streets one-way against each other.
            let isOneWay = [3, 4, 8, 9].contains(column)
            let name = isMain ? "金盏大道" : "\(Self.numerals[column])巷"
            var runs: [[Int]] = [[]]
            for row in 0..<Self.rows {
                if isMain, row == Self.middleRow {
                    runs[runs.count - 1].append(self.roundabout[6])
                    runs.append([self.roundabout[2]])
                } else {
                    runs[runs.count - 1].append(self.grid[row][column])
                }
                if row == Self.southBank, !Self.bridges.contains(column) { runs.append([]) }
            }
            for var run in runs {
                if isOneWay, column % 2 == 0 { run.reverse() }
                self.flush(&run, name, isMain: isMain, isOneWay: isOneWay)
            }
        }
    }

    private mutating func flush(_ run: inout [Int], _ name: String, isMain: Bool, isOneWay: Bool) {
        if isMain {
            self.addWay(run, name, "secondary", 50)
        } else {
            self.addWay(run, name, isOneWay ? "tertiary" : "residential", isOneWay ? 40 : 30, isOneWay: isOneWay)
        }
        run = []
    }

    /// A fast road around the town, joined to it where main streets end.
    private mutating func layRing() {
        let north = Self.margin * 2 + 120 + Double(Self.rows - 1) * Self.block
        let east = Self.margin * 2 + Double(Self.columns - 1) * Self.block
        func point(_ east: Double, _ north: Double) -> PlanePoint { PlanePoint(east: east, north: north) }
        func northing(of node: Int) -> Double { self.nodes[node].point.north }
        func easting(of node: Int) -> Double { self.nodes[node].point.east }
        let (west, last) = (0, Self.columns - 1)
        let rowsJoined = [1, Self.middleRow, Self.rows - 1]
        let columnsJoined = [2, Self.middleColumn, 10]

        let southSide = columnsJoined.map { (point(easting(of: self.grid[0][$0]), 0), self.grid[0][$0]) }
        let eastSide = rowsJoined.map { (point(east, northing(of: self.grid[$0][last])), self.grid[$0][last]) }
        let northSide = columnsJoined.map {
            (point(easting(of: self.grid[Self.rows - 1][$0]), north), self.grid[Self.rows - 1][$0])
        }
        let westSide = rowsJoined.map { (point(0, northing(of: self.grid[$0][west])), self.grid[$0][west]) }
        var corners = [point(0, 0), point(east, 0), point(east, north), point(0, north)].makeIterator()
        var ring: [Int] = []
        for side in [southSide, eastSide, Array(northSide.reversed()), Array(westSide.reversed())] {
            if let corner = corners.next() { ring.append(self.addNode(corner)) }
            for (place, gridNode) in side {
                let junction = self.addNode(place)
                ring.append(junction)
                self.addWay([gridNode, junction], "连接路", "tertiary", 40)
            }
        }
        self.addWay(ring + [ring[0]], "金盏环路", "primary", 60)
    }

    private mutating func layRiver() {
        let north = Self.margin + (Double(Self.southBank) + 0.5) * Self.block + 60
        for step in 0...24 {
            let east = Double(step) / 24 * (Self.margin * 2 + Double(Self.columns - 1) * Self.block)
            self.river.append(PlanePoint(east: east, north: north + .random(in: -18...18, using: &self.random)))
        }
    }

    private static let numerals = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"]
}
