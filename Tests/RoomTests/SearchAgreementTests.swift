import Ground
import Rig
import TestSupport
import Testing
import TimeToScene

@testable import RoadImport
@testable import RoadMap
@testable import RoadSearch

@Suite("Every fast search against a plain one", .longComputing)
struct SearchAgreementTests {
    /// Weights that no map has: most arcs anything, some closed, some free, turns likewise.
    private func randomWeights(_ network: RoadNetwork, _ random: inout SplitMix64) -> RoadWeights {
        func any(_ share: Int, upTo most: UInt32) -> UInt32 {
            switch Int.random(in: 0..<100, using: &random) {
            case ..<share: RoadWeights.closed
            case ..<(share + 5): 0
            default: .random(in: 1...most, using: &random)
            }
        }
        return RoadWeights(
            arcs: (0..<network.edgeCount * 2).map { _ in any(8, upTo: 60_000) },
            turns: (0..<network.turnCount).map { _ in any(10, upTo: 20_000) },
            turnAround: 10_000
        )
    }

    private func places(_ network: RoadNetwork, _ count: Int, _ random: inout SplitMix64) -> [SnappedPlace] {
        (0..<count).map { _ in
            SnappedPlace(
                edge: .random(in: 0..<network.edgeCount, using: &random),
                fraction: .random(in: 0...1, using: &random),
                offset: 0
            )
        }
    }

    /// Differences between the hierarchy and the plain search, and between that and the naive one.
    private func compare(
        _ network: RoadNetwork,
        _ weights: RoadWeights,
        units: Int,
        scenes: Int,
        withNaive: Bool,
        _ random: inout SplitMix64
    ) -> Int {
        let search = SceneSearch(RoadMetric(network, weights))
        let plain = PlainSearch(network, weights)
        var differences = 0
        for _ in 0..<scenes {
            let ends = self.places(network, Int.random(in: 1...3, using: &random), &random)
            let scene = Scene(ends.enumerated().map { Scene.Approach(place: $1, onFoot: UInt32($0) * 5_000) })
            let starts = self.places(network, units, &random).map {
                Start(place: $0, facesForward: [nil, true, false].randomElement(using: &random) ?? nil)
            }
            differences += zip(search.legs(from: starts, to: scene), plain.legs(from: starts, to: scene))
                .count { $0 != $1 }
            guard withNaive, let end = ends.first else { continue }
            let alone = Scene([Scene.Approach(place: end, onFoot: 0)])
            let free = starts.map { Start(place: $0.place, facesForward: nil) }
            let naive = NaiveSearch(network, weights).milliseconds(from: free.map(\.place), to: end)
            for (leg, expected) in zip(plain.legs(from: free, to: alone), naive) {
                let found = leg.isReachable ? Double(leg.milliseconds) : .infinity
                if found != expected { differences += 1 }
            }
        }
        return differences
    }

