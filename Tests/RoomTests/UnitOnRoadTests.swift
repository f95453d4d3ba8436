import Dispatching
import Ground
import Incidents
import Rig
import RoadImport
import RoadMap
import RoadSearch
import Testing

@testable import TimeToScene

@Suite("Units on the road")
struct UnitOnRoadTests {
    /// A road with two carriageways 20 m apart, the southern one eastward, joined at both ends.
    private static let divided = """
        <osm version="0.6">
        \(Self.node(1, 0, 0))\(Self.node(2, 1_000, 0))\(Self.node(3, 0, 20))\(Self.node(4, 1_000, 20))
        \(Self.way(1, [1, 2], ["oneway": "yes"]))\(Self.way(2, [4, 3], ["oneway": "yes"]))
        \(Self.way(3, [3, 1], [:]))\(Self.way(4, [2, 4], [:]))
        </osm>
        """

    private static func place(_ east: Double, _ north: Double) -> Coordinate? {
        ASCIIMap.origin.map(TangentPlane.init(at:))?.coordinate(of: PlanePoint(east: east, north: north))
    }

    private static func node(_ id: Int, _ east: Double, _ north: Double) -> String {
        guard let place = Self.place(east, north) else { return "" }
        return "<node id=\"\(id)\" version=\"1\" lat=\"\(place.latitude)\" lon=\"\(place.longitude)\"/>\n"
    }

