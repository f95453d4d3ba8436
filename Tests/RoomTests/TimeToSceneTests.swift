import Ground
import Rig
import RoadMap
import RoadSearch
import TestSupport
import Testing
import TimeToScene

@Suite("Time to scene on drawn maps")
struct DrawnMapTests {
    private func unit(
        _ map: ASCIIMap,
        _ place: Character,
        east: Double = 0,
        north: Double = 0,
        course: Double? = nil
    ) throws -> UnitPosition {
        UnitPosition(
            device: String(place),
            coordinate: try #require(map.coordinate(place, east: east, north: north)),
            course: course,
            age: 0,
            accuracy: nil
        )
    }

    /// Metres that each unit has to drive.
    private func metres(
        _ map: ASCIIMap,
        _ units: [UnitPosition],
        to scene: Coordinate?
    ) async throws -> [String: Double] {
        let scene = try #require(scene)
        return try await map.withNetwork { network in
            let estimates = try TimeToScene(network, driving: .even).rank(units, scene: scene, profile: .civil)
            return estimates.reduce(into: [:]) { $0[$1.device] = $1.journey.map { ($0.metres / 10).rounded() * 10 } }
        }
    }

    @Test("a one-way street is driven one way only")
    func oneWay() async throws {
        let map = ASCIIMap(
            """
            a-b>c-d
            | |   |
            e-f-g-h
            """
        )
        let metres = try await self.metres(
            map,
            [self.unit(map, "b", east: -20), self.unit(map, "d", east: -20)],
            to: map.coordinate("c", east: -50)
        )
        #expect(metres["b"] == Double(70))
        // d may not come through c: it goes around, d-h-g-f-b and then with the one-way.
        #expect(metres["d"] == Double(20 + 100 + 200 + 100 + 50))
    }

    @Test("a roundabout is driven around")
    func roundabout() async throws {
        // Counter-clockwise: n -> w -> s -> e -> n.
        let map = ASCIIMap(
            """
            x-n<e-y
              v ^
            z-w>s-q
            """
        )
        let metres = try await self.metres(
            map,
            [self.unit(map, "x", east: 50), self.unit(map, "y", east: -50)],
            to: map.coordinate("q", east: -50)
        )
        #expect(metres["x"] == Double(50 + 100 + 100 + 50))
        #expect(metres["y"] == Double(50 + 100 + 100 + 100 + 50))
    }

    @Test("a dead end is left the way it was entered")
    func deadEnd() async throws {
        let map = ASCIIMap(
            """
            a-b-c
              |
              d
            """
        )
        let metres = try await self.metres(map, [self.unit(map, "d", north: 20)], to: map.coordinate("c", east: -30))
        #expect(metres["d"] == Double(80 + 70))
    }

    @Test("a river is crossed at its bridge")
    func river() async throws {
        let map = ASCIIMap(
            """
            a-b-c-d-e
            |
            f-g-h-i-j
            """
        )
        let metres = try await self.metres(map, [self.unit(map, "e", east: -10)], to: map.coordinate("j", east: -10))
        #expect(metres["e"] == Double(390 + 100 + 390))
    }

    @Test(
        "what cannot be reached from everywhere is no part of the network: who stands there starts from the nearest road"
    )
    func island() async throws {
        let map = ASCIIMap(
            """
            a-b-c-d

            p-q
            """
        )
        try await map.withNetwork { network in
            #expect(network.edgeCount == 3)
            let estimates = try TimeToScene(network).rank(
                [self.unit(map, "p")],
                scene: try #require(map.coordinate("d")),
                profile: .civil
            )
            #expect(estimates[0].snapped.map { ($0 / 10).rounded() * 10 } == 100)
            #expect(estimates[0].journey != nil)
        }
    }

    @Test("a unit that drives the other way has to turn around first")
    func course() async throws {
        let map = ASCIIMap("a-b-c-d-e")
        try await map.withNetwork { network in
            let towards = try self.unit(map, "b", east: 50, course: 90)
            let away = try self.unit(map, "b", east: 50, course: 270)
            var seconds: [Double] = []
            for unit in [towards, away] {
                let estimate = try TimeToScene(network).rank(
                    [unit],
                    scene: try #require(map.coordinate("d")),
                    profile: .civil
                )[0]
                seconds.append(try #require(estimate.journey).seconds)
            }
            #expect(abs(seconds[1] - seconds[0] - DrivingModel.civil.delays.uTurn) < 0.1)
        }
    }

    @Test("a unit is taken to have gone on since it was seen, and doubt grows with the age")
    func age() async throws {
        let map = ASCIIMap("a-b-c-d-e-f-g-h-i-j-k-l-m-n-o")
        try await map.withNetwork { network in
            func journey(age: Double, speed: Double) throws -> Estimate.Journey {
                var unit = try self.unit(map, "b", course: 90)
                unit.age = age
                unit.speed = speed
                let scene = try #require(map.coordinate("n"))
                return try #require(TimeToScene(network).rank([unit], scene: scene, profile: .civil)[0].journey)
            }
            #expect(abs(try journey(age: 20, speed: 15).metres - (1_200 - 300)) < 5)
            let old = try journey(age: 120, speed: 15)
            #expect(abs(old.metres - 1_200) < 5, "too old to extrapolate")
            #expect(old.p90 > (try journey(age: 0, speed: 15).p90) + 20)
        }
    }

    @Test("a scene off the map gets a clear answer, a unit off the map is listed last")
    func offTheMap() async throws {
        let map = ASCIIMap("a-b-c")
        try await map.withNetwork { network in
            let far = try #require(Coordinate(latitude: 40, longitude: 0))
            #expect(throws: SceneError.self) { try TimeToScene(network).rank([], scene: far, profile: .civil) }
            let lost = UnitPosition(device: "0", coordinate: far, course: nil, age: 0, accuracy: nil)
            let estimates = try TimeToScene(network).rank(
                [lost, self.unit(map, "a")],
                scene: try #require(map.coordinate("c")),
                profile: .civil
            )
            #expect(estimates.map(\.device) == ["a", "0"])
            #expect(estimates[1].journey == nil && estimates[1].snapped == nil)
        }
    }

    @Test("the order does not depend on the order of the units")
    func order() async throws {
        let map = ASCIIMap("a-b-c-d-e-f")
        try await map.withNetwork { network in
            let units = try "abcdef".map { try self.unit(map, $0) }
            let scene = try #require(map.coordinate("c", east: 40))
            let expected = try TimeToScene(network).rank(units, scene: scene, profile: .siren).map(\.device)
            for _ in 0..<20 {
                #expect(
                    try TimeToScene(network).rank(units.shuffled(), scene: scene, profile: .siren).map(\.device)
                        == expected
                )
            }
        }
    }
}
