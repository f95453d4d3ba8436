import Dispatching
import FoundationEssentials
import History
import PatrolWire
import TimeToScene

/// Keeps incidents and roll calls in the casebook.
struct RoomStores: CaseStore, RollCallStore {
    let casebook: Casebook

    private static let encoder = {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return encoder
    }()

    func save(_ incident: Incident, actor: String, origin: String, what: String, now: Int64) throws {
        let isOpen = !incident.state.isEnded || (incident.followUp.map { $0.done == nil } ?? false)
        try self.casebook.save(
            Casebook.Item(
                kind: "incident",
                id: incident.id,
                time: incident.received,
                isOpen: isOpen,
                version: incident.version,
                body: Array(try Self.encoder.encode(incident))
            ),
            Casebook.Deed(time: now, actor: actor, origin: origin, what: what, subject: incident.id)
        )
    }

    func save(_ rollCall: RollCall, actor: String, origin: String, what: String, now: Int64) throws {
        try self.casebook.save(
            Casebook.Item(
                kind: "rollcall",
                id: rollCall.id,
                time: rollCall.started,
                isOpen: false,
                version: rollCall.version,
                body: Array(try Self.encoder.encode(rollCall))
            ),
            Casebook.Deed(time: now, actor: actor, origin: origin, what: what, subject: rollCall.id)
        )
    }

    /// What was kept of a kind since a time, and what is still open.
    func kept<T: Decodable>(_ kind: String, as type: T.Type = T.self, since: Int64) throws -> [T] {
        try self.casebook.items(kind, from: since, to: .max, orOpen: true).map { item in
            try JSONDecoder().decode(T.self, from: Data(item.body))
        }
    }
}
