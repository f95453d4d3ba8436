import FoundationEssentials
import Rig
import TestSupport
import Testing

/// What officers do by themselves, from their word in the car to the chief's report.
@Suite("Daily work from the car to the room", .serialized, .realPrograms, .timeLimit(.minutes(6)))
struct DailyWorkTests {
    private struct Incidents: Decodable {
        struct Incident: Decodable {
            struct Finder: Decodable { let device: String }

            let id: String
            let state: String
            let category: String?
            let group: String?
            let finder: Finder?
        }

        let incidents: [Incident]
    }

    private struct Visits: Decodable {
        struct Visit: Decodable {
            let kind: String
            let checks: [String: String]
            let officers: [String]
        }

        let visits: [Visit]
    }

    private struct Tasks: Decodable {
        struct Task: Decodable {
            let id: String
            let owner: String
            let state: String
            let by: String
            let result: String?
        }

        let tasks: [Task]
    }

    private struct Response: Decodable {
        let found: Int
        let counted: Int
    }

    private struct Report: Decodable {
        let sector: String?
        let messages: [String]
    }

    private struct Reply: Decodable { let report: Report }

    private func patrolctl(_ chain: Chain, _ words: String...) async throws -> (status: Int32, text: String) {
        let socket = ["--socket", "\(chain.folder)/state/console.sock"]
        let result = try await runProgramToEnd(Places.program("patrolctl"), words + socket)
        return (result.status, result.output + result.errors)
    }

    private func incident(_ chain: Chain) async throws -> Incidents.Incident? {
        try await chain.room.ask("GET", "/api/v1/incidents").decode(Incidents.self).incidents.first
    }

    private func report(_ chain: Chain) async throws -> Report {
        let told = try await self.patrolctl(chain, "status", "--json")
        return try JSONDecoder().decode(Reply.self, from: Data(told.text.utf8)).report
    }

    private func tasks(_ chain: Chain) async throws -> [Tasks.Task] {
        try await chain.room.ask("GET", "/api/v1/tasks").decode(Tasks.self).tasks
    }

    @Test("an incident that the officer came upon, a visit, a sector and a task arrive where they are wanted")
    func day() async throws {
        try await Chain.with { chain in
            try writeFile(
                "\(chain.folder)/command-room.yaml",
                readFile("\(chain.folder)/command-room.yaml") + "categories: { 治安: { 打架斗殴: [fight] } }\n"
            )
            try await chain.withGPSD { line in
                try await chain.withBroker { _ in
                    try await chain.withRoom { _ in
                        try await chain.withPatrold { _ in
                            try await chain.feeding(line) {
                                try await chain.waitForStored(3)
                                try await self.found(chain)
                                try await self.visited(chain)
                                try await self.assigned(chain)
                                try await self.owned(chain)
                                try await self.sentByAnother(chain)
                            }
                        }
                    }
                }
            }
        }
    }

    private func found(_ chain: Chain) async throws {
        _ = try await self.patrolctl(chain, "checkin", "0421")
        let said = try await self.patrolctl(chain, "incident", "--category", "fight", "--note", "two men")
        #expect(said.status == 0)
        let incident = try await eventually("the incident") { try await self.incident(chain) }
        #expect(incident.state == "scene" && incident.finder?.device == "car-01")
        #expect(incident.category == "打架斗殴" && incident.group == "治安")
        try await self.chinese(chain)
        _ = try await self.patrolctl(chain, "cleared")
        try await eventually("the end of it") { try await self.incident(chain)?.state == "awaiting" }
        let report = try await chain.room.ask("GET", "/api/v1/reports/response").decode(Response.self)
        #expect(report.found == 1 && report.counted == 0)
    }

