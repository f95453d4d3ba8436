import ArgumentParser
import Glibc
import Program
import Rig
import RoadMap
import RoadSearch
import TimeToScene

/// `patrol-bench roads`: what a map costs: to import, to open, to weigh anew, to sweep.
struct RoadsBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roads",
        abstract: "Import a map, open it, put new weights in while others ask, and find what 100 units reach."
    )
    @OptionGroup var options: BenchOptions

    @Option(help: "The map: .osm.pbf, .osm, .osm.gz or .osm.bz2.")
    var map: String

    @Option(help: "Recorded trips whose places the units are at.")
    var trips: String?

    func run() async throws {
        try await withTemporaryFolder("bench-roads") { folder in
            let file = "\(folder)/map.roads"
            let clock = ContinuousClock()
            var (imports, opens): ([Double], [Double]) = ([], [])
            for _ in 0..<self.options.runs {
                let began = clock.now
                let result = try await runProgramToEnd(
                    try sibling("command-room"),
                    ["roads", "import", self.map, "--output", file]
                )
                guard result.status == 0 else { throw ProgramFailure(.data, result.errors) }
                imports.append((clock.now - began) / .seconds(1))
            }
            for _ in 0..<self.options.runs {
                let began = clock.now
                _ = try RoadNetwork(path: file)
                opens.append((clock.now - began) / .milliseconds(1))
            }
            var options = try MapOptions.parse(["--roads", file])
            options.trips = self.trips
            let network = try RoadNetwork(path: file)
            let before = residentMegabytes()
            let estimator = TimeToScene(network, profiles: [.civil])
            let units = try options.places(on: network, count: 100).enumerated().map { number, place in
                UnitOnRoad(
                    UnitPosition(device: "unit-\(number)", coordinate: place, course: nil, age: 0, accuracy: nil),
                    on: network
                )
            }
            guard let roads = estimator.roads(.civil), let reach = Reach(network, roads) else { return }
            let memory = residentMegabytes()
            var (weighings, sweeps): ([Double], [Double]) = ([], [])
            for run in 0..<self.options.runs {
                let began = clock.now
                estimator.reweigh(load: Double(run) / Double(self.options.runs), closures: RoadClosures())
                weighings.append((clock.now - began) / .milliseconds(1))
                let swept = clock.now
                _ = reach.report(units, within: [60, 180, 300])
                sweeps.append((clock.now - swept) / .milliseconds(1))
            }
            let name = self.map.split(separator: "/").last.map { String($0.prefix { $0 != "." }) } ?? self.map
            self.options.show(
                text: ["map": name],
                [
                    "import_s": median(imports), "open_ms": median(opens), "reweigh_ms": median(weighings),
                    "reach_100_ms": median(sweeps), "opened_mb": memory - before,
                    "process_mb": memory,
                ]
            )
        }
    }
}

/// Resident memory of this process, MB; 0 when the kernel does not say.
private func residentMegabytes() -> Double {
    let pages = readFile("/proc/self/statm").split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0
    return pages * Double(sysconf(CInt(_SC_PAGESIZE))) / 1_048_576
}
