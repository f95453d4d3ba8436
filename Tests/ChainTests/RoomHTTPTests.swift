import Rig
import TestSupport
import Testing

@Suite("The room's HTTP interface", .serialized, .realPrograms, .timeLimit(.minutes(5)))
struct RoomHTTPTests {
    private struct Problem: Decodable {
        let type: String
        let title: String
        let status: Int
        let detail: String
        let instance: String
    }

    private struct Incident: Decodable {
        let id: String
        let lat: Double
        let by: String
    }

    private struct Incidents: Decodable {
        let incidents: [Incident]
    }

    private struct Candidates: Decodable {
        struct Unit: Decodable {
            let device: String
            let seconds: Double?
            let p90: Double?
            let metres: Double?
        }

        let incident: String
        let units: [Unit]
    }

    @Test("the board's page asks at once for every module that it is made of, and for no other", .chain(.room))
    func modules() async throws {
        let room = try Chain.current.room
        let html = try await room.ask("GET", "/").text
        let asked = html.matches(of: /(?:rel="modulepreload" href|type="module" async src)="([^"]+)"/).map {
            String($0.1)
        }
        var (wanted, waiting): (Set<String>, [String]) = ([], ["board/board.js"])
        while let module = waiting.popLast() {
            let folder = module.split(separator: "/").dropLast().map(String.init)
            let text = try await room.ask("GET", "/\(module)").text
            for match in text.matches(of: /from "(\.[^"]+)"/) {
                var path = folder
                for part in match.1.split(separator: "/") where part != "." {
                    if part == ".." { path.removeLast() } else { path.append(String(part)) }
                }
                let found = path.joined(separator: "/")
                if wanted.insert(found).inserted { waiting.append(found) }
            }
        }
        #expect(wanted.count > 20 && Set(asked) == wanted && asked.count == wanted.count)
    }

    @Test("a newer plan is put in force over HTTP and survives a restart; an older or faulty one is refused")
    func plan() async throws {
        func text(_ revision: Int) -> String {
            #"{"type":"FeatureCollection","patrolPlan":{"id":"p","revision":\#(revision),"crs":"WGS84","#
                + #""timezone":"Asia/Shanghai"},"features":[{"type":"Feature","id":"post","properties":{"kind":"post","#
                + #""name":"gate \#(revision)","category":"station"},"#
                + #""geometry":{"type":"Point","coordinates":[116.5553,40.0201]}}]}"#
        }
        try await Chain.with { chain in
            let key = "\(chain.folder)/plan.key"
            _ = try await runProgramToEnd(
                Places.program("patrolctl"),
                ["plan", "keygen", "--name", "station", "--output", key]
            )
            try writeFile("\(chain.folder)/plan.geojson", text(4))
            let path = "\(chain.folder)/command-room.yaml"
            try writeFile(path, readFile(path) + "plan: { file: \(chain.folder)/plan.geojson, key: \(key) }\n")
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    #expect(try await chain.room.ask("PUT", "/api/v1/plan", body: text(5)).status == 200)
                    #expect(try await chain.room.ask("PUT", "/api/v1/plan", body: text(5)).status == 422)
                    let wrong = try await chain.room.ask("PUT", "/api/v1/plan", body: #"{"type":"Feature"}"#)
                    #expect(wrong.status == 422 && !wrong.text.contains(chain.folder))
                }
                try await chain.withRoom { _ in
                    let plan = try await chain.room.ask("GET", "/api/v1/plan")
                    #expect(plan.text.contains("gate 5"))
                    let places = try await chain.room.ask("GET", "/api/v1/places?q=gate")
                    #expect(places.text.contains("gate 5"))
                }
            }
        }
    }

    @Test("a time that is none is refused in one sentence", arguments: ["-9223372036854775808", "-1", "soon", "1e9"])
    func wrongTime(text: String) async throws {
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    let answer = try await chain.room.ask("GET", "/api/v1/reports/heatmap?to=\(text)")
                    #expect(answer.status == 400 && answer.text.contains("ms since 1970"))
                }
            }
        }
    }

    @Test("an incident is entered, found again, and its candidates ranked", .chain(.broker, .room))
    func incident() async throws {
        let chain = try Chain.current
        let created = try await chain.room.ask(
            "POST",
            "/api/v1/incidents",
            body: #"{"lat":40.0201,"lon":116.5553,"note":"x"}"#
        )
        #expect(created.status == 201)
        let incident = try created.decode(Incident.self)
        #expect(created.head.lowercased().contains("location: /api/v1/incidents/\(incident.id)"))
        #expect(
            try await chain.room.ask("GET", "/api/v1/incidents").decode(Incidents.self).incidents.map(\.id)
                == [incident.id]
        )
        #expect(
            try await chain.room.ask("GET", "/api/v1/incidents/\(incident.id)").decode(Incident.self).lat
                == 40.0201
        )

        try await chain.withGPSD { line in
            try await chain.withPatrold { _ in
                try await chain.feeding(line) {
                    let path = "/api/v1/incidents/\(incident.id)/candidates"
                    let unit = try await eventually("a candidate") {
                        try await chain.room.ask("GET", path).decode(Candidates.self).units.first
                    }
                    let seconds = try #require(unit.seconds)
                    #expect(
                        unit.device == "car-01" && seconds > 0 && (unit.p90 ?? 0) > seconds
                            && (unit.metres ?? 0) > 0
                    )
                    let civil = try await chain.room.ask("GET", path + "?profile=civil").decode(
                        Candidates.self
                    )
                    #expect((civil.units.first?.seconds ?? 0) > seconds * 1.05)
                }
            }
        }
    }

    private struct Coverage: Decodable {
        struct Level: Decodable {
            let minutes: Double
            let share: Double
        }

        struct Blind: Decodable {
            let type: String
            let features: [Feature]
        }

        struct Feature: Decodable {
            let type: String
        }

        let units: Int
        let levels: [Level]
        let blind: Blind
    }

    @Test("coverage grows with the minutes and with the units that are free", .chain(.broker, .room))
    func coverage() async throws {
        let chain = try Chain.current
        let none = try await chain.room.ask("GET", "/api/v1/coverage").decode(Coverage.self)
        #expect(none.units == 0 && none.levels.map(\.share) == [0, 0, 0] && !none.blind.features.isEmpty)
        try await chain.withGPSD { line in
            try await chain.withPatrold { _ in
                try await chain.feeding(line) {
                    let one = try await eventually("a free unit") {
                        let answer = try await chain.room.ask("GET", "/api/v1/coverage?minutes=0.2,1,5")
                        let coverage = try answer.decode(Coverage.self)
                        return coverage.units == 1 ? coverage : nil
                    }
                    let shares = one.levels.map(\.share)
                    #expect(shares[0] > 0 && shares[0] < shares[1] && shares[1] <= shares[2])
                    #expect(one.blind.type == "FeatureCollection")
                }
            }
        }
    }

    @Test("what cannot be answered is a problem document", .chain(.broker, .room))
    func problems() async throws {
        let chain = try Chain.current
        let cases: [(String, String, String, Int, String)] = [
            ("GET", "/api/v1/units/nobody", "", 404, "nobody"),
            ("GET", "/api/v1/incidents/7", "", 404, "7"),
            ("GET", "/api/v1/coverage?minutes=x", "", 400, "'minutes'"),
            ("GET", "/api/v1/nothing", "", 404, "/api/v1/nothing"),
            ("POST", "/api/v1/incidents", "rubbish", 400, "JSON"),
            ("POST", "/api/v1/incidents", #"{"lat":95,"lon":1}"#, 400, "'lat'"),
            ("POST", "/api/v1/incidents", #"{"id":"..","lat":10,"lon":1}"#, 400, "'id'"),
            ("POST", "/api/v1/incidents", String(repeating: "x", count: 100_000), 413, ""),
        ]
        for (method, path, body, status, words) in cases {
            let answer = try await chain.room.ask(method, path, body: body)
            #expect(answer.status == status, "\(method) \(path)")
            #expect(answer.head.lowercased().contains("content-type: application/problem+json"), "\(path)")
            let problem = try answer.decode(Problem.self)
            #expect(
                problem.status == status && problem.detail.contains(words)
                    && problem.instance == path.prefix { $0 != "?" }
            )
        }
        let health = try await chain.room.ask("GET", "/healthz")
        #expect(health.status == 200 && health.text.contains("\"status\":\"ok\""))
    }
}