    private static func way(_ id: Int, _ nodes: [Int], _ tags: [String: String]) -> String {
        let text = tags.merging(["highway": "primary", "maxspeed": "36"]) { a, _ in a }
            .map { "<tag k=\"\($0.key)\" v=\"\($0.value)\"/>" }.sorted().joined()
        return "<way id=\"\(id)\" version=\"1\">\(nodes.map { "<nd ref=\"\($0)\"/>" }.joined())\(text)</way>\n"
    }

    private func withDivided<R: Sendable>(_ body: (RoadNetwork) async throws -> R) async throws -> R {
        try await withTemporaryFolder("divided") { folder in
            try writeFile("\(folder)/map.osm", Self.divided)
            _ = try RoadImport.run(map: "\(folder)/map.osm", output: "\(folder)/map.roads")
            return try await body(try RoadNetwork(path: "\(folder)/map.roads"))
        }
    }

    private func unit(_ east: Double, _ north: Double, course: Double?, speed: Double? = 10) throws -> UnitPosition {
        UnitPosition(
            device: "car",
            coordinate: try #require(Self.place(east, north)),
            course: course,
            speed: speed,
            age: 0,
            accuracy: 10
        )
    }

    @Test("a car between two carriageways is on the one that it drives along")
    func course() async throws {
        try await self.withDivided { network in
            // Measured a little nearer to the wrong one.
            let east = UnitOnRoad(try self.unit(500, 11, course: 92), on: network)
            let west = UnitOnRoad(try self.unit(500, 9, course: 268), on: network)
            #expect(east.offset.map { abs($0 - 11) < 1 } == true)
            #expect(west.offset.map { abs($0 - 11) < 1 } == true)
        }
    }

    @Test("a car of which the course is not known may be on either, and its estimate says so")
    func eitherSide() async throws {
        try await self.withDivided { network in
            let estimator = TimeToScene(network, driving: .even)
            let scene = try #require(Self.place(900, 0))
            func journey(_ course: Double?) throws -> Estimate.Journey {
                let unit = try self.unit(500, 10, course: course, speed: course == nil ? 0 : 10)
                return try #require(estimator.rank([unit], scene: scene, profile: .civil)[0].journey)
            }
            let (known, unknown) = (try journey(90), try journey(nil))
            #expect(abs(known.seconds - 40) < 2)
            #expect(unknown.seconds > known.seconds && unknown.deviation > known.deviation)
        }
    }

    @Test("a scene between the carriageways is reached from both: the last metres are walked")
    func sceneInTheMiddle() async throws {
        try await self.withDivided { network in
            let estimator = TimeToScene(network, driving: .even)
            let scene = try #require(Self.place(500, 9))
            let west = UnitPosition(
                device: "w",
                coordinate: try #require(Self.place(900, 20)),
                course: 270,
                speed: 10,
                age: 0,
                accuracy: 4
            )
            let journey = try #require(estimator.rank([west], scene: scene, profile: .civil)[0].journey)
            // 400 m and a few steps over the median, instead of 900 m, round the end and back.
            #expect(abs(journey.seconds - 41) < 2)
        }
    }

    @Test("in a yard it takes longer to be on the road; who may be anywhere is less certain")
    func yard() async throws {
        let map = ASCIIMap("a-b-c-d-e")
        try await map.withNetwork { network in
            let estimator = TimeToScene(network, driving: .even)
            let scene = try #require(map.coordinate("e"))
            func journey(north: Double, age: Double, accuracy: Double?) throws -> Estimate.Journey {
                let unit = UnitPosition(
                    device: "u",
                    coordinate: try #require(map.coordinate("b", north: north)),
                    course: nil,
                    age: age,
                    accuracy: accuracy
                )
                return try #require(estimator.rank([unit], scene: scene, profile: .civil)[0].journey)
            }
            let road = try journey(north: 0, age: 0, accuracy: nil)
            #expect(abs(try journey(north: 60, age: 0, accuracy: nil).seconds - road.seconds - 15) < 1)
            #expect(try journey(north: 0, age: 60, accuracy: nil).p90 > road.p90 + 20)
            #expect(try journey(north: 0, age: 0, accuracy: 200).deviation > road.deviation + 0.05)
        }
    }

    @Test("the chances are those of the interval: nine of ten below p90, half below the median, ties are close")
    func distribution() {
        let journey = Estimate.Journey(seconds: 120, metres: 900, deviation: 0.3)
        #expect(abs(journey.chance(within: 120) - 0.5) < 1e-9)
        #expect(abs(journey.chance(within: journey.p90) - 0.9) < 1e-4)
        #expect(abs(journey.chance(within: journey.p10) - 0.1) < 1e-4)
        #expect(journey.chance(within: 0) == 0 && journey.chance(within: 60) < journey.chance(within: 180))
        let near = Estimate.Journey(seconds: 125, metres: 900, deviation: 0.3)
        let far = Estimate.Journey(seconds: 200, metres: 900, deviation: 0.3)
        #expect(Estimate.isTied(near, with: journey) && !Estimate.isTied(far, with: journey))
    }

    @Test("whatever a device reports, no estimate is negative, infinite or not a number")
    func rubbish() async throws {
        let map = ASCIIMap("a-b-c-d-e\n| | | | |\nf-g-h-i-j")
        try await map.withNetwork { network in
            let estimator = TimeToScene(network)
            var random = SplitMix64(seed: 8)
            let odd: [Double?] = [nil, 0, 1e-300, 1e300, -1e300, 359.999, 720, .infinity, .nan, 17]
            for _ in 0..<400 {
                func any() -> Double? { odd.randomElement(using: &random) ?? nil }
                let unit = UnitPosition(
                    device: "u",
                    coordinate: try #require(
                        map.coordinate("c", east: .random(in: -300...300, using: &random), north: 10)
                    ),
                    course: any(),
                    speed: any(),
                    age: any() ?? 0,
                    accuracy: any()
                )
                for profile in RoadWeights.Profile.allCases {
                    guard let scene = map.coordinate("h", east: 30) else { continue }
                    let estimate = try estimator.rank([unit], scene: scene, profile: profile)[0]
                    let journey = try #require(estimate.journey, "\(unit)")
                    for number in [journey.seconds, journey.p90, journey.metres, journey.chance(within: 60)] {
                        #expect(number.isFinite && number >= 0, "\(unit): \(journey)")
                    }
                }
            }
        }
    }

    @Test("new weights take their place while others ask, and a closed road is driven around")
    func reweighing() async throws {
        let map = ASCIIMap("a-b-c\n|   |\nd-e-f")
        try await map.withNetwork { network in
            let estimator = TimeToScene(network, driving: .even)
            let start = try #require(map.coordinate("a", east: 20))
            let scene = try #require(map.coordinate("c", east: -20))
            let unit = UnitPosition(device: "u", coordinate: start, course: nil, age: 0, accuracy: nil)
            func metres() throws -> Double {
                try #require(estimator.rank([unit], scene: scene, profile: .civil)[0].journey).metres
            }
            #expect(abs(try metres() - 160) < 2)
            let beside = try #require(map.coordinate("b", east: 30))
            let middle = try #require(network.snap(beside, within: 10))
            var closures = RoadClosures()
            closures.close(edge: middle.edge)
            let closed = closures
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for _ in 0..<20 {
                        estimator.reweigh(load: 0, closures: closed)
                        estimator.reweigh(load: 0, closures: RoadClosures())
                    }
                    estimator.reweigh(load: 0, closures: closed)
                }
                for _ in 0..<3 {
                    group.addTask {
                        for _ in 0..<300 {
                            // Open or closed, never anything between.
                            let found = try metres()
                            #expect(abs(found - 160) < 2 || found > 300)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try metres() > 300)
        }
    }
}

@Suite("Closures")
struct ClosureTests {
    @Test("a place closes its road, an area what lies in it, and both end by themselves")
    func closures() async throws {
        let map = ASCIIMap("a-b-c\n|   |\nd-e-f")
        try await map.withNetwork { network in
            func corner(_ place: Character, _ east: Double, _ north: Double) -> [Double] {
                let corner = map.coordinate(place, east: east, north: north)
                return [corner?.longitude ?? 0, corner?.latitude ?? 0]
            }
            func closure(_ places: [[Double]], slow: Double? = nil) -> Closure {
                Closure(id: "1", places: places, slow: slow, from: 0, until: 1_000, note: nil, actor: "li")
            }
            let beside = corner("b", 40, 5)
            let road = closure([beside])
            #expect(road.edges(of: network).count == 1 && road.fault == nil)
            let corners = [
                corner("a", -20, 20), corner("c", 20, 20), corner("c", 20, -20), corner("a", -20, -20),
            ]
            let area = closure(corners, slow: 3)
            #expect(area.edges(of: network).count == 4)
            #expect(RoadClosures([road, area], on: network, at: 1_000).isEmpty)
            let weights = RoadWeights(
                network,
                model: .even,
                load: 0,
                closures: RoadClosures([road, area], on: network, at: 500)
            )
            let closed = try #require(road.edges(of: network).first)
            #expect(
                weights.arcs[closed * 2] == RoadWeights.closed && weights.arcs[closed * 2 + 1] == RoadWeights.closed
            )
            let slow = try #require(area.edges(of: network).first { $0 != closed })
            #expect(abs(Int(weights.arcs[slow * 2]) - 30_000) < 100)
            #expect(closure([[200, 1]]).fault != nil && closure([]).fault != nil)
            #expect(closure([beside], slow: 0.5).fault != nil)
        }
    }
}
