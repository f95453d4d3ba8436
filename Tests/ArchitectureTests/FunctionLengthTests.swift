import Foundation
import Testing

/// A function is what one reads at once: seventy lines at most, from its name to its closing brace.
@Suite("Functions")
struct FunctionLengthTests {
    private static let most = 70

    /// Where a function begins: its name, or `init`.
    nonisolated(unsafe) private static let head =
        /^( *)(?:@\w+(?:\([^)]*\))? )*(?:package |public |private |fileprivate |internal |static |final |override |mutating |consuming |nonisolated |convenience |required )*(?:func ([^\s(<]+)|(init)[?(<])/

    /// The functions of a text that are longer, with their lines.
    private func long(in text: String) -> [(name: String, lines: Int)] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        var found: [(String, Int)] = []
        for (number, line) in lines.enumerated() {
            guard line.contains("func ") || line.contains("init"), let match = line.firstMatch(of: Self.head) else {
                continue
            }
            // swift-format has put the closing brace under the first letter.
            let end = "\(match.1)}"
            guard let close = lines[number...].firstIndex(where: { $0 == end }), !line.hasSuffix("}") else { continue }
            let count = close - number + 1
            if count > Self.most { found.append((String(match.2 ?? match.3 ?? ""), count)) }
        }
        return found
    }

    @Test("none is longer than 70 lines")
    func short() throws {
        for path in try Tree.files(ending: ".swift") {
            let text = try String(contentsOf: Tree.root.appending(path: "Sources/\(path)"), encoding: .utf8)
            for function in self.long(in: text) {
                Issue.record("\(path): \(function.name) has \(function.lines) lines: one idea a function")
            }
        }
    }

    @Test("a long one is seen")
    func seen() {
        let body = String(repeating: "        a()\n", count: 80)
        let text =
            "struct A {\n    package static func long(_ b: Int) {\n\(body)    }\n\n    func short() {\n    }\n}\n"
        #expect(self.long(in: text).map(\.name) == ["long"])
    }
}
