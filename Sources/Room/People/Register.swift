import Cases
package import Plan

/// The people of a station, their teams, their grids, and when they are on duty: a pure value.
package struct Register: Sendable, Hashable {
    /// By number.
    package var officers: [String: Officer] = [:]
    /// By id.
    package var teams: [String: PoliceTeam] = [:]
    /// By grid.
    package var responsibilities: [String: Responsibility] = [:]
    /// By id.
    package var shifts: [String: Shift] = [:]
    /// By id.
    package var absences: [String: Absence] = [:]

    /// Creates an empty register.
    package init() {}

    /// Why an entry cannot be taken, in a sentence.
    package struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong and what to do.
        package let description: String

        /// Creates a refusal.
        package init(_ description: String) { self.description = description }
    }

    /// The entries of a type, those that were taken back too, by id.
    package func entries<E: Entry>(_ type: E.Type = E.self) -> [E] {
        self[keyPath: E.table].values.sorted { $0.id < $1.id }
    }

    /// One entry, also one that was taken back.
    package func entry<E: Entry>(_ id: String) -> E? { self[keyPath: E.table][id] }

    /// Enters an entry as the store had it.
    package mutating func restore(_ entry: some Entry) { self.set(entry) }

    private mutating func set<E: Entry>(_ entry: E) {
        self[keyPath: E.table][entry.id] = entry
    }

    /// Enters or changes an entry.
    ///
    /// - Parameters:
    ///   - entry: What it is to be.
    ///   - now: ms since 1970 UTC.
    /// - Returns: The entry as it is now; `nil` when nothing changed.
    /// - Throws: ``Refusal``; then nothing changed.
    package mutating func put<E: Entry>(_ entry: E, at now: Int64) throws(Refusal) -> E? {
        if let fault = entry.fault { throw Refusal(fault) }
        if let fault = self.stranger(in: entry) { throw Refusal(fault) }
        var entry = entry
        let known: E? = self.entry(entry.id)
        if let known, known.isSame(as: entry) { return nil }
        entry.began = known?.began ?? now
        entry.version = (known?.version ?? 0) + 1
        self.set(entry)
        return entry
    }

    /// Takes an entry back; it stays for what was done under its name.
    ///
    /// - Returns: The entry as it is now; `nil` when there is none that holds.
    package mutating func remove<E: Entry>(_ type: E.Type, _ id: String, at now: Int64) -> E? {
        guard var entry: E = self.entry(id), entry.left == nil else { return nil }
        entry.left = now
        entry.version += 1
        self.set(entry)
        return entry
    }

    /// Whom or what an entry names that the register does not know.
    private func stranger(in entry: some Entry) -> String? {
        func unknown(_ number: String?, _ key: String) -> String? {
            guard let number else { return nil }
            guard let officer = self.officers[number] else {
                return "'\(key)' names '\(number.prefix(64))', and no such officer is known: enter the officer first"
            }
            return officer.left == nil ? nil : "'\(key)' names \(officer.name) (\(number)), who has left"
        }
        switch entry {
        case let officer as Officer:
            guard let team = officer.team, self.teams[team].map({ $0.left != nil }) ?? true else { return nil }
            return "'team' names '\(team.prefix(64))', and no such team is known: enter the team first"
        case let team as PoliceTeam:
            if let parent = team.parent, self.teams[parent] == nil {
                return "'parent' names '\(parent.prefix(64))', and no such team is known: enter it first"
            }
            return unknown(team.leader, "leader") ?? unknown(team.deputy, "deputy")
        case let own as Responsibility: return unknown(own.officer, "officer") ?? unknown(own.helper, "helper")
        case let shift as Shift:
            for number in shift.officers { if let fault = unknown(number, "officers") { return fault } }
            return nil
        case let absence as Absence: return unknown(absence.officer, "officer")
        default: return nil
        }
    }

    /// The members of a team and of the groups in it who have not left, by number.
    package func members(of team: String) -> [Officer] {
        let groups = Set(self.teams.values.filter { $0.parent == team }.map(\.id)).union([team])
        return self.officers.values.filter { $0.left == nil && groups.contains($0.team ?? "") }
            .sorted { $0.number < $1.number }
    }

    /// Why somebody cannot own something that is due at a time; `nil` when nothing is in the way.
    ///
    /// - Parameters:
    ///   - number: The officer.
    ///   - due: ms since 1970 UTC.
    ///   - now: ms since 1970 UTC.
    ///   - zone: The station's local time.
    /// - Returns: What is in the way, and what to do.
    package func objection(toOwner number: String, due: Int64, now: Int64, zone: LocalZone) -> String? {
        guard let officer = self.officers[number] else {
            return "'owner' names '\(number.prefix(64))', and no such officer is known: GET /api/v1/register lists them"
        }
        guard officer.left == nil else { return "\(officer.name) (\(number)) has left: name another owner" }
        let day = { (time: Int64) in zone.local(time / 1_000).dividedDown(by: 86_400) }
        let (first, last) = (day(now), day(due))
        // Whoever is there on a single day of the time may do it then.
        let away = self.absences.values.filter { $0.officer == number }
        guard first <= last, last - first <= 366,
            (first...last).allSatisfy({ day in away.contains { $0.holds(on: day) } })
        else { return nil }
        return "\(officer.name) (\(number)) is away for all of that time: name another owner, or a later time"
    }
}
