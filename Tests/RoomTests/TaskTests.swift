import Cases
import Tasks
import Testing
import Threading

@Suite("Tasks that somebody owns")
struct TaskTests {
    private let time = Locked<Int64>(1_000_000)

    private func desk(_ store: MemoryStore = MemoryStore(), kept: [OwnedTask] = []) -> TaskDesk {
        let time = self.time
        return TaskDesk(
            kept,
            store: store,
            now: { time.withLock { $0 } },
            objection: { owner, _ in owner == "0" ? "'0' has left" : nil }
        )
    }

    private func pass(_ milliseconds: Int64) { self.time.withLock { $0 += milliseconds } }

    private func draft(owner: String = "1", due: Int64 = 2_000_000) -> OwnedTask.Draft {
        OwnedTask.Draft(kind: .smallCase, text: "a stolen bicycle", owner: owner, due: due)
    }

    @Test("what an officer says in a car counts when the task is his, once, and at the time at which it was said")
    func heard() async throws {
        let desk = self.desk()
        let task = try await desk.raise(self.draft(due: 2_000_000), actor: "li", origin: "test")
        self.pass(2_000_000)
        await #expect(throws: TaskRefusal.self) {
            try await desk.hear("done", of: task.id, by: ["2"], device: "car-01", at: 1_500_000)
        }
        try await desk.hear("done", of: task.id, by: ["2", "1"], device: "car-01", at: 1_500_000)
        var now = try await desk.task(task.id)
        // It came late, and was said in time.
        #expect(now.state == .answered && now.answered == 1_500_000 && !now.isOverdue(at: 3_000_000))
        _ = try await desk.take(.giveBack(reason: "whose?", due: 9_000_000), with: task.id, actor: "li", origin: "test")
        // The same word once more, as a device says that begins a new log, undoes nothing.
        try await desk.hear("done", of: task.id, by: ["1"], device: "car-01", at: 1_500_000)
        now = try await desk.task(task.id)
        #expect(now.state == .open)
        self.pass(1_000)
        try await desk.hear("hers", of: task.id, by: ["1"], device: "car-01", at: nil)
        #expect(try await desk.task(task.id).result == "hers")
    }

    @Test("without an owner who is there, or a time that lies ahead, nothing is raised")
    func refused() async throws {
        let desk = self.desk()
        for draft in [self.draft(owner: ""), self.draft(owner: "0"), self.draft(due: 1_000_000)] {
            await #expect(throws: TaskRefusal.self) { try await desk.raise(draft, actor: "li", origin: "test") }
        }
        #expect(await desk.open.isEmpty)
    }

    @Test("a course from raised to closed keeps every word, and is found out of the store")
    func course() async throws {
        let store = MemoryStore()
        let desk = self.desk(store)
        var task = try await desk.raise(self.draft(), actor: "li", origin: "test")
        func take(_ step: TaskStep) async throws {
            self.pass(1_000)
            task = try await desk.take(step, with: task.id, actor: "wang", origin: "test")
        }
        try await take(.answer(result: "asked about"))
        try await take(.handOn(owner: "2", due: nil, reason: "nearer"))
        // What the first owner did is no answer of the second.
        #expect(task.answered == nil && task.isOverdue(at: 2_000_001))
        #expect(task.owner == "2" && task.due == 2_000_000)
        try await take(.answer(result: "found"))
        try await take(.giveBack(reason: "whose?", due: 3_000_000))
        #expect(task.state == .open && task.answered == nil && task.due == 3_000_000)
        try await take(.answer(result: "found, and given back"))
        try await take(.revisit(text: "content", rating: 5))
        try await take(.close(note: nil))
        #expect(task.state == .closed && task.result == "found, and given back")
        #expect(
            task.entries.map(\.what) == [
                "raise", "answer", "hand-on", "answer", "give-back", "answer", "revisit", "close",
            ]
        )
        #expect(task.entries.compactMap(\.text).contains("found"))
        let again = self.desk(store)
        #expect(try await again.task(task.id) == task)
        #expect(try await again.page(before: CaseCursor(time: .max), limit: 10) == [task])
        await #expect(throws: TaskRefusal.self) {
            try await again.take(.answer(result: "late"), with: task.id, actor: "x", origin: "test")
        }
        let open = try await again.take(
            .reopen(reason: "stolen again", due: 9_000_000),
            with: task.id,
            actor: "x",
            origin: "t"
        )
        #expect(open.state == .open && open.closed == nil)
    }

    @Test("overdue ones come first; one that was answered late stays overdue, one answered in time does not")
    func overdue() async throws {
        let desk = self.desk()
        let late = try await desk.raise(self.draft(due: 1_001_000), actor: "li", origin: "test")
        let soon = try await desk.raise(self.draft(due: 1_000_900), actor: "li", origin: "test")
        let far = try await desk.raise(self.draft(due: 9_000_000), actor: "li", origin: "test")
        _ = try await desk.take(.answer(result: "done"), with: soon.id, actor: "a", origin: "test")
        self.pass(2_000)
        #expect(await desk.open.map(\.id) == [late.id, soon.id, far.id])
        #expect(try await desk.task(soon.id).isOverdue(at: 9_999_999) == false)
        let answered = try await desk.take(.answer(result: "done"), with: late.id, actor: "a", origin: "test")
        #expect(answered.isOverdue(at: 9_999_999))
    }

    @Test("whoever acts second on the same state is told; a store that fails takes nothing")
    func conflicts() async throws {
        let store = MemoryStore()
        let desk = self.desk(store)
        let task = try await desk.raise(self.draft(), actor: "li", origin: "test")
        _ = try await desk.take(.remind(text: nil), with: task.id, version: 1, actor: "a", origin: "test")
        await #expect(throws: TaskRefusal.self) {
            try await desk.take(.close(note: "no"), with: task.id, version: 1, actor: "b", origin: "test")
        }
        store.isFull.withLock { $0 = true }
        await #expect(throws: MemoryStore.Full.self) {
            try await desk.take(.answer(result: "x"), with: task.id, actor: "b", origin: "test")
        }
        store.isFull.withLock { $0 = false }
        #expect(try await desk.task(task.id).state == .open)
    }

    @Test("closing what nobody has answered needs a reason")
    func closing() async throws {
        let desk = self.desk()
        let task = try await desk.raise(self.draft(), actor: "li", origin: "test")
        await #expect(throws: TaskRefusal.self) {
            try await desk.take(.close(note: nil), with: task.id, actor: "b", origin: "test")
        }
        let closed = try await desk.take(.close(note: "raised twice"), with: task.id, actor: "b", origin: "test")
        #expect(closed.state == .closed)
    }
}
