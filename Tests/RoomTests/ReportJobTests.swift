import HTTPTypes
import Rig
import TestSupport
import Testing
import Threading

@testable import Board

@Suite("Reports that take long")
struct ReportJobTests {
    private let time = Locked<Int64>(1_000)

    private var now: @Sendable () -> Int64 {
        let time = self.time
        return { time.withLock { $0 } }
    }

    private func begin(_ jobs: ReportJobs, _ owner: String = "li", text: String = "a") async throws -> String {
        try await jobs.begin(of: owner, role: .chief, records: 8_192, now: self.now) { progress in
            progress.turn()
            return (Array(text.utf8), "text/plain")
        }
    }

    private func text(_ jobs: ReportJobs, _ id: String, of owner: String = "li", role: Role = .chief) async -> String? {
        guard case (.made(let bytes, _), _)? = await jobs.look(at: id, of: owner, role: role, now: self.now()) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("can be fetched by whoever asked, as long as he may, and for a while")
    func fetched() async throws {
        let jobs = ReportJobs()
        let id = try await self.begin(jobs)
        try await eventually("the report") { await self.text(jobs, id) == "a" }
        // An answer may be lost on its way.
        #expect(await self.text(jobs, id) == "a")
        #expect(await self.text(jobs, id, of: "wang") == nil)
        #expect(await self.text(jobs, id, role: .dispatcher) == nil)
        self.time.withLock { $0 += 1_000_000 }
        #expect(await jobs.look(at: id, of: "li", role: .chief, now: self.now()) == nil)
    }

    @Test("say how far they are, end when they are given up, and do not keep others out")
    func running() async throws {
        let jobs = ReportJobs()
        let isEnded = Locked(false)
        let id = try await jobs.begin(of: "li", role: .viewer, records: 8_192, now: self.now) { progress in
            progress.turn()
            do { try await Task.sleep(for: .seconds(60)) } catch { isEnded.withLock { $0 = true } }
            return ([], "text/plain")
        }
        try await eventually("the half of it") {
            await jobs.look(at: id, of: "li", role: .viewer, now: self.now())?.progress == 0.5
        }
        // A made one makes room for the next; two that run do not.
        _ = try await self.begin(jobs)
        let other = try await jobs.begin(of: "wang", role: .viewer, records: 1, now: self.now) { _ in
            try await Task.sleep(for: .seconds(60))
            return ([], "")
        }
        _ = try await self.begin(jobs, "wang")
        #expect(await jobs.cancel(id, of: "wang") == false)
        #expect(await jobs.cancel(other, of: "wang"))
        #expect(await jobs.cancel(id, of: "li"))
        try await eventually("its end") { isEnded.withLock { $0 } }
    }

    @Test("that fail say why")
    func failed() async throws {
        let jobs = ReportJobs()
        let id = try await jobs.begin(of: "li", role: .viewer, records: 1, now: self.now) { _ in
            throw Problem(.badRequest, "too fine")
        }
        try await eventually("why") {
            guard case (.failed(let problem), _)? = await jobs.look(at: id, of: "li", role: .viewer, now: self.now())
            else { return false }
            return problem.detail == "too fine"
        }
    }
}
