import Rig
import TestSupport
import Testing

@Suite("An officer calls for help", .serialized, .realPrograms, .timeLimit(.minutes(6)))
struct DistressTests {
    private struct Incidents: Decodable {
        struct Incident: Decodable {
            struct SOS: Decodable {
                let device: String
                let since: Int64
                let placed: Int64?
            }

            let id: String
            let lat: Double
            let lon: Double
            let category: String?
            let state: String
            let sos: SOS?
            let placeless: Bool?
        }

        struct Alarm: Decodable {
            let incident: String
            let alarm: String
            let kind: String
            let device: String?
            let taken: String?
            let late: Bool
        }

        let incidents: [Incident]
        let alarms: [Alarm]
    }

    private struct Candidates: Decodable {
        struct Unit: Decodable {
            let device: String
            let reason: String?
        }

        let units: [Unit]
        let belowLine: [Unit]

        private enum CodingKeys: String, CodingKey {
            case units
            case belowLine = "below_line"
        }
    }

    private func incidents(_ chain: Chain) async throws -> Incidents {
        try await chain.room.ask("GET", "/api/v1/incidents").decode(Incidents.self)
    }

    private func patrolctl(_ chain: Chain, _ words: [String]) async throws -> String {
        let socket = ["--socket", "\(chain.folder)/state/console.sock"]
        let result = try await runProgramToEnd(Places.program("patrolctl"), words + socket)
        try #require(result.status == 0, "\(result.errors)")
        return result.output
    }

    @Test("by patrolctl: an alarm and an incident that follows the device, and the officer is told who has seen it")
    func word() async throws {
        try await Chain.with { chain in
            try await chain.withGPSD { line in
                try await chain.withBroker { _ in
                    try await chain.withRoom { _ in
                        try await chain.withPatrold { _ in
                            try await chain.feeding(line) {
                                try await chain.waitForRecords(5)
                                _ = try await self.patrolctl(chain, ["sos"])
                                _ = try await self.patrolctl(chain, ["sos"])
                                let first = try await eventually("the alarm", within: .seconds(30)) {
                                    let all = try await self.incidents(chain)
                                    return all.alarms.first?.kind == "sos" ? all : nil
                                }
                                let alarm = try #require(first.alarms.first)
                                let incident = try #require(first.incidents.first)
                                #expect(first.incidents.count == 1 && incident.category == "sos")
                                #expect(incident.sos?.device == "car-01" && incident.placeless == nil)
                                #expect(alarm.incident == incident.id && alarm.taken == nil && !alarm.late)
                                try await eventually("the incident following the car", within: .seconds(20)) {
                                    let now = try await self.incidents(chain).incidents.first
                                    return now?.lat != incident.lat || now?.lon != incident.lon ? () : nil
                                }
                                // Whoever calls is not proposed to go there.
                                let candidates = try await chain.room.ask(
                                    "GET",
                                    "/api/v1/incidents/\(incident.id)/candidates"
                                ).decode(Candidates.self)
                                #expect(candidates.units.isEmpty)
                                #expect(candidates.belowLine.first?.reason == "caller")
                                #expect(try await self.patrolctl(chain, ["status"]).contains("nobody in the room"))
                                let taken = try await chain.room.ask(
                                    "POST",
                                    "/api/v1/incidents/\(incident.id)/take",
                                    body: #"{"alarm":"\#(alarm.alarm)"}"#
                                )
                                #expect(taken.status == 200)
                                try await eventually("the officer being told", within: .seconds(30)) {
                                    try await self.patrolctl(chain, ["status"]).contains("seen by local") ? () : nil
                                }
                                let end = try await self.incidents(chain)
                                #expect(end.incidents.count == 1 && end.alarms.first?.taken == "local")
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("by the button, while there is no link: heard when there is one, and said to be late", .chain(.broker, .room))
    func button() async throws {
        let chain = try Chain.current
        func publish(_ channel: String, _ payload: String) async throws {
            let result = try await runProgramToEnd(
                "/usr/bin/mosquitto_pub",
                [
                    "-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t",
                    "patrol/1/jinzhan/car-09/\(channel)",
                    "-m", payload,
                ]
            )
            try #require(result.status == 0, "\(result.errors)")
        }
        let now = Int64(try await runProgramToEnd("/bin/date", ["+%s"]).output.prefix(10)) ?? 0
        func record(_ sequence: Int, _ age: Int64) -> String {
            #"{"v":1,"dev":"car-09","unit":"09","log":"00112233aabbccdd","seq":\#(sequence),"#
                + #""t":\#((now - age) * 1_000),"tq":"gnss","up":1,"trg":"event","st":"patrol","ev":"sos","#
                + #""data":{"by":"button","officers":["012345"]}}"#
        }
        let backlog =
            #"{"v":1,"log":"00112233aabbccdd","records":["# + record(1, 600) + "," + record(2, 590) + "]}"
        try await publish("log", backlog)
        let first = try await eventually("the alarm") {
            let all = try await self.incidents(chain)
            return all.alarms.isEmpty ? nil : all
        }
        #expect(first.incidents.count == 1 && first.alarms[0].late && first.incidents[0].placeless == true)
        let id = first.incidents[0].id
        // A call without a place can be answered, and the same records again make no other.
        let closed = try await chain.room.ask(
            "POST",
            "/api/v1/incidents/\(id)/close",
            body: #"{"result":"settled"}"#
        )
        #expect(closed.status == 200)
        try await publish("log", backlog)
        // Pressed after the first was closed.
        try await publish("evt", record(3, -5))
        let second = try await eventually("the next call") {
            let all = try await self.incidents(chain)
            return all.incidents.count > 1 ? all : nil
        }
        #expect(second.incidents.count == 2 && second.alarms.map(\.kind) == ["sos"])
        #expect(!second.alarms[0].late)
    }
}
