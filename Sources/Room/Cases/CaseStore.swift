/// Something that a desk keeps for good, with all that was ever done to it.
package protocol Case: Codable, Sendable {
    /// The word for its kind. It stands in stores, so it never changes.
    static var kind: String { get }
    /// Its id, unique within the kind.
    var id: String { get }
    /// When it began, ms since 1970 UTC.
    var began: Int64 { get }
    /// Whether something is still expected of it: a start reads such cases however old they are.
    var isPending: Bool { get }
    /// Changes so far; the store never replaces a newer version by an older one.
    var version: Int { get }
}

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

/// The id of a new case is another's already.
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

/// Where desks keep their cases: durable before anybody sees them.
package protocol CaseStore: Sendable {
    /// Where the desks run: keeping a case waits for the disk, and the pool that serves everybody must not.
    var executor: any SerialExecutor { get }

    /// Keeps a case and the deed that changed it; without a deed only what is known of it.
    ///
    /// - Throws: ``CaseExists`` when it is new and its id is not; anything else when the store fails.
    func save(_ item: some Case, isNew: Bool, _ deed: CaseDeed?) throws

    /// Keeps several cases and the one deed that changed them: all of them, or none.
    ///
    /// - Throws: What the store throws.
    func save(all items: [any Case], _ deed: CaseDeed) throws

    /// One case, however old; `nil` when there is none.
    func item<Item: Case>(_ id: String) throws -> Item?

    /// Cases before a cursor, newest first; `isPending` for those of which something is still expected only.
    func items<Item: Case>(before cursor: CaseCursor, isPending: Bool, limit: Int) throws -> [Item]
}
