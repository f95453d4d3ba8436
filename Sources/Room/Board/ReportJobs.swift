import HTTPTypes
import Hummingbird
import PatrolWire
import Threading

/// Reports that take long: made while whoever asked does something else, with how far they are.
actor ReportJobs {
    /// What became of a report.
    enum State: Sendable {
        case running
        case made([UInt8], type: String)
        case failed(Problem)
    }

    /// One report.
    private struct Job {
        let owner: String
        /// Whoever may have less now does not get it.
        let role: Role
        let progress: Progress
        var state = State.running
        /// When it ended, ms since 1970 UTC.
        var ended: Int64?
        var task: Task<Void, Never>?
    }

    /// How far a report is: pages of records that it has read.
    final class Progress: Sendable {
        private let pages = Locked(0)
        private let records: Int
        /// Records of one page of the reader.
        private static let page = 4_096

        init(records: Int) { self.records = records }

        /// Another page begins.
        func turn() { self.pages.withLock { $0 += 1 } }

        /// 0…1.
        var share: Double {
            min(1, Double(self.pages.withLock { $0 } * Self.page) / Double(max(1, self.records)))
        }
    }

    private var jobs: [String: Job] = [:]

    /// Jobs in all, and of one person, made ones that can still be fetched among them: each may hold megabytes.
    private static let (most, mostOfOne) = (8, 2)
    /// A report is forgotten so long after it was made, ms.
    private static let kept: Int64 = 900_000

    /// Begins a report.
    ///
    /// - Parameters:
    ///   - owner: Who asks.
    ///   - role: What the report is for.
    ///   - records: How many records it will read.
    ///   - now: The clock, ms since 1970 UTC.
    ///   - work: Makes the report and says its type.
    /// - Returns: The job's id.
    /// - Throws: A problem document when too many are there.
    func begin(
        of owner: String,
        role: Role,
        records: Int,
        now: @escaping @Sendable () -> Int64,
        _ work: @escaping @Sendable (Progress) async throws -> (bytes: [UInt8], type: String)
    ) throws -> String {
        self.forget(now())
        // Made ones make room for the person's next.
        let own = self.jobs.filter { $0.value.owner == owner }
        if own.count >= Self.mostOfOne,
            let oldest = own.min(by: { ($0.value.ended ?? .max) < ($1.value.ended ?? .max) }),
            oldest.value.ended != nil
        {
            self.jobs[oldest.key] = nil
        }
        guard self.jobs.count < Self.most, self.jobs.values.count(where: { $0.owner == owner }) < Self.mostOfOne else {
            throw Problem(
                .tooManyRequests,
                "too many long reports are being made or wait to be fetched: fetch yours, or ask again later"
            )
        }
        let id = "\(String(UInt64.random(in: 1 << 60 ... .max), radix: 16))"
        let progress = Progress(records: records)
        self.jobs[id] = Job(owner: owner, role: role, progress: progress)
        self.jobs[id]?.task = Task {
            let state: State
            do {
                let (bytes, type) = try await work(progress)
                state = .made(bytes, type: type)
            } catch let problem as Problem {
                state = .failed(problem)
            } catch {
                state = .failed(Problem(.serviceUnavailable, "the report could not be made: \(error)"))
            }
            self.end(id, state, now())
        }
        return id
    }

    private func end(_ id: String, _ state: State, _ now: Int64) {
        self.jobs[id]?.state = state
        self.jobs[id]?.ended = now
        self.jobs[id]?.task = nil
    }

    /// How a report of a person stands; `nil` when there is none of that id.
    ///
    /// One that is made can be fetched again for a while: an answer may be lost on its way.
    func look(at id: String, of owner: String, role: Role, now: Int64) -> (state: State, progress: Double)? {
        self.forget(now)
        guard let job = self.jobs[id], job.owner == owner, role >= job.role else { return nil }
        return (job.state, job.progress.share)
    }

    /// Gives a report up; returns whether there was one.
    func cancel(_ id: String, of owner: String) -> Bool {
        guard let job = self.jobs[id], job.owner == owner else { return false }
        job.task?.cancel()
        self.jobs[id] = nil
        return true
    }

    private func forget(_ now: Int64) {
        self.jobs = self.jobs.filter { _, job in job.ended.map { now - $0 < Self.kept } ?? true }
    }
}

/// `202` to a report that takes long.
struct ReportJobAnswer: Encodable, Sendable {
    let job: String
    /// How far it is, 0…1.
    let progress: Double
    /// How long it will take, s; only when it begins.
    let seconds: Double?
}

extension ReportRoutes {
    func addJobs(to api: RouterGroup<BoardContext>) {
        api.get("reports/jobs/:id") { request, context in
            try context.require(.viewer)
            try request.allow()
            let id = try context.parameters.require("id")
            let role = context.identity?.role ?? .viewer
            let found = await self.jobs.look(at: id, of: context.actor, role: role, now: self.now())
            guard let (state, progress) = found else {
                throw Problem(.notFound, "you have no such report: it was given up, or too much time has passed")
            }
            switch state {
            case .running:
                let told = ReportJobAnswer(job: id, progress: progress.rounded(decimals: 3), seconds: nil)
                return answer(try jsonBytes(told), status: .accepted)
            case .made(let bytes, let type): return tagged(bytes, request, type: type)
            case .failed(let problem): throw problem
            }
        }
        api.delete("reports/jobs/:id") { request, context in
            try context.require(.viewer)
            try request.allow()
            guard await self.jobs.cancel(try context.parameters.require("id"), of: context.actor) else {
                throw Problem(.notFound, "you have no such report: it was given up, or too much time has passed")
            }
            return Response(status: .noContent)
        }
    }
}
