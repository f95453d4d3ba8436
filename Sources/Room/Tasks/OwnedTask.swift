import Cases
import PatrolWire

/// Something that somebody is to do until a time: nothing is raised without an owner, nothing that was said is overwritten.
///
/// Follow-ups, supervision (跟进督办), small cases, whistles of a grid (网格吹哨), referrals, publicity, warnings (预警指令).
package struct OwnedTask: Case, Hashable {
    package static let kind = "task"

    /// What kind.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// What remains of an incident.
        case followUp = "follow-up"
        /// 跟进督办.
        case supervision
        /// A small case.
        case smallCase = "case"
        /// 网格吹哨.
        case whistle
        /// Handed to mediation or to a court.
        case referral
        /// To be made known where it happens.
        case publicity
        /// 预警指令.
        case warning
        /// Something else.
        case other
    }

    /// How far it has come.
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// Its owner has it to do.
        case open
        /// The owner says that it is done.
        case answered
        /// Nothing more is expected.
        case closed
    }

    /// One thing that was done with it.
    package struct Entry: Sendable, Hashable, Codable {
        /// When, ms since 1970 UTC.
        package let time: Int64
        /// The account that did it.
        package let actor: String
        /// What, in one word.
        package let what: String
        /// In which words.
        package let text: String?
        /// The owner from then on, where it was handed on.
        package let owner: String?
        /// Until when from then on, where that changed, ms since 1970 UTC.
        package let due: Int64?
        /// 1 (bad) … 5 (good), where it was rated.
        package let rating: Int?
    }

    /// Id.
    package let id: String
    /// What kind.
    package let kind: Kind
    /// 1 (at once) … 3 (when there is time).
    package let grade: Int
    /// What is to be done.
    package let text: String
    /// The incident that it comes from.
    package let incident: String?
    /// The grid that it belongs to.
    package let grid: String?
    /// Where, degrees.
    package let latitude: Double?
    /// Where, degrees.
    package let longitude: Double?
    /// Who raised it.
    package let actor: String
    /// When it was raised, ms since 1970 UTC.
    package let began: Int64
    /// Number of the officer whose it is.
    package internal(set) var owner: String
    /// Until when, ms since 1970 UTC.
    package internal(set) var due: Int64
    /// How far it has come.
    package internal(set) var state = State.open
    /// What came of it, as its owner said last.
    package internal(set) var result: String?
    /// When its owner said so first, ms since 1970 UTC.
    package internal(set) var answered: Int64?
    /// When it was closed, ms since 1970 UTC.
    package internal(set) var closed: Int64?
    /// All that was done with it, in order.
    package internal(set) var entries: [Entry] = []
    /// Changes so far.
    package internal(set) var version = 1

    package var isPending: Bool { self.state != .closed }

    /// Whether it should have been done by a time, ms since 1970 UTC: an answer that came late was overdue.
    package func isOverdue(at now: Int64) -> Bool {
        (self.answered ?? now) > self.due && (self.closed ?? now) > self.due
    }

    /// What is to be raised.
    package struct Draft: Sendable, Hashable {
        /// What kind.
        package var kind: Kind
        /// 1 … 3.
        package var grade: Int
        /// What is to be done.
        package var text: String
        /// Number of the officer whose it is to be.
        package var owner: String
        /// Until when, ms since 1970 UTC.
        package var due: Int64
        /// The incident that it comes from.
        package var incident: String?
        /// The grid that it belongs to.
        package var grid: String?
        /// Where, degrees.
        package var place: (latitude: Double, longitude: Double)?

        /// Creates a draft.
        package init(
            kind: Kind,
            grade: Int = 2,
            text: String,
            owner: String,
            due: Int64,
            incident: String? = nil,
            grid: String? = nil,
            place: (latitude: Double, longitude: Double)? = nil
        ) {
            (self.kind, self.grade, self.text, self.owner) = (kind, grade, text, owner)
            (self.due, self.incident, self.grid, self.place) = (due, incident, grid, place)
        }

        package static func == (a: Draft, b: Draft) -> Bool {
            (a.kind, a.grade, a.text, a.owner, a.due) == (b.kind, b.grade, b.text, b.owner, b.due)
                && (a.incident, a.grid) == (b.incident, b.grid)
                && a.place?.latitude == b.place?.latitude && a.place?.longitude == b.place?.longitude
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(self.text)
            hasher.combine(self.owner)
        }
    }

    init(_ draft: Draft, id: String, actor: String, now: Int64) {
        (self.id, self.kind, self.grade, self.text) = (id, draft.kind, draft.grade, draft.text)
        (self.incident, self.grid, self.actor, self.began) = (draft.incident, draft.grid, actor, now)
        (self.latitude, self.longitude) = (draft.place?.latitude, draft.place?.longitude)
        (self.owner, self.due) = (draft.owner, draft.due)
        self.note("raise", draft.text, actor, now, owner: draft.owner, due: draft.due)
        self.version = 1
    }

    mutating func note(
        _ what: String,
        _ text: String?,
        _ actor: String,
        _ now: Int64,
        owner: String? = nil,
        due: Int64? = nil,
        rating: Int? = nil
    ) {
        self.entries.append(
            Entry(time: now, actor: actor, what: what, text: text, owner: owner, due: due, rating: rating)
        )
        self.version += 1
    }
}
