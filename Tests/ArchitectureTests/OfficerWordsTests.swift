import Foundation
import Testing

/// What the device tells an officer that it cannot do is said in his language.
@Suite("Refusals in the car")
struct OfficerWordsTests {
    nonisolated(unsafe) private static let refusal = /Refusal\(description: "([^"\\]*)/

    @Test("every one of them has its Chinese words in patrolctl")
    func chinese() throws {
        func text(_ path: String) throws -> String {
            try String(contentsOf: Tree.root.appending(path: "Sources/\(path)"), encoding: .utf8)
        }
        let words = try text("Tools/patrolctl/Tongue.swift")
        let refusals = try text("Device/Orders/UnitDuty.swift").matches(of: Self.refusal).map { String($0.1) }
        #expect(refusals.count > 5)
        for refusal in refusals { #expect(words.contains("\"\(refusal)"), "\(refusal)") }
    }
}
