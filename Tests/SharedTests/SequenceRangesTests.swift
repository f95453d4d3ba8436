import Ground
import PatrolWire
import Testing

@Suite("Ranges of record numbers")
struct SequenceRangesTests {
    @Test("10,000 random histories agree with a naive set")
    func naive() {
        for seed in 0..<10_000 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            var ranges = SequenceRanges()
            var set: Set<Int64> = []
            for _ in 0..<Int.random(in: 1...25, using: &random) {
                let first = Int64.random(in: 1...60, using: &random)
                let last = first + Int64.random(in: 0...8, using: &random)
                ranges.insert(first...last)
                set.formUnion(first...last)
            }
            var upTo: Int64 = 0
            while set.contains(upTo + 1) { upTo += 1 }
            #expect(ranges.count == Int64(set.count), "seed \(seed)")
            #expect(ranges.upTo == upTo, "seed \(seed)")
            for number in 1...70 as ClosedRange<Int64> where ranges.contains(number) != set.contains(number) {
                Issue.record("seed \(seed): \(number)")
            }
            let holes = SequenceRanges(
                (0..<4).map { _ in
                    let first = Int64.random(in: 1...60, using: &random)
                    return first...first + Int64.random(in: 0...8, using: &random)
                }
            )
            let left = set.filter { !holes.contains($0) }
            #expect(ranges.subtracting(holes).ranges.flatMap { Array($0) } == left.sorted(), "seed \(seed)")
            let from = Int64.random(in: 1...70, using: &random)
            let missing = (from...200).first { !set.contains($0) }
            #expect(ranges.firstMissing(from: from) == missing, "seed \(seed)")
            let touches = zip(ranges.ranges, ranges.ranges.dropFirst()).contains { $0.upperBound + 1 >= $1.lowerBound }
            #expect(!touches, "seed \(seed): \(ranges.ranges)")
            #expect(Acknowledgement(log: "0011223344556677", stored: ranges).stored == ranges, "seed \(seed)")
            #expect(Acknowledgement(log: "0011223344556677", stored: ranges).violation == nil, "seed \(seed)")
        }
    }
}
