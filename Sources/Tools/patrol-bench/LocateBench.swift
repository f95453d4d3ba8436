import ArgumentParser
import Ground
import Plan
import Zones

/// `patrol-bench locate`: how long a large plan takes to load, and a fix to be found in it.
struct LocateBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "locate",
        abstract: "Load a plan of 5,000 grids with 100,000 corners, and find places among them."
    )
    @OptionGroup var options: BenchOptions

    @Option(help: "Grids, in a square.")
    var grids: Int = 5_000

    @Option(help: "Corners of each.")
    var corners: Int = 20

    func validate() throws {
        guard (1...100_000).contains(self.grids), (4...100_000).contains(self.corners) else {
            throw ValidationError("--grids must be from 1 to 100000, --corners from 4 to 100000")
        }
    }

    func run() async throws {
        let text = Array(self.plan.utf8)
        var loads: [Double] = []
        var finds: [Double] = []
        var hits = 0
        for run in 0..<self.options.runs {
            let clock = ContinuousClock()
            let began = clock.now
            let plan = try PlanReader { ZoneFiles.zone(named: $0) }.read(text)
            loads.append((clock.now - began) / .milliseconds(1))
            var random = SplitMix64(seed: UInt64(run))
            let bounds = plan.grids.reduce(into: PlaneBounds([])) { $0.formUnion($1.area.bounds) }
            let places = (0..<100_000).map { _ in
                PlanePoint(
                    east: Double.random(in: bounds.low.east...bounds.high.east, using: &random),
                    north: Double.random(in: bounds.low.north...bounds.high.north, using: &random)
                )
            }
            let asked = clock.now
            for place in places { hits += plan.grids(at: place).count }
            finds.append((clock.now - asked) / .microseconds(1) / Double(places.count))
        }
        self.options.show([
            "grids": Double(self.grids), "vertices": Double(self.grids * self.corners), "load_ms": median(loads),
            "locate_us": median(finds), "found_share": Double(hits) / Double(100_000 * self.options.runs),
            "runs": Double(loads.count),
        ])
    }

    /// Cells of a raster, each edge broken into many.
    private var plan: String {
        let side = Int(Double(self.grids).squareRoot().rounded(.up))
        let cell = 0.003
        let perEdge = max(1, self.corners / 4)
        let features = (0..<self.grids).map { number in
            let (west, south) = (116 + Double(number % side) * cell, 39.5 + Double(number / side) * cell)
            var ring: [String] = []
            for (from, to) in [((0.0, 0.0), (1.0, 0.0)), ((1, 0), (1, 1)), ((1, 1), (0, 1)), ((0, 1), (0, 0))] {
                for step in 0..<perEdge {
                    let share = Double(step) / Double(perEdge)
                    let east = from.0 + (to.0 - from.0) * share
                    let north = from.1 + (to.1 - from.1) * share
                    ring.append("[\(west + east * cell),\(south + north * cell)]")
                }
            }
            ring.append("[\(west),\(south)]")
            return
                #"{"type":"Feature","id":"g\#(number)","properties":{"kind":"grid"},"geometry":{"type":"Polygon","coordinates":[[\#(ring.joined(separator: ","))]]}}"#
        }
        return
            #"{"type":"FeatureCollection","patrolPlan":{"id":"bench","revision":1,"crs":"WGS84","timezone":"Asia/Shanghai"},"features":[\#(features.joined(separator: ","))]}"#
    }
}
