import Foundation
import FoundationEssentials
import Hummingbird
import NIOCore
import NIOFoundationEssentialsCompat
import PatrolWire
import People
import Reports

/// The personnel register over HTTP: officers, teams, whose grids are whose, shifts and absences.
struct RegisterRoutes: Sendable {
    let register: RegisterDesk

    /// Bytes of the largest table that is taken.
    private static let largestTable = 4 << 20

    func add(to api: RouterGroup<BoardContext>) {
        api.get("register") { request, context in
            try context.require(.dispatcher)
            try request.allow()
            return try tagged(Answer(await self.register.register), request)
        }
        self.add(Officer.self, at: "officers", to: api)
        self.add(PoliceTeam.self, at: "teams", to: api)
        self.add(Responsibility.self, at: "responsibilities", to: api)
        self.add(Shift.self, at: "shifts", to: api)
        self.add(Absence.self, at: "absences", to: api)
    }

    /// All that holds, by kind.
    private struct Answer: Encodable {
        let officers: [Officer]
        let teams: [PoliceTeam]
        let responsibilities: [Responsibility]
        let shifts: [Shift]
        let absences: [Absence]

        init(_ register: Register) {
            func holding<E: Entry>(_ type: E.Type) -> [E] { register.entries(E.self).filter { $0.left == nil } }
            (self.officers, self.teams) = (holding(Officer.self), holding(PoliceTeam.self))
            (self.responsibilities, self.shifts) = (holding(Responsibility.self), holding(Shift.self))
            self.absences = holding(Absence.self)
        }
    }

    private func add<E: TableEntry>(_ type: E.Type, at name: String, to api: RouterGroup<BoardContext>) {
        api.get("register/\(name)") { request, context in
            try context.require(.dispatcher)
            try request.allow("format", "all")
            let all = try request.flag("all")
            let entries = await self.register.register.entries(E.self).filter { all || $0.left == nil }
            switch request.query("format") ?? "json" {
            case "json": return try tagged([name: entries], request)
            case "csv": return tagged(Self.table(entries), request, type: "text/csv; charset=utf-8")
            default: throw Problem(.badRequest, "'format' must be json or csv")
            }
        }
        api.post("register/\(name)") { request, context in try await self.take(type, request, context) }
        api.put("register/\(name)/:id") { request, context in
            try context.require(.chief)
            try request.allow()
            let id = try Self.id(context)
            let body: [String: JSONValue] = try await request.json(example: Self.example(type))
            let entry = try Self.entry(of: type, id: id, body)
            let kept = try await Self.refusing {
                try await self.register.put(entry, actor: context.actor, origin: context.origin)
            }
            return answer(try jsonBytes(kept))
        }
        api.delete("register/\(name)/:id") { request, context in
            try context.require(.chief)
            try request.allow()
            let id = try Self.id(context)
            guard let gone = try await self.register.remove(type, id, actor: context.actor, origin: context.origin)
            else {
                throw Problem(.notFound, "there is no '\(id.prefix(64))'; GET /api/v1/register/\(name) lists them")
            }
            return answer(try jsonBytes(gone))
        }
    }

    /// The id that the address names, as it was meant: a grid's may be of any signs.
    private static func id(_ context: BoardContext) throws -> String {
        let text = try context.parameters.require("id")
        guard let id = text.removingPercentEncoding else {
            throw Problem(.badRequest, "the address is not percent-encoded as it has to be")
        }
        return id
    }

    /// Takes a table: all of it or, with any fault in it, nothing.
    private func take<E: TableEntry>(
        _ type: E.Type,
        _ request: Request,
        _ context: BoardContext
    ) async throws -> Response {
        try context.require(.chief)
        try request.allow("preview")
        let isPreview = try request.flag("preview")
        let buffer = try await request.bytes(upTo: Self.largestTable, of: "the table")
        guard let text = buffer.getString(at: buffer.readerIndex, length: buffer.readableBytes, encoding: .utf8) else {
            throw Problem(.badRequest, "the table must be UTF-8: save it as CSV UTF-8")
        }
        let result = try await self.register.take(
            text,
            of: type,
            isPreview: isPreview,
            actor: context.actor,
            origin: context.origin
        )
        let status = result.problems.isEmpty || isPreview ? HTTPResponse.Status.ok : .unprocessableContent
        return answer(try jsonBytes(ImportAnswer(result, isPreview: isPreview)), status: status)
    }

