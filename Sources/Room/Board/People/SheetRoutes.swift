import FoundationEssentials
import History
import Hummingbird
import Reporting
import Reports
import Threading

/// The sheets over HTTP.
struct SheetRoutes: Sendable {
    let casebook: Casebook
    let audit: Audit

    /// `GET sheets`.
    private struct Listed: Encodable {
        let month: String
        let made: Int64
    }

    func add(to api: RouterGroup<BoardContext>) {
        api.get("sheets") { request, context in
            try context.require(.chief)
            try request.allow()
            let sheets = try await self.read { try $0.items(MonthlySheet.kind, from: 0, to: .max) }
            return try tagged(["sheets": sheets.map { Listed(month: $0.id, made: $0.made) }], request)
        }
        api.get("sheets/:id") { request, context in
            try context.require(.chief)
            try request.allow("format")
            let id = try context.parameters.require("id")
            let found = try await self.read { try $0.item(MonthlySheet.kind, id: id).map { [$0] } ?? [] }
            guard let sheet = found.first else {
                throw Problem(.notFound, "there is no sheet of '\(id.prefix(32))'; GET /api/v1/sheets lists them")
            }
            try await self.audit.note("officers' list read", of: "sheets/\(sheet.id)", context)
            switch request.query("format") ?? "json" {
            case "json": return try tagged(sheet.report, request)
            case "csv":
                return tagged(Array(("\u{FEFF}" + sheet.report.csv).utf8), request, type: "text/csv; charset=utf-8")
            default: throw Problem(.badRequest, "'format' must be json or csv")
            }
        }
    }

    private func read(_ work: @escaping @Sendable (Casebook) throws -> [Casebook.Item]) async throws -> [MonthlySheet] {
        let casebook = self.casebook
        return try await onQuietThread("sheets") {
            Result { try work(casebook).map { try JSONDecoder().decode(MonthlySheet.self, from: Data($0.body)) } }
        }
        .get()
    }
}
