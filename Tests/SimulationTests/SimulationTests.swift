import Ground
import Rig
import Simulation
import Testing

@Suite("The simulated town")
struct TownTests {
    @Test("is the same for the same seed, another for another")
    func deterministic() throws {
        let xml = try #require(Town(seed: 7)).openStreetMapXML
        #expect(try #require(Town(seed: 7)).openStreetMapXML == xml)
        #expect(try #require(Town(seed: 8)).openStreetMapXML != xml)
    }

    @Test("is a file that osmium reads, all references whole")
    func osmium() async throws {
        try await withTemporaryFolder("town") { folder in
            try writeFile("\(folder)/town.osm", try #require(Town(seed: 7)).openStreetMapXML)
            let refs = try await runProgramToEnd("/usr/bin/osmium", ["check-refs", "\(folder)/town.osm"])
            #expect(refs.status == 0, "\(refs.errors)")
            let converted = try await runProgramToEnd(
                "/usr/bin/osmium",
                ["cat", "\(folder)/town.osm", "-o", "\(folder)/town.osm.pbf"]
            )
            #expect(converted.status == 0, "\(converted.errors)")
        }
    }

    @Test(
        "has one-way streets, a ring, a roundabout, and a river with few bridges; all of it hangs together",
        arguments: 1...20 as ClosedRange<UInt64>
    )
    func shape(seed: UInt64) throws {
        let town = try #require(Town(seed: seed))
        #expect(town.ways.filter { $0.isOneWay && !$0.isRoundabout }.count >= 4)
        #expect(town.ways.filter(\.isRoundabout).count == 1)
        #expect(town.ways.contains { $0.highway == "primary" && $0.nodes.first == $0.nodes.last })
        let streets = Streets(town)
        let used = Set(town.ways.flatMap(\.nodes))
        #expect(streets.homes.count == used.count, "\(used.count - streets.homes.count) nodes are cut off")
        // Streets that cross the river's middle line: the bridges, and the ring on both sides.
        let middle = town.river.map(\.north).reduce(0, +) / Double(town.river.count)
        let crossings = town.ways.flatMap { zip($0.nodes, $0.nodes.dropFirst()) }.filter { a, b in
            (town.nodes[a].point.north - middle) * (town.nodes[b].point.north - middle) < 0
        }
        #expect((3...6).contains(crossings.count), "\(crossings.count) crossings")
    }
}

@Suite("The simulated car")
struct VehicleTests {
    @Test(
        "stays on streets, keeps to a car's limits, and gets where it is sent",
        arguments: 1...10 as ClosedRange<UInt64>
    )
    func drives(seed: UInt64) throws {
        let town = try #require(Town(seed: 7))
        let streets = Streets(town)
        var vehicle = try #require(Vehicle(on: streets, seed: seed))
        var last = vehicle
        for second in 0..<400 {
            if second == 60 { vehicle.respond(to: streets.homes[Int(seed) * 7 % streets.homes.count]) }
            for _ in 0..<10 {
                vehicle.drive(0.1)
                #expect(last.point.distance(to: vehicle.point) <= 30 * 0.1 + 0.01)
                #expect(vehicle.speed <= 60 / 3.6 * 1.35 + 0.01)
                last = vehicle
            }
            if case .arrived(let node) = vehicle.mission {
                #expect(vehicle.point.distance(to: streets.points[node]) < 1)
                return
            }
        }
        Issue.record("never arrived")
    }
}

@Suite("The simulated world's clock")
struct WorldClockTests {
    @Test("a busy machine does not make cars slow; after a halt of the machine they do not jump")
    func steps() {
        #expect(World.steps(of: 0.1) == [0.1])
        #expect(World.steps(of: 1.75) == [0.5, 0.5, 0.5, 0.25])
        #expect(World.steps(of: 10).reduce(0, +) == 10)
        #expect(World.steps(of: 3_600) == [0.5])
        #expect(World.steps(of: -1).isEmpty)
    }
}

@Suite("NMEA")
struct NMEATests {
    @Test("checksums are those of the standard's examples")
    func checksum() {
        #expect(NMEA.checksum("GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,") == "47")
        #expect(NMEA.checksum("GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W") == "6A")
    }

    @Test("writes place, speed and time as a receiver does")
    func sentences() throws {
        let place = try #require(Coordinate(latitude: 48.1173, longitude: -11.516_666_67))
        let moment = NMEA.Moment(time: 1_795_314_000_250, coordinate: place, speed: 10.288_88, course: 84.4)
        let lines = NMEA.cycle(moment, withSky: true).split(separator: "\r\n")
        #expect(lines[0].hasPrefix("$GNRMC,022000.25,A,4807.03800,N,01131.00000,W,20.00,84.4,221126,,,A*"))
        #expect(lines.count == 8)
    }

    @Test("says that there is no fix")
    func outage() {
        let text = NMEA.cycle(NMEA.Moment(time: 0, coordinate: nil, speed: 0, course: 0), withSky: false)
        #expect(text.hasPrefix("$GNRMC,000000.00,V,,,,,,,010170,,,N*"))
    }
}
