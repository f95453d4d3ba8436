package import Cases

/// The tasks of the room while it runs: each step durable before it is answered.
package actor TaskDesk {
    private var tasks: [String: OwnedTask]
    private let store: any CaseStore
    private var keeper: CaseKeeper<OwnedTask>
    private let now: @Sendable () -> Int64
    /// Why somebody cannot own a task until a time, ms since 1970 UTC; `nil` when nothing is in the way.
    private let objection: @Sendable (_ owner: String, _ due: Int64) async -> String?
    private let changed: @Sendable (OwnedTask) -> Void

    /// A task that was closed longer ago, ms, is in the store only.
    private static let remembered: Int64 = 30 * 86_400_000

    /// Creates a desk.
    ///
    /// - Parameters:
    ///   - kept: The tasks of before.
    ///   - store: Where they are kept.
    ///   - now: ms since 1970 UTC.
    ///   - changed: Is told of each task that was raised or changed.
    ///   - objection: Says why somebody cannot own a task until a time: not known, gone, on leave.
    package init(
        _ kept: [OwnedTask],
        store: any CaseStore,
        now: @escaping @Sendable () -> Int64,
        changed: @escaping @Sendable (OwnedTask) -> Void = { _ in },
        objection: @escaping @Sendable (_ owner: String, _ due: Int64) async -> String?
    ) {
        self.tasks = Dictionary(kept.map { ($0.id, $0) }) { $1 }
        (self.store, self.keeper, self.now, self.objection) = (store, CaseKeeper(store), now, objection)
        self.changed = changed
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe self.store.executor.asUnownedSerialExecutor()
    }

    /// What is not closed, overdue first, then by the time until which it is to be done.
    package var open: [OwnedTask] {
        let now = self.now()
        return self.tasks.values.filter(\.isPending).sorted {
            let (a, b) = ($0.isOverdue(at: now), $1.isOverdue(at: now))
            return a == b ? ($0.due, $0.id) < ($1.due, $1.id) : a
        }
    }

    /// Tasks before a cursor, the newest first, out of the store; `isPending` for those that are not closed only.
    ///
    /// - Throws: What the store throws.
    package func page(before cursor: CaseCursor, isPending: Bool = false, limit: Int) throws -> [OwnedTask] {
        try self.keeper.items(before: cursor, isPending: isPending, limit: limit)
    }

    /// One task, however old.
    ///
    /// - Throws: ``TaskRefusal`` when there is none, or what the store throws.
    package func task(_ id: String) throws -> OwnedTask {
        guard let task = try self.tasks[id] ?? self.keeper.item(id) else {
            throw TaskRefusal(.unknown, "no task '\(id.prefix(64))'; GET /api/v1/tasks lists them")
        }
        return task
    }

    /// Raises a task.
    ///
    /// - Parameters:
    ///   - draft: What is to be raised.
    ///   - actor: Who raises it.
    ///   - origin: From where.
    ///   - id: Its id when it has one from elsewhere: the same task raised twice is one, and it waits for a store that fails.
    ///   - time: When it was raised, ms since 1970 UTC, where it comes late; `nil` for now.
    /// - Returns: The task.
    /// - Throws: ``TaskRefusal``, or what the store throws; then nothing was raised.
    package func raise(
        _ draft: OwnedTask.Draft,
        actor: String,
        origin: String,
        id: String? = nil,
        at time: Int64? = nil
    ) async throws -> OwnedTask {
        if let id, let known = try self.tasks[id] ?? self.keeper.item(id) { return known }
        guard (1...3).contains(draft.grade) else { throw TaskRefusal(.invalid, "'grade' must be from 1 to 3") }
        guard !draft.text.isEmpty else { throw TaskRefusal(.invalid, "'text' must say what is to be done") }
        let began = min(time ?? .max, self.now())
        guard draft.due > began else { throw TaskRefusal(.invalid, "'due' must lie ahead, in ms since 1970") }
        try await self.requireOwner(draft.owner, until: draft.due)
        let now = self.now()
        var number = 1
        while true {
            let task = OwnedTask(draft, id: id ?? "\(now / 1_000)-t\(number)", actor: actor, now: min(began, now))
            do {
                let deed = CaseDeed(actor: actor, origin: origin, what: "task", time: now)
                try self.keeper.keep(task, isNew: true, deed, mayWait: id != nil)
            } catch is CaseExists where id == nil && number < 1_000 {
                number += 1
                continue
            } catch let error as CaseExists {
                // The same task came twice at once: the first one holds.
                guard let id, let known = try self.tasks[id] ?? self.keeper.item(id) else { throw error }
                return known
            }
            self.tasks[task.id] = task
            self.forget(now)
            self.changed(task)
            return task
        }
    }

    /// Takes a step.
    ///
    /// - Parameters:
    ///   - step: What is done.
    ///   - id: To which task.
    ///   - version: The version that the actor saw; `nil` to act on whatever it is now.
    ///   - actor: Who does it.
    ///   - origin: From where.
    /// - Returns: The task as it is now.
    /// - Throws: ``TaskRefusal``, or what the store throws; then nothing changed.
    package func take(
        _ step: TaskStep,
        with id: String,
        version: Int? = nil,
        actor: String,
        origin: String
    ) async throws -> OwnedTask {
        if case .handOn(let owner, let due, _) = step {
            try await self.requireOwner(owner, until: due ?? self.task(id).due)
        }
        var task = try self.task(id)
        if let version, version != task.version {
            let last = task.entries.last
            throw TaskRefusal(
                .conflict,
                "\(id) was changed meanwhile by \(last?.actor ?? "somebody") (\(last?.what ?? "")): look again"
            )
        }
        let now = self.now()
        try task.take(step, actor: actor, now: now)
        let what = "task \(task.entries.last?.what ?? "step")"
        try self.keeper.keep(task, CaseDeed(actor: actor, origin: origin, what: what, time: now), mayWait: false)
        self.tasks[id] = task
        self.changed(task)
        return task
    }

    /// An officer in a unit says what came of a task.
    ///
    /// Said twice it is once, and what was said before the last word on the task changes nothing any more.
    ///
    /// - Parameters:
    ///   - result: What came of it.
    ///   - id: The task.
    ///   - officers: The officers who are signed in on the unit; the task's owner must be one of them.
    ///   - device: The unit's device.
    ///   - time: When it was said, ms since 1970 UTC; `nil` for now.
    /// - Throws: ``TaskRefusal``, or what the store throws when too much waits for it already.
    package func hear(_ result: String, of id: String, by officers: [String], device: String, at time: Int64?) throws {
        var task = try self.task(id)
        guard officers.contains(task.owner) else {
            throw TaskRefusal(
                .conflict,
                "\(id) belongs to \(task.owner), and \(task.owner) is not signed in on \(device)"
            )
        }
        let now = self.now()
        let said = max(task.began, min(time ?? now, now))
        let words: Set<String> = ["answer", "give-back", "hand-on", "close", "reopen"]
        guard !task.entries.contains(where: { words.contains($0.what) && $0.time >= said }) else { return }
        try task.take(.answer(result: result), actor: task.owner, now: said)
        let deed = CaseDeed(actor: device, origin: "mqtt", what: "task answer", time: now)
        try self.keeper.keep(task, deed, mayWait: true)
        self.tasks[id] = task
        self.changed(task)
    }

    /// How many changes the store has not taken yet.
    package var unkeptCount: Int { self.keeper.waitingCount }

    /// Tries again to keep what the store did not take.
    ///
    /// - Throws: What the store throws; then the rest waits on.
    package func keepUnkept() throws { try self.keeper.keepWaiting() }

    private func requireOwner(_ owner: String, until due: Int64) async throws {
        guard !owner.isEmpty else { throw TaskRefusal(.invalid, "'owner' must be the number of an officer") }
        if let objection = await self.objection(owner, due) { throw TaskRefusal(.conflict, objection) }
    }

    private func forget(_ now: Int64) {
        for (id, task) in self.tasks {
            if let closed = task.closed, closed < now - Self.remembered { self.tasks[id] = nil }
        }
    }
}
