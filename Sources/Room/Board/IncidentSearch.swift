import Hummingbird
import Incidents
import PatrolWire

/// What is looked for among the incidents that the room keeps, however old they are.
struct IncidentSearch: Sendable {
    /// So many cases are read for one page of an answer at most: then it says where to go on.
    static let mostRead = 5_000
    /// So many are read at once at least.
    static let leastRead = 100
    /// Characters of the longest text that is looked for.
    private static let longestText = 200

    private let state: String?
    private let category: String?
    private let from: Int64
    /// All of them have to be there.
    private let words: [String]

    /// Reads what is asked for.
    ///
    /// - Throws: ``Problem`` for what cannot be.
    init(_ request: Request) throws {
        self.state = request.query("state")
        self.category = request.query("category")
        self.from = try request.time("from", default: 0)
        let text = request.query("q") ?? ""
        guard text.count <= Self.longestText else {
            throw Problem(.badRequest, "'q' must have at most \(Self.longestText) characters")
        }
        self.words = text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
        if let state, state != "open", Incident.State(rawValue: state) == nil {
            let known = Incident.State.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(.badRequest, "'state' must be open, or one of \(known)")
        }
    }

    /// Whether only open ones are wanted: these the store finds by itself.
    var isOpen: Bool { self.state == "open" }

    /// Whether nothing that is as old can be one that is wanted, nor anything older.
    func isOver(at received: Int64) -> Bool { received < self.from }

    /// Whether an incident is one of those.
    func fits(_ incident: Incident) -> Bool {
        switch self.state {
        case nil: break
        case "open": if incident.state.isEnded { return false }
        default: if incident.state.rawValue != self.state { return false }
        }
        if let category, incident.report.category != category { return false }
        guard incident.received >= self.from else { return false }
        guard !self.words.isEmpty else { return true }
        let texts: [String?] =
            [
                incident.id, incident.report.place, incident.report.note, incident.report.category, incident.actor,
                incident.disposition?.result, incident.disposition?.note,
            ] + incident.assignments.flatMap { [$0.unit, $0.device] } + incident.entries.map(\.text)
        let text = texts.compactMap(\.self).joined(separator: "\n").lowercased()
        return self.words.allSatisfy(text.contains)
    }
}
