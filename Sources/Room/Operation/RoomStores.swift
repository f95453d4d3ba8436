import FoundationEssentials
package import History
package import Incidents
package import Logging
import PatrolWire
import TimeToScene

/// Keeps incidents and roll calls in the casebook.
package struct RoomStores: CaseStore, RollCallStore {
    private let casebook: Casebook
    private let logger: Logger

    /// Creates the stores of a casebook.
    package init(casebook: Casebook, logger: Logger) { (self.casebook, self.logger) = (casebook, logger) }

    /// The words under which things are kept.
    enum Kind {
        static let incident = "incident"
        static let rollCall = "rollcall"
        static let closure = "closure"
    }

    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return encoder
    }()

    package func save(_ incident: Incident, isNew: Bool, _ deed: CaseDeed?) throws {
        let isOpen = !incident.state.isEnded || (incident.followUp.map { $0.done == nil } ?? false)
        let item = Casebook.Item(
            kind: Kind.incident,
            id: incident.id,
            time: incident.received,
            isOpen: isOpen,
            version: incident.version,
            body: Array(try Self.encoder.encode(incident))
        )
        try self.save(item, isNew: isNew, deed)
    }

    package func save(_ rollCall: RollCall, isNew: Bool, _ deed: CaseDeed) throws {
        let item = Casebook.Item(
            kind: Kind.rollCall,
            id: rollCall.id,
            time: rollCall.started,
            isOpen: false,
            version: rollCall.version,
            body: Array(try Self.encoder.encode(rollCall))
        )
        try self.save(item, isNew: isNew, deed)
    }

    private func save(_ item: Casebook.Item, isNew: Bool, _ deed: CaseDeed?) throws {
        let line = deed.map {
            Casebook.Deed(time: $0.time, actor: $0.actor, origin: $0.origin, what: $0.what, subject: item.id)
        }
        guard try self.casebook.save(item, isNew: isNew, line) else { throw CaseExists() }
    }

    package func incident(_ id: String) throws -> Incident? { try self.one(Kind.incident, id) }

    package func incidents(before cursor: CaseCursor, isOpen: Bool, limit: Int) throws -> [Incident] {
        try self.page(Kind.incident, cursor, isOpen: isOpen, limit)
    }

    package func rollCall(_ id: String) throws -> RollCall? { try self.one(Kind.rollCall, id) }

    package func rollCalls(before cursor: CaseCursor, limit: Int) throws -> [RollCall] {
        try self.page(Kind.rollCall, cursor, isOpen: false, limit)
    }

    private func one<T: Decodable>(_ kind: String, _ id: String) throws -> T? {
        try self.casebook.item(kind, id: id).map { try JSONDecoder().decode(T.self, from: Data($0.body)) }
    }

    private func page<T: Decodable>(_ kind: String, _ cursor: CaseCursor, isOpen: Bool, _ limit: Int) throws -> [T] {
        try self.casebook.items(kind, before: cursor.time, id: cursor.id, isOpen: isOpen, limit: limit).map { item in
            try JSONDecoder().decode(T.self, from: Data(item.body))
        }
    }

    /// What was kept of a kind since a time, and what is still open.
    package func kept<T: Decodable>(_ kind: String, as type: T.Type = T.self, since: Int64) throws -> [T] {
        try self.casebook.items(kind, from: since, to: .max, orOpen: true).compactMap { item in
            do {
                return try JSONDecoder().decode(T.self, from: Data(item.body))
            } catch {
                self.logger.error("\(kind) \(item.id) cannot be read any more and is left out: \(error)")
                return nil
            }
        }
    }
}
