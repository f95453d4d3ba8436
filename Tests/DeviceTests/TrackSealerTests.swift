import PatrolWire
import Sealing
import Testing
import TrackProof

@Suite("When a track is sealed, and what a seal covers")
struct TrackSealerTests {
    private let log = "00000000000000aa"

    private func body(_ number: Int64) -> [UInt8] { Array("record \(number)".utf8) }

    private func take(
        _ sealer: inout TrackSealer,
        _ numbers: ClosedRange<Int64>,
        log: String? = nil,
        isSeal: Bool = false,
        at: Int64
    ) {
        for number in numbers {
            let number = RecordNumber(log: log ?? self.log, sequence: number)
            sealer.take(self.body(number.sequence), number, isSeal: isSeal, at: at)
        }
    }

    private func memory(_ content: TrackSeal.Content) -> TrackSealer.Memory {
        TrackSealer.memory(of: TrackSeal(content, key: "k", signature: []), of: "car-01", at: "jinzhan")
    }

    @Test("a minute after the first record, all that was made since; and each names the one before")
    func minute() throws {
        var sealer = TrackSealer(nil)
        #expect(sealer.due(at: 0) == nil && sealer.due(at: 0, isEnd: true) == nil)
        self.take(&sealer, 1...3, at: 1_000)
        self.take(&sealer, 4...5, at: 40_000)
        #expect(sealer.due(at: 60_999) == nil)
        let first = try #require(sealer.due(at: 61_000))
        #expect(first.range == 1...5 && first.previous == nil && first.log == self.log)
        #expect(first.root == Digest(of: (1...5).flatMap { Digest(of: self.body($0)).bytes }))
        let memory = self.memory(first)
        // What came while it was signed belongs to the next.
        self.take(&sealer, 6...6, at: 61_001)
        self.take(&sealer, 7...7, isSeal: true, at: 61_002)
        sealer.sealed(memory, at: 61_002)
        let second = try #require(sealer.due(at: 130_000))
        #expect(second.range == 6...7 && second.previous?.hex == memory.digest)
    }

    @Test("a parked car does not seal its own seals for ever")
    func parked() throws {
        var sealer = TrackSealer(nil)
        self.take(&sealer, 1...1, at: 0)
        let content = try #require(sealer.due(at: 60_000))
        self.take(&sealer, 2...2, isSeal: true, at: 60_000)
        sealer.sealed(self.memory(content), at: 60_000)
        #expect(sealer.due(at: 86_400_000) == nil && sealer.due(at: 86_400_000, isEnd: true) == nil)
        self.take(&sealer, 3...3, at: 86_400_000)
        #expect(sealer.due(at: 86_460_000)?.range == 2...3)
    }

    @Test("many records are sealed before the minute is over, as many as fit, and the rest after them")
    func many() throws {
        var sealer = TrackSealer(nil)
        self.take(&sealer, 1...750, at: 0)
        let sizes = try (0..<3).map { _ in
            let content = try #require(sealer.due(at: 60_000))
            sealer.sealed(self.memory(content), at: 0)
            return content.range.count
        }
        #expect(sizes == [300, 300, 150] && sealer.due(at: 120_000) == nil)
    }

    @Test("at its end a program seals what there is")
    func end() {
        var sealer = TrackSealer(nil)
        self.take(&sealer, 1...2, at: 0)
        #expect(sealer.due(at: 5) == nil)
        #expect(sealer.due(at: 5, isEnd: true)?.range == 1...2)
    }

    @Test(
        "after a restart it goes on behind the last seal; what has gone from the disk meanwhile has a mark of its own"
    )
    func restart() throws {
        let memory = TrackSealer.Memory(log: self.log, upTo: 40, digest: Digest(of: [1]).hex)
        let kept = try #require(TrackSealer.Memory(note: try memory.bytes()))
        #expect(kept == memory && TrackSealer.Memory(note: [1, 2]) == nil && TrackSealer.Memory(note: nil) == nil)
        var sealer = TrackSealer(kept)
        #expect(sealer.firstOpen(in: self.log) == 41 && sealer.firstOpen(in: "other") == nil)
        self.take(&sealer, 41...41, at: 0)
        sealer.take(nil, RecordNumber(log: self.log, sequence: 42), isSeal: false, at: 0)
        self.take(&sealer, 43...43, at: 0)
        let content = try #require(sealer.due(at: 60_000))
        #expect(content.range == 41...43 && content.previous == Digest(of: [1]))
        #expect(Array(content.marks[4..<8]) == [0, 0, 0, 0])
    }

    @Test("when the log is given up, what was made in it is sealed at once, under its own numbers")
    func fork() throws {
        var sealer = TrackSealer(nil)
        self.take(&sealer, 1...4, at: 0)
        self.take(&sealer, 10...10, log: "00000000000000bb", at: 1)
        let old = try #require(sealer.due(at: 2))
        #expect(old.log == self.log && old.range == 1...4)
        sealer.sealed(self.memory(old), at: 2)
        #expect(sealer.due(at: 3) == nil)
        let new = try #require(sealer.due(at: 60_001))
        #expect(new.log == "00000000000000bb" && new.range == 10...10 && new.previous?.hex == self.memory(old).digest)
    }

    @Test("a key that cannot be read for days costs a bounded memory")
    func bounded() throws {
        var sealer = TrackSealer(nil)
        self.take(&sealer, 1...50_000, at: 0)
        let content = try #require(sealer.due(at: 60_000))
        #expect(content.range.lowerBound > 20_000)
    }
}