    /// An entry out of the body of a request: the same keys as a table's columns, lists as lists.
    private static func entry<E: TableEntry>(
        of type: E.Type,
        id: String,
        _ body: [String: JSONValue]
    ) throws -> E {
        var cells: [String: String] = [:]
        for (key, value) in body {
            guard E.columns.contains(key) else {
                throw Problem(
                    .badRequest,
                    "'\(key.prefix(64))' is no key: there are \(E.columns.joined(separator: ", "))"
                )
            }
            cells[key] = try Self.cell(value, key)
        }
        let own = E.columns[0]
        if let named = cells[own], named != id {
            throw Problem(.badRequest, "'\(own)' is '\(named.prefix(64))', and the address names '\(id.prefix(64))'")
        }
        cells[own] = id
        if let missing = E.columns.prefix(E.needed).first(where: { cells[$0] ?? "" == "" }) {
            throw Problem(.badRequest, "'\(missing)' is missing; the body must be JSON such as \(Self.example(type))")
        }
        do throws(CSVTable.Fault) { return try E { cells[$0].flatMap { $0.isEmpty ? nil : $0 } } } catch {
            throw Problem(.badRequest, error.text)
        }
    }

    private static func cell(_ value: JSONValue, _ key: String) throws -> String? {
        switch value {
        case .string(let text): return text
        case .int(let number): return "\(number)"
        case .null: return nil
        case .array(let items):
            let texts = items.compactMap { if case .string(let text) = $0 { text } else { nil } }
            // Any of these would make two of one.
            guard texts.count == items.count, texts.allSatisfy({ !$0.isEmpty && CSVTable.list($0) == [$0] }) else {
                throw Problem(
                    .badRequest,
                    "'\(key)' must be a list of texts without blanks, commas, semicolons or slashes"
                )
            }
            return texts.joined(separator: " ")
        case .bool, .double, .object: throw Problem(.badRequest, "'\(key)' is of the wrong type")
        }
    }

    private static func example(_ type: any TableEntry.Type) -> String {
        switch type {
        case is Officer.Type: #"{"name":"…","role":"police","team":"a"}"#
        case is Shift.Type: #"{"date":"2026-11-28","from":"08:00","until":"20:00","every":3,"officers":["0421"]}"#
        case is Absence.Type: #"{"officer":"0421","from":"2026-12-01","until":"2026-12-03"}"#
        case is Responsibility.Type: #"{"officer":"0421","helper":"0933"}"#
        default: #"{"name":"…","leader":"0421"}"#
        }
    }

    private static func table<E: TableEntry>(_ entries: [E]) -> [UInt8] {
        var text = "\u{FEFF}" + CSV.line(E.columns)
        for entry in entries {
            let cells = entry.cells
            text += CSV.line(E.columns.map { CSV.text(cells[$0]) })
        }
        return Array(text.utf8)
    }

    private static func refusing<R>(_ body: () async throws -> R) async throws -> R {
        do { return try await body() } catch let refusal as Register.Refusal {
            throw Problem(.unprocessableContent, "\(refusal)")
        }
    }
}

/// What an import changed, or would change, or why it changed nothing.
struct ImportAnswer: Encodable, Sendable {
    struct Fault: Encodable, Sendable {
        let line: Int
        let problem: String
    }

    let preview: Bool
    let taken: Bool
    let added: [String]
    let changed: [String]
    let same: Int
    let problems: [Fault]

    init(_ result: RegisterDesk.Import, isPreview: Bool) {
        (self.preview, self.added, self.changed, self.same) = (isPreview, result.added, result.changed, result.same)
        self.taken = !isPreview && result.problems.isEmpty
        self.problems = result.problems.map { Fault(line: $0.line, problem: $0.text) }
    }
}
