import FoundationEssentials
import Rig
import TestSupport
import Testing

@Suite("The demonstration", .realPrograms, .timeLimit(.minutes(6)))
struct DemoTests {
    private struct Outcome: Decodable {
        let units: Int
        let throughGPSD: Int
        let incident: String
        let nearest: String
        let estimated: Double
        let arrived: Bool
        let actual: Double
        let recordsStored: Int

        private enum CodingKeys: String, CodingKey {
            case units, incident, nearest, arrived
            case throughGPSD = "through_gpsd"
            case estimated = "estimated_s"
            case actual = "actual_s"
            case recordsStored = "records_stored"
        }
    }

    @Test("runs by itself without a terminal, ends with one JSON line, and leaves nothing behind")
    func headless() async throws {
        let result = try await runProgramToEnd(Places.program("patrol-sim"), ["demo", "--headless", "--seed", "9"])
        #expect(result.status == 0, "\(result.errors)")
        let last = try #require(result.output.split(separator: "\n").last)
        let outcome = try JSONDecoder().decode(Outcome.self, from: Data(last.utf8))
        #expect(outcome.units == 13 && outcome.throughGPSD == 1 && outcome.arrived)
        #expect(outcome.estimated > 0 && outcome.actual > 0 && outcome.recordsStored > 13)
        #expect(outcome.nearest.hasPrefix("car-") && !outcome.incident.isEmpty)
    }

    @Test("plays in a city of one's own: its map is imported, units drive there, a call is answered")
    func ownCity() async throws {
        try await withTemporaryFolder("city") { folder in
            let program = Places.program("patrol-sim")
            let drawn = try await runProgramToEnd(program, ["city", "--seed", "5", "--output", "\(folder)/own.osm"])
            try #require(drawn.status == 0, "\(drawn.errors)")
            let played = try await runProgramToEnd(
                program,
                ["demo", "--headless", "--map", "\(folder)/own.osm", "--units", "10", "--incidents", "2"]
            )
            #expect(played.status == 0, "\(played.errors)")
            #expect(played.output.split(separator: "\n").last?.contains(#""arrived":true"#) == true, "\(played.output)")
            let missing = try await runProgramToEnd(program, ["demo", "--headless", "--map", "\(folder)/no.osm"])
            #expect(missing.status == 65 && missing.errors.contains("no.osm"), "\(missing.errors)")
        }
    }
}

@Suite("The soak, short", .realPrograms, .timeLimit(.minutes(8)))
struct SoakTests {
    @Test("seeded kills of devices, room and broker lose nothing and double nothing")
    func short() async throws {
        let result = try await runProgramToEnd(
            Places.program("patrol-sim"),
            ["soak", "--seconds", "15", "--devices", "4", "--seed", "11"]
        )
        #expect(result.status == 0, "\(result.errors)")
        let last = try #require(result.output.split(separator: "\n").last)
        #expect(last.contains("\"lost\":0,\"duplicated\":0"), "\(last)")
        #expect(!last.contains("\"records\":0") && !last.contains("\"kills\":0"), "\(last)")
    }
}
