import TestSupport
import Testing
import Threading

@Suite("Work in pieces on threads that give way")
struct QuietCrewTests {
    private struct Spoilt: Error, Equatable { let piece: Int }

    private func crew<Made: Sendable>(
        _ threads: Int,
        _ pieces: Int,
        _ work: @escaping @Sendable (Int) throws -> Made
    ) async throws -> [Made] {
        try await onQuietThread("crew") { Result { try onQuietCrew("crew", threads: threads, pieces: pieces, work) } }
            .get()
    }

    @Test("comes back whole and in order, whoever did which piece", arguments: [1, 2, 5, 40])
    func order(threads: Int) async throws {
        #expect(try await self.crew(threads, 200) { $0 * $0 } == (0..<200).map { $0 * $0 })
        #expect(try await self.crew(threads, 1) { $0 } == [0])
        #expect(try await self.crew(threads, 0) { $0 }.isEmpty)
    }

    @Test("two threads are at work at a time")
    func together() async throws {
        let met = Latch()
        let first = Locked(true)
        // Neither piece ends before the other has begun.
        let made = try await self.crew(2, 2) { piece in
            let isFirst = first.withLock { first -> Bool in
                defer { first = false }
                return first
            }
            if isFirst { met.wait() } else { met.open() }
            return piece
        }
        #expect(made == [0, 1])
    }

    @Test("a piece that fails ends it with its error, and no further piece is begun")
    func failure() async throws {
        let begun = Locked(0)
        await #expect(throws: Spoilt(piece: 3)) {
            _ = try await self.crew(1, 100) { piece in
                begun.withLock { $0 += 1 }
                if piece == 3 { throw Spoilt(piece: piece) }
            }
        }
        #expect(begun.withLock { $0 } == 4)
    }
}
