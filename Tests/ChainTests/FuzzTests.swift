import Rig
import TestSupport
import Testing

@Suite("Spoilt input of every kind, in processes of their own", .realPrograms, .timeLimit(.minutes(10)))
struct FuzzTests {
    private func fuzz(_ kinds: String, seed: Int, count: Int) async throws {
        let result = try await runProgramToEnd(
            Places.program("patrol-fuzz"),
            ["--only", kinds, "--seed", "\(seed)", "--count", "\(count)", "--seconds", "240"]
        )
        #expect(result.status == 0, "\(result.errors)")
        let kinds = kinds.split(separator: ",")
        #expect(result.output.split(separator: "\n").count == kinds.count, "\(result.output)")
    }

    @Test("2,000 road files with spoilt content and the right checksum: ranked, swept, or refused in one line")
    func roads() async throws { try await self.fuzz("roads", seed: 11, count: 2_000) }

    @Test("300 each of messages, texts, plans, settings, maps and their ground")
    func others() async throws { try await self.fuzz("wire,text,plan,settings,map,ground", seed: 12, count: 300) }

    @Test("a kind that is not there is one line")
    func stranger() async throws {
        let result = try await runProgramToEnd(Places.program("patrol-fuzz"), ["--only", "cheese"])
        #expect(result.status == 2 && result.errors.contains("'cheese' is no kind of input"), "\(result.errors)")
    }
}
