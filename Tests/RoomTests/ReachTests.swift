import Ground
import Rig
import RoadMap
import RoadSearch
import TestSupport
import Testing

@testable import TimeToScene

@Suite("Reach")
struct ReachTests {
    private func unit(
        _ map: ASCIIMap,
        _ place: Character,
        _ name: String? = nil,
        east: Double = 0
    ) throws -> UnitPosition {
        UnitPosition(
            device: name ?? String(place),
            coordinate: try #require(map.coordinate(place, east: east, north: 0)),
            course: nil,
            age: 0,
            accuracy: nil
        )
    }

    @Test("on a straight street the reach is what is driven in the time, both ways")
    func street() async throws {
        let map = ASCIIMap("a-b-c-d-e-f-g-h-i-j-k")
        try await map.withNetwork { network in
            let reach = try #require(Reach.even(network))
            // Ten metres a second, both ways.
            let report = reach.report([try self.unit(map, "f")].placed(on: network), within: [10, 30, 1_000])
            #expect(report.levels.map { ($0.metres / 10).rounded() * 10 } == [200, 600, 1_000])
            #expect(abs(report.levels[2].share - 1) < 1e-9 && report.blind.isEmpty)
            let short = reach.report([try self.unit(map, "f")].placed(on: network), within: [30])
            #expect(abs(short.blind.reduce(0) { $0 + $1.metres } - 400) < 10)
        }
    }

    @Test("a one-way street is reached only in its direction; who is off the map is named")
    func oneWay() async throws {
        let map = ASCIIMap(
            """
            a>b>c
            ^   v
            f<e<d
            """
        )
        try await map.withNetwork { network in
            let far = try #require(Coordinate(latitude: 40, longitude: 0))
            let lost = UnitPosition(device: "lost", coordinate: far, course: nil, age: 0, accuracy: nil)
            let report = try #require(Reach.even(network)).report(
                [try self.unit(map, "b"), lost].placed(on: network),
                within: [20]
            )
            #expect(abs(report.levels[0].metres - 200) < 2 && report.offRoad == ["lost"])
        }
    }

    @Test("two at one place are worth one, and neither is missed; of two apart each is missed for its own side")
    func onlyBy() async throws {
        let map = ASCIIMap("a-b-c-d-e-f-g-h-i-j-k")
        try await map.withNetwork { network in
            let reach = try #require(Reach.even(network))
            let twins = reach.report(
                [try self.unit(map, "f", "1"), try self.unit(map, "f", "2")].placed(on: network),
                within: [20]
            )
            #expect(twins.levels[0].onlyBy.isEmpty)
            let apart = reach.report(
                [try self.unit(map, "a"), try self.unit(map, "k")].placed(on: network),
                within: [20]
            )
            #expect(abs((apart.levels[0].onlyBy["a"] ?? 0) - 200) < 2)
        }
    }

    @Test("each grid has the share of its own road; one without roads has none")
    func grids() async throws {
        let map = ASCIIMap("a-b-c-d-e-f-g-h-i-j-k")
        try await map.withNetwork { network in
            // West of the middle, east of it, and one that lies nowhere near.
            let middle = try #require(map.coordinate("f")).longitude
            let areas = Reach.Areas(network, count: 3) { $0.longitude < middle ? 0 : 1 }
            let reach = try #require(Reach.even(network))
            let report = reach.report([try self.unit(map, "b")].placed(on: network), within: [20, 60], areas: areas)
            let shares = report.levels.map { level in level.areas.map { $0.map { ($0 * 100).rounded() / 100 } } }
            // Ten metres a second: 100 m to the west end and 200 m east; then all of the west, and 200 m beyond the middle.
            #expect(shares == [[0.6, 0, nil], [1, 0.4, nil]])
        }
    }

    private func compare(_ network: RoadNetwork, units count: Int, seed: UInt64, around box: [Coordinate]) throws {
        var random = SplitMix64(seed: seed)
        let units = try (0..<count).map { number in
            let place = Coordinate(
                latitude: .random(in: box[0].latitude...box[1].latitude, using: &random),
                longitude: .random(in: box[0].longitude...box[1].longitude, using: &random)
            )
            return UnitPosition(
                device: "\(number)",
                coordinate: try #require(place),
                course: nil,
                age: 0,
                accuracy: nil
            )
        }
        let reach = try #require(Reach.even(network))
        let report = reach.report(units.placed(on: network), within: [20, 45])
        let weights = RoadWeights(network, model: .even, load: 0)
        let naive = NaiveSearch(network, weights)
        let starts = units.compactMap { network.snap($0.coordinate, within: TimeToScene.farthestRoad) }
        let parts = 8
        var reached = [0.0, 0.0]
        for index in 0..<network.edgeCount {
            let length = network.edge(index).metres / Double(parts)
            for part in 0..<parts {
                let place = SnappedPlace(edge: index, fraction: (Double(part) + 0.5) / Double(parts), offset: 0)
                let soonest =
                    naive.milliseconds(from: starts, to: place).min() ?? .infinity
                for (level, limit) in [20_000.0, 45_000].enumerated() where soonest <= limit {
                    reached[level] += length
                }
            }
        }
        for (level, metres) in zip(report.levels, reached) {
            #expect(
                abs(level.metres - metres) < report.metres * 0.03,
                "seed \(seed): \(level.metres) instead of \(metres)"
            )
        }
        // What is only reached by one is what is gone without it.
        for unit in units {
            let without = reach.report(units.filter { $0.device != unit.device }.placed(on: network), within: [20, 45])
            for (all, fewer) in zip(report.levels, without.levels) {
                #expect(abs(all.metres - fewer.metres - (all.onlyBy[unit.device] ?? 0)) < 1, "seed \(seed)")
            }
        }
        #expect(
            reach.report(units.shuffled(using: &random).placed(on: network), within: [20, 45]).levels == report.levels
        )
    }

    @Test("agrees with a naive search on drawn maps, and with itself when each unit is taken away")
    func drawn() async throws {
        let map = ASCIIMap(
            """
            a-b-c>d-e-f
            | v | ^ | |
            g-h-i-j-k-l
              |   |
            m-n>o>p-q-r
            | ^ | v | |
            s-t<u-1-w-x
            """
        )
        try await map.withNetwork { network in
            let box = [try #require(map.coordinate("s")), try #require(map.coordinate("f"))]
            for seed in 0..<6 as Range<UInt64> { try self.compare(network, units: 3, seed: seed, around: box) }
        }
    }
}
