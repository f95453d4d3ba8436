import Cases
import Incidents
import Threading

/// Keeps cases in memory, or refuses to.
final class MemoryStore: CaseStore {
    struct Full: Error {}

    let saved = Locked<[String]>([])
    let isFull = Locked(false)
    private let items = Locked<[String: any Case]>([:])
    private let thread = ThreadExecutor.start("cases")

    var executor: any SerialExecutor { self.thread }

    /// The incidents that are kept, by id.
    var incidents: [String: Incident] {
        self.items.withLock { items in
            Dictionary(uniqueKeysWithValues: items.values.compactMap { $0 as? Incident }.map { ($0.id, $0) })
        }
    }

    func save(_ item: some Case, isNew: Bool, _ deed: CaseDeed?) throws {
        if self.isFull.withLock({ $0 }) { throw Full() }
        let key = "\(type(of: item).kind) \(item.id)"
        if isNew, self.items.withLock({ $0[key] != nil }) { throw CaseExists() }
        self.items.withLock { $0[key] = item }
        if let deed { self.saved.withLock { $0.append("\(deed.what) \(item.id) by \(deed.actor)") } }
    }

    func save(all items: [any Case], _ deed: CaseDeed) throws {
        if self.isFull.withLock({ $0 }) { throw Full() }
        for item in items { self.items.withLock { $0["\(type(of: item).kind) \(item.id)"] = item } }
        self.saved.withLock { $0.append("\(deed.what) \(items.count) by \(deed.actor)") }
    }

    func item<Item: Case>(_ id: String) throws -> Item? {
        if self.isFull.withLock({ $0 }) { throw Full() }
        return self.items.withLock { $0["\(Item.kind) \(id)"] as? Item }
    }

    func items<Item: Case>(before cursor: CaseCursor, isPending: Bool, limit: Int) throws -> [Item] {
        let all = self.items.withLock { $0.values.compactMap { $0 as? Item } }
        let wanted = all.filter { (!isPending || $0.isPending) && ($0.began, $0.id) < (cursor.time, cursor.id ?? "") }
        return Array(wanted.sorted { ($0.began, $0.id) > ($1.began, $1.id) }.prefix(limit))
    }
}
