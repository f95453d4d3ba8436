import Ground
import Rig
import Testing
import TimeToScene

@testable import RoadImport
@testable import RoadMap
@testable import RoadSearch

@Suite("Rules of the road")
struct NetworkRuleTests {
    /// Seconds from a place to another under a model that costs nothing but what the test sets; `nil` without a way.
    private func seconds(
        _ map: ASCIIMap,
        _ from: Character,
        east: Double = 0,
        north: Double = 0,
        course: Double,
        to scene: Character,
        sceneEast: Double = 0,
        sceneNorth: Double = 0,
        siren: Bool = false,
        _ change: (inout DrivingModel) -> Void = { _ in }
    ) async throws -> Double? {
        var model = DrivingModel.even
        model.delays.uTurn = 1_000
        model.licence = siren ? DrivingModel.siren.licence : model.licence
        change(&model)
        let place = try #require(map.coordinate(from, east: east, north: north))
        let end = try #require(map.coordinate(scene, east: sceneEast, north: sceneNorth))
        return try await map.withNetwork { [model] network in
            let weights = RoadWeights(network, model: model, load: 0)
            let start = try #require(network.snap(place, within: 50))
            let heading = angle(between: course, and: start.course) <= 90
            let scene = Scene([Scene.Approach(place: try #require(network.snap(end, within: 50)), onFoot: 0)])
            let leg = PlainSearch(network, weights).legs(from: [Start(place: start, facesForward: heading)], to: scene)[
                0
            ]
            return leg.isReachable ? (Double(leg.milliseconds) / 100).rounded() / 10 : nil
        }
    }

    private static let square = ASCIIMap(
        """
        a-b-c
        | | |
        d-e-f
        | | |
        g-h-i
        """
    )

    @Test("a forbidden turn is driven around, and only that turn")
    func noLeftTurn() async throws {
        var map = Self.square
        // From h north to e: left is d, right is f.
        map.restrictions = [ASCIIMap.Restriction("no_left_turn", from: "eh", via: "e", to: "de")]
        let free = try await self.seconds(Self.square, "h", north: 50, course: 0, to: "d", sceneEast: 20)
        #expect(free == 13)
        let banned = try await self.seconds(map, "h", north: 50, course: 0, to: "d", sceneEast: 20)
        // e, b, a, d and back a little: 50 + 100 + 100 + 100 + 20.
        #expect(banned == 37)
        #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "f", sceneEast: -20) == 13)
        #expect(try await self.seconds(map, "b", north: -50, course: 180, to: "d", sceneEast: 20) == 13)
    }

    @Test("where only one turn is allowed the others are not")
    func onlyStraightOn() async throws {
        var map = Self.square
        map.restrictions = [ASCIIMap.Restriction("only_straight_on", from: "eh", via: "e", to: "be")]
        #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "b", sceneNorth: -20) == 13)
        #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "f", sceneEast: -20) == 37)
    }

    @Test("a restriction that does not hold for motor cars holds for nobody here, a conditional one neither")
    func exceptions() async throws {
        for more in [["except": "bus;motorcar"], ["restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"]] {
            var map = Self.square
            let kind = more["except"] == nil ? "" : "no_left_turn"
            map.restrictions = [ASCIIMap.Restriction(kind, from: "eh", via: "e", to: "de", more: more)]
            #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "d", sceneEast: 20) == 13)
        }
    }

    @Test("a restriction except for emergency vehicles does not hold for a siren")
    func exceptEmergency() async throws {
        var map = Self.square
        let more = ["except": "emergency"]
        map.restrictions = [ASCIIMap.Restriction("no_left_turn", from: "eh", via: "e", to: "de", more: more)]
        #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "d", sceneEast: 20) == 37)
        #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "d", sceneEast: 20, siren: true) == 13)
    }

    @Test("a restriction over a road in between binds who came that way, and nobody else")
    func viaWay() async throws {
        var map = Self.square
        // From g east to h, north to e, then not back west to d.
        map.restrictions = [ASCIIMap.Restriction("no_u_turn", from: "gh", via: "eh", to: "de")]
        let direct = try await self.seconds(map, "g", east: 50, course: 90, to: "d", sceneEast: 50)
        // Not h, e, d (5 + 10 + 5 s): on to i, f, e and then d is 5 + 10 + 10 + 10 + 5; over b, a likewise longer.
        #expect(direct == 40)
        #expect(try await self.seconds(Self.square, "g", east: 50, course: 90, to: "d", sceneEast: 50) == 20)
        #expect(try await self.seconds(map, "i", east: -50, course: 270, to: "d", sceneEast: 50) == 20)
        #expect(try await self.seconds(map, "g", east: 50, course: 90, to: "f", sceneEast: -50) == 20)
    }

    @Test("lights cost once a junction, however many the map has there")
    func signals() async throws {
        var map = ASCIIMap("a-b-c-d-e")
        map.placeTags = ["c": ["highway": "traffic_signals"]]
        func drive(_ map: ASCIIMap) async throws -> Double? {
            try await self.seconds(map, "a", east: 50, course: 90, to: "e", sceneEast: -50) { model in
                model.delays.signal = DrivingModel.Range(12, 12)
            }
        }
        #expect(try await drive(ASCIIMap("a-b-c-d-e")) == 30)
        #expect(try await drive(map) == 42)
        // The same junction with the lights of its crossing on foot beside it, as the map may have it.
        let near = Waits.counted(
            [(.signals(.both), 80), (.crossing, 85)],
            length: 100,
            hasSignals: (from: false, to: true)
        )
        #expect(near == [.crossing])
        let alone = Waits.counted([(.signals(.forward), 50)], length: 100, hasSignals: (from: false, to: false))
        #expect(alone == [.signals(.forward)])
    }

    @Test("bumps, gates, crossings and signs cost what the table says; a bollard lets nobody past")
    func obstacles() async throws {
        for (tags, cost) in [
            (["traffic_calming": "bump"], 2.0), (["barrier": "gate"], 15), (["highway": "crossing"], 3),
            (["highway": "stop"], 4), (["highway": "crossing", "crossing": "no"], 0),
        ] {
            var map = ASCIIMap("a-b-c-d-e")
            map.placeTags = ["c": tags]
            // One street from a to e, so that c lies within it.
            let xml = map.openStreetMapXML
            let whole = try await withTemporaryFolder("obstacle") { folder -> UInt32 in
                let ways = #"<way id="9" version="1">"# + (1...5).map { "<nd ref=\"\($0)\"/>" }.joined()
                let street = ways + #"<tag k="highway" v="residential"/></way>"#
                let nodes = xml.split(separator: "\n").filter { $0.hasPrefix("<node") }.joined(separator: "\n")
                try writeFile("\(folder)/map.osm", "<osm version=\"0.6\">\n\(nodes)\n\(street)\n</osm>\n")
                _ = try RoadImport.run(map: "\(folder)/map.osm", output: "\(folder)/map.roads")
                let network = try RoadNetwork(path: "\(folder)/map.roads")
                var model = DrivingModel.even
                model.delays.calming = 2
                model.delays.gate = 15
                model.delays.crossing = DrivingModel.Range(3, 3)
                model.delays.sign = DrivingModel.Range(4, 4)
                return RoadWeights(network, model: model, load: 0).arcs[0]
            }
            #expect(abs(Double(whole) / 1_000 - 40 - cost) < 0.1, "\(tags)")
        }
        var map = Self.square
        map.placeTags = ["b": ["barrier": "bollard"]]
        #expect(try await self.seconds(map, "a", east: 50, course: 90, to: "c", sceneEast: -50) == 1_050)
    }

    @Test("corners, the oncoming traffic, a greater road and a roundabout cost what the table says")
    func turns() async throws {
        let corner: (inout DrivingModel) -> Void = { $0.delays.corner = 4 }
        #expect(try await self.seconds(Self.square, "h", north: 50, course: 0, to: "b", sceneNorth: -50, corner) == 10)
        #expect(try await self.seconds(Self.square, "h", north: 50, course: 0, to: "f", sceneEast: -50, corner) == 14)
        let across: (inout DrivingModel) -> Void = { $0.delays.across = DrivingModel.Range(6, 6) }
        #expect(try await self.seconds(Self.square, "h", north: 50, course: 0, to: "d", sceneEast: 50, across) == 16)
        #expect(try await self.seconds(Self.square, "h", north: 50, course: 0, to: "f", sceneEast: -50, across) == 10)
        var map = Self.square
        for street in ["de", "ef"] { map.streetTags[street] = ["highway": "primary"] }
        let yield: (inout DrivingModel) -> Void = { $0.delays.yield = DrivingModel.Range(5, 5) }
        #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "b", sceneNorth: -50, yield) == 15)
        #expect(try await self.seconds(map, "d", east: 50, course: 90, to: "f", sceneEast: -50, yield) == 10)
    }

    @Test("nobody drives through a private road or a yard to save a little, and everybody gets into it")
    func access() async throws {
        for access in ["private", "destination"] {
            var map = Self.square
            map.streetTags["de"] = ["access": access]
            let gate: (inout DrivingModel) -> Void = { model in
                (model.delays.restricted, model.delays.destination) = (60, 60)
            }
            #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "d", sceneNorth: 20, gate) == 33)
            #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "d", sceneEast: 50, gate) == 70)
            #expect(try await self.seconds(map, "d", east: 50, course: 90, to: "f", sceneEast: -50, gate) == 10)
        }
    }

    @Test("a path for emergency vehicles and a road for buses are open to a siren and to nobody else")
    func emergency() async throws {
        for tags in [
            ["highway": "footway", "emergency": "yes"], ["highway": "busway"],
            ["highway": "service", "access": "no", "psv": "yes"],
        ] {
            var map = Self.square
            map.streetTags["be"] = tags
            #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "b", sceneEast: 20, siren: true) == 17)
            #expect(try await self.seconds(map, "h", north: 50, course: 0, to: "b", sceneEast: 20) == 33)
        }
    }

    @Test("against a one-way street and over a forbidden turn only who has the licence, at its price")
    func licence() async throws {
        let map = ASCIIMap(
            """
            a-b<c-d
            |     |
            e-f-g-h
            """
        )
        let lawful = try await self.seconds(map, "b", east: -50, course: 90, to: "c", sceneEast: 50)
        #expect((lawful ?? 1_000) > 60)
        let brave = try await self.seconds(map, "b", east: -50, course: 90, to: "c", sceneEast: 50) { model in
            model.licence.wrongWay = 18
        }
        #expect(brave == 30)
        var banned = Self.square
        banned.restrictions = [ASCIIMap.Restriction("no_left_turn", from: "eh", via: "e", to: "de")]
        let turned = try await self.seconds(banned, "h", north: 50, course: 0, to: "d", sceneEast: 20) { model in
            model.licence.bannedTurn = 7
        }
        #expect(turned == 20)
    }

    @Test("the limit caps the speed, the surface too, and where the map is silent town and country differ")
    func speeds() async throws {
        func seconds(_ tags: [String: String]) async throws -> Double? {
            var map = ASCIIMap("a-b-c-d-e-f")
            map.tags = tags
            return try await self.seconds(map, "b", course: 90, to: "e") { model in
                model.speeds = DrivingModel.civil.speeds
            }
        }
        #expect(try await seconds(["highway": "tertiary", "maxspeed": "20"]) == 54)
        #expect(try await seconds(["highway": "tertiary", "maxspeed": "10 mph"]) == 67.5)
        #expect(try await seconds(["highway": "primary", "surface": "sett"]) == 36)
        #expect(try await seconds(["highway": "primary", "surface": "gravel"]) == 54)
        // No other streets around: out of town.
        #expect(try await seconds(["highway": "primary"]) == 13.8)
    }
}