    /// Where the terminal is Chinese, so is what it says, refusals included.
    private func chinese(_ chain: Chain) async throws {
        func say(_ words: String...) async throws -> String {
            let socket = ["--socket", "\(chain.folder)/state/console.sock"]
            let result = try await runProgramToEnd(
                "/usr/bin/env",
                ["LC_ALL=zh_CN.UTF-8", Places.program("patrolctl")] + words + socket
            )
            return result.output + result.errors
        }
        let screen = try await say("status")
        #expect(screen.contains("车组    ") && screen.contains("已到场") && screen.contains("指挥室在线"), "\(screen)")
        #expect(try await say("accept").contains("没有待签收的指令"))
        #expect(try await say("checkin", "0421").contains("没有新签到的人员"))
        #expect(try await say("patrol", "--help").contains("巡逻，可派警。"))
    }

    private func visited(_ chain: Chain) async throws {
        let said = try await self.patrolctl(
            chain,
            "visit",
            "inspection",
            "--place",
            "旅馆",
            "--check",
            "exit=blocked",
            "--result",
            "told"
        )
        #expect(said.status == 0)
        let visit = try await eventually("the visit") {
            try await chain.room.ask("GET", "/api/v1/reports/visits").decode(Visits.self).visits.first
        }
        #expect(visit.kind == "inspection" && visit.checks == ["exit": "blocked"] && visit.officers == ["0421"])
    }

    private func assigned(_ chain: Chain) async throws {
        let officers = "number,name,role\n0421,李伟,police\n0933,王芳,auxiliary\n"
        #expect(try await chain.room.ask("POST", "/api/v1/register/officers", body: officers).status == 200)
        let shifts =
            "id,date,from,until,every,officers,unit,sector,places\nday,2026-01-01,00:00,24:00,1,0421,jinzhan/car-01,北区,g1\n"
        #expect(try await chain.room.ask("POST", "/api/v1/register/shifts", body: shifts).status == 200)
        try await eventually("the sector on the device") { try await self.report(chain).sector == "北区" }
        // The same shift on another car is none of this one's any more.
        let moved = shifts.replacing("jinzhan/car-01", with: "jinzhan/car-02")
        #expect(try await chain.room.ask("POST", "/api/v1/register/shifts", body: moved).status == 200)
        try await eventually("no sector any more") { try await self.report(chain).sector == nil }
    }

    private func owned(_ chain: Chain) async throws {
        // The room knows no such officer, and says so in the car.
        #expect(try await self.patrolctl(chain, "task", "a lamp", "--owner", "9999").status == 0)
        try await eventually("the refusal") {
            try await self.report(chain).messages.contains { $0.contains("9999") && $0.contains("Task not taken") }
        }
        #expect(try await self.patrolctl(chain, "task", "a broken lamp", "--owner", "0421").status == 0)
        let task = try await eventually("the task") { try await self.tasks(chain).first }
        #expect(task.owner == "0421" && task.by == "0421" && task.state == "open")
        // Its owner is signed in on the car, and is told there.
        try await eventually("the task in the car") {
            try await self.report(chain).messages.contains { $0.contains(task.id) && $0.contains("a broken lamp") }
        }
        #expect(try await self.patrolctl(chain, "done", task.id, "mended").status == 0)
        try await eventually("the answer") {
            let now = try await self.tasks(chain).first
            return now?.state == "answered" && now?.result == "mended"
        }
    }

    private func sentByAnother(_ chain: Chain) async throws {
        let due = Int64(Date().timeIntervalSince1970 * 1_000) + 86_400_000
        let call =
            #"{"v":1,"id":"w-1","kind":"warning","text":"tell her","owner":"0933","due":\#(due),"by":"district"}"#
        for _ in 0..<2 {
            let sent = try await runProgramToEnd(
                "/usr/bin/mosquitto_pub",
                ["-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t", "patrol/1/jinzhan/room/task", "-m", call]
            )
            try #require(sent.status == 0, "\(sent.errors)")
        }
        try await eventually("the warning") { try await self.tasks(chain).contains { $0.owner == "0933" } }
        #expect(try await self.tasks(chain).count { $0.by == "district" } == 1)
    }
}
