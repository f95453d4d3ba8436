import Foundation
import Testing

@Suite("The board's words")
struct BoardWordsTests {
    private static let room = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/Room")

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.room.appending(path: path), encoding: .utf8)
    }

    private func keys(of text: String) -> Set<String> {
        Set(text.matches(of: /(?:^|[,{])\s*"?([\w \-]+?)"?: "/.anchorsMatchLineEndings()).map { String($0.1) })
    }

    /// The words of each language.
    private func words() throws -> [Set<String>] {
        let parts = try self.text("Board/Web/shared/words.js").components(separatedBy: "\n  en: {")
        try #require(parts.count == 2)
        return parts.map { self.keys(of: $0) }
    }

    @Test("stand in both languages, and none that the page asks for is missing")
    func complete() throws {
        let languages = try self.words()
        #expect(languages[0].symmetricDifference(languages[1]).isEmpty)
        let folder = Self.room.appending(path: "Board/Web")
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false))
            .filter { $0.hasSuffix(".js") || $0.hasSuffix(".html") }
        #expect(files.count > 10)
        for file in files {
            let asked = /word\("([^"]+)"\)|data-(?:word|label)="([^"]+)"|fact\("([^"]+)"/
            for found in try self.text("Board/Web/\(file)").matches(of: asked) {
                let key = String(found.1 ?? found.2 ?? found.3 ?? "")
                #expect(languages[0].contains(key), "\(file): \(key)")
            }
            // `word(isSo ? "one" : "other")`
            for found in try self.text("Board/Web/\(file)").matches(of: /word\([^")]*\? "([^"]+)" : "([^"]+)"\)/) {
                #expect(languages[0].isSuperset(of: [String(found.1), String(found.2)]), "\(file): \(found.0)")
            }
        }
    }

    @Test("the bar of an incident calls a step late after the time after which the room raises its alarm")
    func limits() throws {
        let (bar, room) = (try self.text("Board/Web/board/timeline.js"), try self.text("Incidents/Alarm.swift"))
        for (step, alarm) in [("stepSend", "unassigned"), ("stepAccept", "unaccepted"), ("stepMove", "unmoving")] {
            let shown = try #require(bar.firstMatch(of: try Regex("\(step)\".*limit: ([0-9]+)"))?[1].substring)
            let raised = try #require(room.firstMatch(of: try Regex("\\.\(alarm): ([0-9_]+)"))?[1].substring)
            #expect(shown == raised.replacing("_", with: ""), "\(step)")
        }
    }

    @Test("exist for every code that the room may send")
    func codes() throws {
        let languages = try self.words()
        let page = try self.text("Board/Web/shared/words.js")
        let start = try #require(page.range(of: "export const codes = {"))
        let end = try #require(page[start.upperBound...].range(of: "\n};"))
        let listed = Set(page[start.upperBound..<end.lowerBound].matches(of: /"([^"]+)"/).map { String($0.1) })
        #expect(listed.count > 40)
        #expect(listed.subtracting(languages[0]).isEmpty)
        for (file, name, prefix) in [
            ("Incidents/Alarm.swift", "enum Kind", ""), ("Dispatch/Candidates.swift", "enum Reason", ""),
            ("Incidents/Incident.swift", "enum State", ""), ("Incidents/IncidentStep.swift", "enum Reason", "refusal "),
        ] {
            let source = try self.text(file)
            let cases = try #require(source.range(of: name))
            let close = try #require(source[cases.upperBound...].range(of: "\n    }"))
            for line in source[cases.upperBound..<close.lowerBound].matches(of: /\bcase ([^\n]+)/) {
                for one in line.1.split(separator: ", ") {
                    let value = one.firstMatch(of: /"([^"]+)"/).map { String($0.1) } ?? String(one)
                    #expect(listed.contains(prefix + value), "\(file): \(value)")
                }
            }
        }
    }
}
