package import Cases

/// The closures of the room while it runs.
package actor ClosureDesk {
    private var closures: [Closure]
    private let store: any CaseStore
    private var keeper: CaseKeeper<Closure>
    private let now: @Sendable () -> Int64
    private let changed: @Sendable () -> Void

    /// Creates a desk.
    ///
    /// - Parameters:
    ///   - kept: The closures of before.
    ///   - store: Where they are kept.
    ///   - now: ms since 1970 UTC.
    ///   - changed: Is told of each change, after it is durable.
    package init(
        _ kept: [Closure],
        store: any CaseStore,
        now: @escaping @Sendable () -> Int64,
        changed: @escaping @Sendable () -> Void
    ) {
        (self.closures, self.store, self.keeper) = (kept, store, CaseKeeper(store))
        (self.now, self.changed) = (now, changed)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe self.store.executor.asUnownedSerialExecutor()
    }

    /// What holds now.
    package var holding: [Closure] {
        let now = self.now()
        return self.closures.filter { $0.holds(at: now) }
    }

    /// Begins a closure, under another number where its id is taken.
    ///
    /// - Returns: The closure with the id that it has.
    /// - Throws: What the store throws; then nothing is closed.
    package func begin(_ closure: Closure, origin: String) throws -> Closure {
        var closure = closure
        let deed = CaseDeed(actor: closure.actor, origin: origin, what: "close", time: self.now())
        let id = closure.id
        var number = 1
        while true {
            do {
                try self.keeper.keep(closure, isNew: true, deed, mayWait: false)
                break
            } catch is CaseExists where number < 1_000 {
                number += 1
                closure.id = "\(id)-\(number)"
            }
        }
        self.closures.append(closure)
        self.changed()
        return closure
    }

    /// Ends a closure before its time; `nil` when there is none.
    ///
    /// - Throws: What the store throws; then it holds on.
    package func lift(_ id: String, actor: String, origin: String) throws -> Closure? {
        guard let index = self.closures.firstIndex(where: { $0.id == id && !$0.isLifted }) else { return nil }
        var closure = self.closures[index]
        closure.isLifted = true
        let deed = CaseDeed(actor: actor, origin: origin, what: "lift", time: self.now())
        try self.keeper.keep(closure, deed, mayWait: false)
        self.closures[index] = closure
        self.changed()
        return closure
    }
}
