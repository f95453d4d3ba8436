import Foundation
import Testing

@Suite("The board's words")
struct BoardWordsTests {
    private static let web = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/Room/Board/Web")

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.web.appending(path: name), encoding: .utf8)
    }

    @Test("stand in both languages, and none that the page asks for is missing")
    func complete() throws {
        let parts = try self.text("words.js").components(separatedBy: "\n  en: {")
        try #require(parts.count == 2)
        let languages = parts.map { part in
            Set(part.matches(of: /(?:^|[,{])\s*"?([\w ]+?)"?: "/.anchorsMatchLineEndings()).map { String($0.1) })
        }
        #expect(languages[0].symmetricDifference(languages[1]).isEmpty)
        for file in ["board.js", "lists.js", "dialogs.js", "reports.js", "map.js", "board.html"] {
            for found in try self.text(file).matches(of: /word\("([^"]+)"\)|data-word="([^"]+)"|fact\("([^"]+)"/) {
                let key = String(found.1 ?? found.2 ?? found.3 ?? "")
                #expect(languages[0].contains(key), "\(file): \(key)")
            }
        }
    }
}
