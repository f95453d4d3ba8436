/// Who did what, as the audit keeps it.
package struct CaseDeed: Sendable, Hashable {
    /// Who: an account, a device, or `room`.
    package let actor: String
    /// From where: an address, `mqtt`, `room`.
    package let origin: String
    /// What was done, in one word.
    package let what: String
    /// When, ms since 1970 UTC.
    package let time: Int64

    /// Creates a deed.
    package init(actor: String, origin: String, what: String, time: Int64) {
        (self.actor, self.origin, self.what, self.time) = (actor, origin, what, time)
    }
}

/// The id of a new thing is another's already.
package struct CaseExists: Error, Sendable, Hashable {
    /// Creates it.
    package init() {}
}

/// Where a list goes on: everything that is older than this.
package struct CaseCursor: Sendable, Hashable {
    /// ms since 1970 UTC.
    package let time: Int64
    /// Among those of the same time, ids before this one; `nil` for none of them.
    package let id: String?

    /// Creates a cursor.
    package init(time: Int64, id: String? = nil) { (self.time, self.id) = (time, id) }
}

/// Where a desk keeps what it does: durable before anybody sees it.
package protocol CaseStore: Sendable {
    /// Keeps an incident and the deed that changed it; without a deed only what is known of it.
    ///
    /// - Throws: ``CaseExists`` when it is new and its id is not.
    func save(_ incident: Incident, isNew: Bool, _ deed: CaseDeed?) throws

    /// One incident, however old; `nil` when there is none.
    func incident(_ id: String) throws -> Incident?

    /// Incidents before a cursor, newest first; `isOpen` for those that are not ended only.
    func incidents(before cursor: CaseCursor, isOpen: Bool, limit: Int) throws -> [Incident]
}
