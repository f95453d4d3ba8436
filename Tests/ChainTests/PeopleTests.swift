import FoundationEssentials
import Rig
import TestSupport
import Testing

/// People, their roster and their tasks, as a chief uses them over HTTP.
@Suite("People over HTTP", .serialized, .realPrograms, .timeLimit(.minutes(6)))
struct PeopleTests {
    private struct Import: Decodable {
        struct Fault: Decodable {
            let line: Int
            let problem: String
        }
        let taken: Bool
        let added: [String]
        let problems: [Fault]
    }

    private struct Duty: Decodable {
        struct Officer: Decodable {
            let number: String
            let name: String?
            let isSignedIn: Bool
            let elsewhere: Bool?

            private enum CodingKeys: String, CodingKey {
                case number, name, elsewhere
                case isSignedIn = "signed_in"
            }
        }
        struct Crew: Decodable {
            let shift: String
            let officers: [Officer]
        }
        let duties: [Crew]
        let unplanned: [Officer]
    }

    private struct Task: Decodable {
        let id: String
        let state: String
        let owner: String
        let overdue: Bool
        let steps: [[String: JSONText]]
    }

    private struct Tasks: Decodable { let tasks: [Task] }

    /// Whatever stands there, as text.
    private struct JSONText: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self.text = text
            } else {
                self.text = "\(try container.decode(Int64.self))"
            }
        }
    }

    private static let officers = "警号,姓名,类别\n0421,李伟,民警\n0933,王芳,辅警\n"

    private func officer(_ chain: Chain, _ words: String...) async throws -> Int32 {
        try await runProgramToEnd(
            Places.program("patrolctl"),
            words + ["--socket", "\(chain.folder)/state/console.sock"]
        )
        .status
    }

    private func tomorrow(_ hours: Double) -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000 + hours * 3_600_000) }

    @Test("a roster is imported, an officer signs in on the car, and the room says who is there and who is not")
    func duty() async throws {
        try await Chain.with { chain in
            try await chain.withGPSD { line in
                try await chain.withBroker { _ in
                    try await chain.withRoom { _ in
                        var answer = try await chain.room.ask("POST", "/api/v1/register/officers", body: Self.officers)
                        #expect(try answer.decode(Import.self).added == ["0421", "0933"])
                        // Both are on duty all day, every day, in a car that is another's.
                        let roster =
                            "id,date,from,until,every,officers,unit\nday,2026-01-01,00:00,24:00,1,0421 0933,jinzhan/car-02\n"
                        answer = try await chain.room.ask("POST", "/api/v1/register/shifts?preview=1", body: roster)
                        #expect(answer.status == 200)
                        #expect(try answer.decode(Import.self).taken == false)
                        answer = try await chain.room.ask("POST", "/api/v1/register/shifts", body: roster)
                        #expect(try answer.decode(Import.self).added == ["day"])
                        try await chain.withPatrold { _ in
                            try await chain.feeding(line) {
                                try await chain.waitForStored(5)
                                _ = try await self.officer(chain, "checkin", "0421", "7777")
                                let now: Duty = try await eventually("the sign-in") {
                                    let duty: Duty = try await chain.room.ask("GET", "/api/v1/duty").decode()
                                    return duty.unplanned.isEmpty ? nil : duty
                                }
                                let crew = try #require(now.duties.first)
                                #expect(crew.shift == "day" && crew.officers.map(\.isSignedIn) == [true, false])
                                #expect(crew.officers.first?.name == "李伟" && crew.officers.first?.elsewhere == true)
                                #expect(now.unplanned.map(\.number) == ["7777"])
                                _ = try await self.officer(chain, "checkout", "0421")
                                try await eventually("the sign-out") {
                                    let duty: Duty = try await chain.room.ask("GET", "/api/v1/duty").decode()
                                    return duty.duties.first?.officers.map(\.isSignedIn) == [false, false]
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("what was entered is there after a restart, and taken back it stays for the record")
    func restart() async throws {
        try await Chain.with { chain in
            try await chain.withRoom { _ in
                let body = #"{"name":"李伟","role":"police","rank":"所长"}"#
                let entered = try await chain.room.ask("PUT", "/api/v1/register/officers/0421", body: body)
                #expect(entered.status == 200)
                let wrong = #"{"officer":"9","from":"2026-12-01","until":"2026-12-03"}"#
                let refused = try await chain.room.ask("PUT", "/api/v1/register/absences/a", body: wrong)
                #expect(refused.status == 422)
            }
            try await chain.withRoom { _ in
                let table = try await chain.room.ask("GET", "/api/v1/register/officers?format=csv").text
                #expect(table.contains("0421,李伟,police,所长"))
                #expect(try await chain.room.ask("DELETE", "/api/v1/register/officers/0421").status == 200)
                #expect(try await chain.room.ask("DELETE", "/api/v1/register/officers/0421").status == 404)
                #expect(try await !chain.room.ask("GET", "/api/v1/register/officers").text.contains("0421"))
                #expect(try await chain.room.ask("GET", "/api/v1/register/officers?all=1").text.contains("0421"))
            }
        }
    }

    @Test(
        "a task is raised with an owner or not at all, handed on, answered, closed, and listed by its owner",
        .chain(.room)
    )
    func tasks() async throws {
        let chain = try Chain.current
        _ = try await chain.room.ask("POST", "/api/v1/register/officers", body: Self.officers)
        let due = self.tomorrow(24)
        func raise(_ owner: String) async throws -> RoomClient.Answer {
            try await chain.room.ask(
                "POST",
                "/api/v1/tasks",
                body: #"{"kind":"case","text":"被盗自行车","owner":"\#(owner)","due":\#(due)}"#
            )
        }
        #expect(try await raise("9999").status == 409)
        #expect(try await raise("").status == 400)
        let task = try await raise("0421").decode(Task.self)
        let path = "/api/v1/tasks/\(task.id)"
        let handed = #"{"owner":"0933","reason":"辖区"}"#
        let other = try await chain.room.ask("POST", "\(path)/hand-on", body: handed).decode(Task.self)
        #expect(other.owner == "0933" && other.state == "open")
        let own: Tasks = try await chain.room.ask("GET", "/api/v1/tasks?owner=0933&state=open").decode()
        #expect(own.tasks.map(\.id) == [task.id])
        let none: Tasks = try await chain.room.ask("GET", "/api/v1/tasks?overdue=1").decode()
        #expect(none.tasks.isEmpty)
        #expect(try await chain.room.ask("POST", "\(path)/close", body: "{}").status == 400)
        #expect(try await chain.room.ask("POST", "\(path)/answer", body: #"{"result":"找到"}"#).status == 200)
        let closed = try await chain.room.ask("POST", "\(path)/close", body: "{}").decode(Task.self)
        #expect(closed.state == "closed" && closed.steps.count == 4)
        #expect(try await chain.room.ask("GET", "/api/v1/audit").text.contains("task hand-on"))
    }
}
