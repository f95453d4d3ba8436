package import Cases
import FoundationEssentials
package import History
package import Logging
package import People

/// Keeps the desks' cases in the casebook, as JSON.
package struct CasebookStore: CaseStore {
    private let casebook: Casebook
    private let logger: Logger

    /// Creates the store of a casebook.
    package init(_ casebook: Casebook, logger: Logger) { (self.casebook, self.logger) = (casebook, logger) }

    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return encoder
    }()

    package var executor: any SerialExecutor { self.casebook.executor }

    package func save(_ item: some Case, isNew: Bool, _ deed: CaseDeed?) throws {
        let line = deed.map { Self.line($0, of: item.id) }
        guard try self.casebook.save(Self.kept(item), isNew: isNew, line) else { throw CaseExists() }
    }

    package func save(all items: [any Case], _ deed: CaseDeed) throws {
        let subject = items.count == 1 ? items[0].id : "\(items.count) entries"
        try self.casebook.save(all: items.map { try Self.kept($0) }, Self.line(deed, of: subject))
    }

    private static func kept<Item: Case>(_ item: Item) throws -> Casebook.Item {
        Casebook.Item(
            kind: Item.kind,
            id: item.id,
            time: item.began,
            isOpen: item.isPending,
            version: item.version,
            body: Array(try Self.encoder.encode(item))
        )
    }

    private static func line(_ deed: CaseDeed, of subject: String) -> Casebook.Deed {
        Casebook.Deed(time: deed.time, actor: deed.actor, origin: deed.origin, what: deed.what, subject: subject)
    }

    package func item<Item: Case>(_ id: String) throws -> Item? {
        try self.casebook.item(Item.kind, id: id).map { try JSONDecoder().decode(Item.self, from: Data($0.body)) }
    }

    package func items<Item: Case>(before cursor: CaseCursor, isPending: Bool, limit: Int) throws -> [Item] {
        let kept = try self.casebook.items(
            Item.kind,
            before: cursor.time,
            id: cursor.id,
            isOpen: isPending,
            limit: limit
        )
        return try kept.map { try JSONDecoder().decode(Item.self, from: Data($0.body)) }
    }

    /// Cases that began since a time, ms since 1970 UTC, and those of which something is still expected, oldest first.
    ///
    /// One that cannot be read is left out and logged: a room without it is better than none.
    package func kept<Item: Case>(since: Int64) throws -> [Item] {
        try self.casebook.items(Item.kind, from: since, to: .max, orOpen: true).compactMap { item in
            do {
                return try JSONDecoder().decode(Item.self, from: Data(item.body))
            } catch {
                self.logger.error("\(item.kind) \(item.id) cannot be read any more and is left out: \(error)")
                return nil
            }
        }
    }

    /// The personnel register as it was kept.
    package func register() throws -> Register {
        var register = Register()
        func restore<E: Entry>(_ type: E.Type) throws {
            let entries: [E] = try self.kept(since: 0)
            for entry in entries { register.restore(entry) }
        }
        try restore(Officer.self)
        try restore(PoliceTeam.self)
        try restore(Responsibility.self)
        try restore(Shift.self)
        try restore(Absence.self)
        return register
    }
}