    private static let town = {
        var map = ASCIIMap(
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
        map.restrictions = [
            ASCIIMap.Restriction("no_left_turn", from: "bh", via: "h", to: "hi"),
            ASCIIMap.Restriction("only_straight_on", from: "gh", via: "h", to: "hi"),
            ASCIIMap.Restriction("no_u_turn", from: "ij", via: "jp", to: "op"),
            ASCIIMap.Restriction("no_right_turn", from: "hn", via: "no", "ou", to: "u1"),
        ]
        return map
    }()

    @Test("no difference on a drawn town with restrictions, one-way streets and closed roads, 200 random weightings")
    func drawn() async throws {
        try await Self.town.withNetwork { network in
            var random = SplitMix64(seed: 5)
            for _ in 0..<200 {
                let weights = self.randomWeights(network, &random)
                let differences = self.compare(network, weights, units: 12, scenes: 3, withNaive: true, &random)
                #expect(differences == 0)
            }
        }
    }

    @Test("no difference on 40 random maps")
    func randomMaps() async throws {
        for seed in 0..<40 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            let letters = Array("abcdefghijklmnopqrstuwxyzABCDEFGHIJKLMNOPQRSTUWXYZ")
            let drawing = (0..<5).map { row -> String in
                var line = ""
                var below = ""
                for column in 0..<8 {
                    line.append(letters[row * 8 + column])
                    line.append("---->>< ".randomElement(using: &random) ?? "-")
                    below.append("||||v^ ".randomElement(using: &random) ?? "|")
                    below.append(" ")
                }
                return line + "\n" + below
            }
            var map = ASCIIMap(drawing.joined(separator: "\n"))
            for _ in 0..<6 {
                guard let from = map.streets.randomElement(using: &random),
                    let to = map.streets.randomElement(using: &random)
                else { continue }
                let kind =
                    ["no_left_turn", "only_right_turn", "no_u_turn"].randomElement(using: &random) ?? "no_u_turn"
                map.restrictions.append(
                    ASCIIMap.Restriction(
                        kind,
                        from: "\(from.from)\(from.to)",
                        via: "\(from.to)",
                        to: "\(to.from)\(to.to)"
                    )
                )
            }
            try await map.withNetwork { network in
                var random = SplitMix64(seed: seed)
                let weights = self.randomWeights(network, &random)
                #expect(
                    self.compare(network, weights, units: 20, scenes: 4, withNaive: true, &random) == 0,
                    "seed \(seed)"
                )
            }
        }
    }

    @Test(
        "no difference on real maps, with their own weights and with random ones",
        .enabled(if: Places.hasData, Comment(rawValue: Places.noData)),
        arguments: ["monaco", "porto"]
    )
    func real(map: String) async throws {
        try await withTemporaryFolder(map) { folder in
            _ = try RoadImport.run(map: Places.data("maps/\(map).osm.pbf"), output: "\(folder)/map.roads")
            let network = try RoadNetwork(path: "\(folder)/map.roads")
            var random = SplitMix64(seed: 3)
            for model in [DrivingModel.civil, .siren] {
                let weights = RoadWeights(network, model: model, load: 0.5)
                #expect(self.compare(network, weights, units: 1_000, scenes: 5, withNaive: false, &random) == 0)
            }
            let weights = self.randomWeights(network, &random)
            #expect(self.compare(network, weights, units: 1_000, scenes: 5, withNaive: map == "monaco", &random) == 0)
        }
    }

    @Test(
        "a place at a pole, on the other side of the Earth or beside the map has no road, and the search for it ends",
        .timeLimit(.minutes(10))
    )
    func faraway() async throws {
        try await Self.town.withNetwork { network in
            for (latitude, longitude) in [
                (90.0, 0.0), (-90, 0), (90, 180), (0, 0), (41.15, 171), (89.9999, -8.6), (41.17, -8.6),
            ] {
                let place = try #require(Coordinate(latitude: latitude, longitude: longitude))
                #expect(network.snap(place, within: 1_000) == nil)
            }
        }
    }

    @Test("snapping finds what a look at every piece of road finds")
    func snapping() async throws {
        try await Self.town.withNetwork { network in
            var random = SplitMix64(seed: 11)
            for _ in 0..<500 {
                let place = try #require(
                    Self.town.coordinate(
                        "i",
                        east: .random(in: -900...900, using: &random),
                        north: .random(in: -700...700, using: &random)
                    )
                )
                let plane = TangentPlane(at: place)
                let nearest =
                    (0..<network.edgeCount).map { edge in
                        let points = network.line(ofEdge: edge).map(plane.project)
                        return zip(points, points.dropFirst())
                            .map { PlaneSegment($0, $1).distance(to: PlanePoint(east: 0, north: 0)) }.min() ?? .infinity
                    }
                    .min() ?? .infinity
                let found = network.snap(place, within: 1_000)
                #expect(abs((found?.offset ?? .infinity) - nearest) < 0.2, "at \(place)")
                let few = network.snaps(place, within: 1_000, slack: 40).places
                #expect(few.first?.offset == found?.offset)
                #expect(few.map(\.offset) == few.map(\.offset).sorted() && Set(few.map(\.edge)).count == few.count)
                #expect(few.allSatisfy { $0.offset <= nearest + 40.2 })
            }
        }
    }
}
