package import Cases
package import Plan

/// The personnel register of the room while it runs: each change durable before it is answered.
package actor RegisterDesk {
    /// What an import would change, or why it changes nothing.
    package struct Import: Sendable, Hashable {
        /// Ids of entries that are new.
        package var added: [String] = []
        /// Ids of entries that say something else than before.
        package var changed: [String] = []
        /// How many say what is known already.
        package var same = 0
        /// What is wrong; nothing is taken while there is anything.
        package var problems: [CSVTable.Problem] = []
    }

    /// The register as it is.
    package private(set) var register: Register
    private let store: any CaseStore
    private let zone: LocalZone
    private let now: @Sendable () -> Int64

    /// A roster is looked at so far ahead, ms, before it is taken: what repeats longer has shown itself by then.
    private static let horizon: Int64 = 70 * 86_400_000

    /// Creates a desk.
    ///
    /// - Parameters:
    ///   - register: What was kept.
    ///   - store: Where it is kept.
    ///   - zone: The station's local time.
    ///   - now: ms since 1970 UTC.
    package init(_ register: Register, store: any CaseStore, zone: LocalZone, now: @escaping @Sendable () -> Int64) {
        (self.register, self.store, self.zone, self.now) = (register, store, zone, now)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe self.store.executor.asUnownedSerialExecutor()
    }

    /// Who is on duty when.
    package var roster: Roster { Roster(self.register, zone: self.zone) }

    /// Enters or changes an entry.
    ///
    /// - Throws: ``Register/Refusal``, or what the store throws; then nothing changed.
    package func put<E: Entry>(_ entry: E, actor: String, origin: String) throws -> E {
        var register = self.register
        guard let kept = try register.put(entry, at: self.now()) else { return register.entry(entry.id) ?? entry }
        if let shift = kept as? Shift, let problem = self.problems(of: [shift.id], in: register).first {
            throw Register.Refusal("\(problem.date): \(problem.text)")
        }
        try self.store.save(all: [kept], self.deed(E.kind, actor, origin))
        self.register = register
        return kept
    }

    /// Takes an entry back; `nil` when there is none that holds.
    ///
    /// - Throws: What the store throws; then it holds on.
    package func remove<E: Entry>(_ type: E.Type, _ id: String, actor: String, origin: String) throws -> E? {
        var register = self.register
        guard let gone = register.remove(type, id, at: self.now()) else { return nil }
        try self.store.save(all: [gone], self.deed("\(E.kind) removed", actor, origin))
        self.register = register
        return gone
    }

    /// Takes a table, all of it or nothing.
    ///
    /// - Parameters:
    ///   - text: The table.
    ///   - type: What its rows are.
    ///   - isPreview: Whether it is only said what would change.
    ///   - actor: Who does it.
    ///   - origin: From where.
    /// - Returns: What changed, or would; with problems nothing did.
    /// - Throws: What the store throws; then nothing was taken.
    package func take<E: TableEntry>(
        _ text: String,
        of type: E.Type,
        isPreview: Bool,
        actor: String,
        origin: String
    ) throws -> Import {
        var (result, register, kept) = (Import(), self.register, [E]())
        do throws(CSVTable.Problem) {
            let (rows, problems) = try CSVTable(text).entries(E.self)
            result.problems = problems
            self.enter(rows, into: &register, &result, &kept)
        } catch {
            result.problems = [error]
        }
        guard result.problems.isEmpty, !isPreview, !kept.isEmpty else { return result }
        try self.store.save(all: kept, self.deed("\(E.kind) import", actor, origin))
        self.register = register
        return result
    }

    private func enter<E: TableEntry>(
        _ rows: [(line: Int, entry: E)],
        into register: inout Register,
        _ result: inout Import,
        _ kept: inout [E]
    ) {
        var lines: [String: Int] = [:]
        for (line, entry) in rows {
            if let before = lines.updateValue(line, forKey: entry.id) {
                result.problems.append(CSVTable.Problem(line: line, "'\(entry.id)' stands on line \(before) already"))
                continue
            }
            let isKnown = (register.entry(entry.id) as E?) != nil
            do throws(Register.Refusal) {
                guard let taken = try register.put(entry, at: self.now()) else {
                    result.same += 1
                    continue
                }
                kept.append(taken)
                if isKnown { result.changed.append(entry.id) } else { result.added.append(entry.id) }
            } catch {
                result.problems.append(CSVTable.Problem(line: line, error.description))
            }
        }
        guard result.problems.isEmpty, E.self is Shift.Type else { return }
        for problem in self.problems(of: Set(lines.keys), in: register) {
            let text = "\(problem.date): \(problem.text)"
            result.problems.append(
                CSVTable.Problem(line: lines[problem.shift] ?? lines[problem.other ?? ""] ?? 1, text)
            )
        }
        result.problems.sort { ($0.line, $0.text) < ($1.line, $1.text) }
    }

    /// What stands in the way of shifts; that too few are there is a chief's to know and to allow.
    private func problems(of shifts: Set<String>, in register: Register) -> [RosterProblem] {
        let days = Set(shifts.compactMap { register.shifts[$0].flatMap { CivilDate($0.date) }?.daysSince1970 }).sorted()
        guard let first = days.first, let last = days.last else { return [] }
        let roster = Roster(register, zone: self.zone)
        // Only the weeks in which a shift begins are laid out: a mistyped year must not lay out a century.
        var found: [RosterProblem] = []
        var from = first - 1
        for day in days where day >= from || day == first {
            let begin = max(from, day - 1)
            let end = min(last, day) + Self.horizon / 86_400_000
            guard begin < end else { continue }
            found += roster.problems(in: begin * 86_400_000..<end * 86_400_000).filter { problem in
                problem.kind != .gap && (shifts.contains(problem.shift) || problem.other.map(shifts.contains) ?? false)
            }
            from = end
        }
        // Each is told once a shift and person, on its first day.
        var told: Set<String> = []
        return found.filter { told.insert("\($0.shift) \($0.officer ?? "") \($0.kind.rawValue)").inserted }
    }

    private func deed(_ what: String, _ actor: String, _ origin: String) -> CaseDeed {
        CaseDeed(actor: actor, origin: origin, what: what, time: self.now())
    }
}
