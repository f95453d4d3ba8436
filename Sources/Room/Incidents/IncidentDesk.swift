package import Cases
import PatrolWire
package import Units

/// The incidents of the room while it runs: one act after the other, each durable before it is answered.
///
/// Whoever acts second on the same thing is told who was first. What a device says comes in as records and moves
/// its order on; orders that no device has confirmed are told again. What a device or another system says is never
/// lost for a store that fails: it holds at once, and is kept as soon as the store takes it.
package actor IncidentDesk {
    var book: IncidentBook
    let now: @Sendable () -> Int64
    var pending = PendingOrders(again: 3_000)
    /// By incident: where its units were last told that it is, and when.
    var toldPlaces: [String: (latitude: Double, longitude: Double, time: Int64)] = [:]
    /// Units whose officers call for help.
    package nonisolated let calling: CallingUnits
    private let store: any CaseStore
    private let categories: Categories
    private var keeper: CaseKeeper<Incident>
    private let changed: @Sendable (Incident) -> Void
    private var keptPlaces: [String: Int64] = [:]

    /// An incident that ended longer ago, ms, is in the store only.
    private static let remembered: Int64 = 30 * 86_400_000
    /// The place of a call for help is kept at most so often, ms.
    private static let placeEvery: Int64 = 10_000

    /// What devices said of incidents that the room has not heard of yet, oldest first.
    var earlyWords: [(word: DeviceWord, device: Name, time: Int64)] = []
    /// So many of these at most.
    static let mostEarlyWords = 1_000

    /// Creates a desk.
    ///
    /// - Parameters:
    ///   - kept: The incidents of before.
    ///   - categories: The station's kinds of incidents.
    ///   - store: Where they are kept.
    ///   - now: ms since 1970 UTC.
    ///   - changed: Is told of each change, after it is durable.
    package init(
        _ kept: [Incident],
        categories: Categories = .none,
        store: any CaseStore,
        now: @escaping @Sendable () -> Int64,
        changed: @escaping @Sendable (Incident) -> Void
    ) {
        let book = IncidentBook(kept)
        (self.book, self.store, self.keeper) = (book, store, CaseKeeper(store))
        self.categories = categories
        (self.now, self.changed) = (now, changed)
        self.calling = CallingUnits(Set(book.open.compactMap { $0.distress?.id }))
        for incident in book.open {
            for assignment in incident.assignments where assignment.isActive && assignment.delivered == nil {
                self.pending.add(Self.dispatch(incident, assignment))
            }
        }
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe self.store.executor.asUnownedSerialExecutor()
    }

    /// The incidents of the last 30 days and all that are open, newest first.
    package var all: [Incident] { self.book.all }

    /// How many changes the store has not taken yet.
    package var unkeptCount: Int { self.keeper.waitingCount }

    /// One incident, however old.
    ///
    /// - Throws: ``IncidentRefusal`` when there is none, or what the store throws.
    package func incident(_ id: String) throws -> Incident {
        guard let incident = try self.book[id] ?? self.keeper.item(id) else {
            throw IncidentRefusal(.unknown, "no incident '\(id)'; GET /api/v1/incidents lists them")
        }
        return incident
    }

    /// The units that are on an incident.
    package var engaged: Set<UnitID> {
        Set(self.book.open.flatMap(\.assignments).filter(\.isActive).compactMap(\.id))
    }

    /// What is overdue; calls for help first.
    package var alarms: [Alarm] {
        let alarms = self.book.all.flatMap { $0.alarms(at: self.now()) }
        return alarms.filter { $0.kind == .sos } + alarms.filter { $0.kind != .sos }
    }

    /// Enters an incident.
    ///
    /// - Parameters:
    ///   - report: What and where.
    ///   - station: Whose it is; `nil` in a room of one station.
    ///   - actor: Who enters it.
    ///   - origin: From where.
    ///   - id: Its id when it has one from elsewhere; the same incident entered twice is one.
    ///   - isKept: Whether it is refused while the store fails; otherwise it holds at once and is kept later.
    /// - Returns: The incident with its id.
    /// - Throws: ``IncidentRefusal``, or what the store throws; then nothing was entered.
    package func open(
        _ report: Incident.Report,
        station: String?,
        actor: String,
        origin: String,
        id: String? = nil,
        isKept: Bool = true
    ) throws -> Incident {
        try self.enter(
            report,
            station,
            CaseDeed(actor: actor, origin: origin, what: "open", time: self.now()),
            id,
            isKept
        )
    }

    func enter(
        _ report: Incident.Report,
        _ station: String?,
        _ deed: CaseDeed,
        _ id: String?,
        _ isKept: Bool,
        distress: Incident.Distress? = nil,
        finder: Incident.Finder? = nil,
        began: Int64? = nil
    ) throws -> Incident {
        if let id, let known = try self.known(id, isKept: isKept) { return known }
        var taken: Set<String> = []
        while true {
            var book = self.book
            book.forget(endedBefore: deed.time - Self.remembered)
            let incident = try book.open(
                self.categories.placing(report),
                station: station,
                actor: deed.actor,
                now: began ?? deed.time,
                id: id,
                taken: taken,
                distress: distress,
                finder: finder
            )
            do {
                try self.keeper.keep(incident, isNew: true, deed, mayWait: !isKept)
            } catch is CaseExists where id == nil && taken.count < 100 {
                // Another's number: the store knows of it, and this book does not.
                taken.insert(incident.id)
                continue
            }
            self.book = book
            self.noteCalling(incident)
            self.changed(incident)
            return incident
        }
    }

    private func known(_ id: String, isKept: Bool) throws -> Incident? {
        if let known = self.book[id] { return known }
        do { return try self.keeper.item(id) } catch {
            if isKept { throw error }
            return nil
        }
    }

    /// Takes a step.
    ///
    /// - Throws: ``IncidentRefusal``, or what the store throws; then nothing was done.
    @discardableResult
    package func take(
        _ step: IncidentStep,
        with id: String,
        version: Int? = nil,
        actor: String,
        origin: String,
        isKept: Bool = true
    ) throws -> Incident {
        let now = self.now()
        if self.book[id] == nil, let old = try self.keeper.item(id) { self.book.recall(old) }
        let before = self.book[id]
        var book = self.book
        let (incident, isChanged) = try book.take(
            self.placing(step),
            with: id,
            version: version,
            actor: actor,
            now: now
        )
        guard isChanged else { return incident }
        let what = incident.entries.last?.what ?? "step"
        let deed = CaseDeed(actor: actor, origin: origin, what: what, time: now)
        try self.keeper.keep(incident, deed, mayWait: !isKept)
        self.book = book
        self.noteCalling(incident)
        self.tell(incident, before: before, actor: actor, now: now)
        self.changed(incident)
        return incident
    }

    private func placing(_ step: IncidentStep) -> IncidentStep {
        guard case .amend(var amendment) = step, let word = amendment.category else { return step }
        let place = self.categories.place(of: word)
        (amendment.category, amendment.group) = (place.category, place.group)
        return .amend(amendment)
    }

    private func noteCalling(_ incident: Incident) {
        guard let unit = incident.distress?.id else { return }
        // A step with a call that has ended says nothing of one that is open.
        let isCalling = self.book.open.contains { $0.distress?.id == unit }
        if isCalling { self.calling.insert(unit) } else { self.calling.remove(unit) }
    }

    /// Moves a call for help to where its device is.
    func follow(_ id: String, latitude: Double, longitude: Double, at time: Int64) throws {
        guard let incident = self.book.follow(id, latitude: latitude, longitude: longitude, at: time) else { return }
        let now = self.now()
        if now - (self.keptPlaces[id] ?? .min >> 1) >= Self.placeEvery {
            self.keptPlaces[id] = now
            try self.keeper.keep(incident, nil, mayWait: true)
        }
        self.tellPlace(incident, now: now)
        self.changed(incident)
    }

    /// Forgets what was noted of a call for help that has ended.
    func endFollowing(_ id: String) { (self.keptPlaces[id], self.toldPlaces[id]) = (nil, nil) }

    /// Tries again to keep what the store did not take.
    ///
    /// - Throws: What the store throws; then the rest waits on.
    package func keepUnkept() throws { try self.keeper.keepWaiting() }

    /// Orders that are to be told now; those that nobody answers come again until their time is over.
    package func due() -> [(order: Order, isFirst: Bool)] { self.pending.due(at: self.now()) }
}

extension IncidentDesk {
    /// Incidents before a cursor, newest first, out of the store; what is newer here stands for what is there.
    ///
    /// - Throws: What the store throws.
    package func page(before cursor: CaseCursor, isOpen: Bool, limit: Int) throws -> [Incident] {
        try self.keeper.items(before: cursor, isPending: isOpen, limit: limit).map { self.book[$0.id] ?? $0 }
    }
}
