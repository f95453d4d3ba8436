/// Keeps the cases of one desk, in the order in which they changed.
///
/// What a person does is refused while the store fails. What a device says happened all the same: it holds at once,
/// and waits here until the store takes it.
package struct CaseKeeper<Item: Case>: Sendable {
    private let store: any CaseStore
    /// What the store has not taken yet, oldest first.
    private var waiting: [(item: Item, deed: CaseDeed?)] = []

    /// More than this and nothing more may wait: the store has been gone for too long.
    private static var mostWaiting: Int { 10_000 }

    /// Creates a keeper over a store.
    package init(_ store: any CaseStore) { self.store = store }

    /// How many changes wait for the store.
    package var waitingCount: Int { self.waiting.count }

    /// Keeps a case.
    ///
    /// - Parameters:
    ///   - item: The case.
    ///   - isNew: Whether there must be none of its id.
    ///   - deed: What was done.
    ///   - mayWait: Whether it waits here when the store fails.
    /// - Throws: ``CaseExists``; what the store throws when it may not wait, or too much waits already.
    package mutating func keep(_ item: Item, isNew: Bool = false, _ deed: CaseDeed?, mayWait: Bool) throws {
        do {
            // What waits goes first: the audit tells things in their order.
            try self.keepWaiting()
            try self.store.save(item, isNew: isNew, deed)
        } catch let error as CaseExists {
            throw error
        } catch {
            guard mayWait, self.waiting.count < Self.mostWaiting else { throw error }
            self.waiting.append((item, deed))
        }
    }

    /// Tries again to keep what the store did not take.
    ///
    /// - Throws: What the store throws; then the rest waits on.
    package mutating func keepWaiting() throws {
        while let next = self.waiting.first {
            try self.store.save(next.item, isNew: false, next.deed)
            self.waiting.removeFirst()
        }
    }

    /// One case out of the store.
    package func item(_ id: String) throws -> Item? { try self.store.item(id) }

    /// Cases out of the store, newest first.
    package func items(before cursor: CaseCursor, isPending: Bool = false, limit: Int) throws -> [Item] {
        try self.store.items(before: cursor, isPending: isPending, limit: limit)
    }
}
