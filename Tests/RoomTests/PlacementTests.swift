import Ground
import Plan
import Testing
import TimeToScene

@testable import Dispatching

@Suite("Where to put units")
struct PlacementTests {
    /// The best share within a limit that so many candidates can give, by trying all of them.
    private func best(_ count: Int, _ seconds: [[Double]], _ weights: [Double], limit: Double) -> Double {
        func share(_ chosen: [Int]) -> Double {
            weights.indices.reduce(0) { sum, spot in
                sum + (chosen.contains { seconds[$0][spot] <= limit } ? weights[spot] : 0)
            }
        }
        func search(_ chosen: [Int], from: Int) -> Double {
            guard chosen.count < count, from < seconds.count else { return share(chosen) }
            return max(search(chosen + [from], from: from + 1), search(chosen, from: from + 1))
        }
        return search([], from: 0)
    }

    @Test("one after the other is next to the best there is, and never below the bound that is proven")
    func optimum() {
        var (sum, most) = (0.0, 0.0)
        for seed in UInt64(1)...200 {
            var random = SplitMix64(seed: seed)
            let (candidates, spots) = (Int.random(in: 4...9, using: &random), Int.random(in: 3...12, using: &random))
            let seconds = (0..<candidates).map { _ in
                (0..<spots).map { _ in Double.random(in: 30...600, using: &random) }
            }
            var weights = (0..<spots).map { _ in Double.random(in: 0.1...1, using: &random) }
            let all = weights.reduce(0, +)
            weights = weights.map { $0 / all }
            let count = Int.random(in: 1...3, using: &random)
            let chosen = Placement.choose(count, seconds, weights, limit: 180)
            let (own, optimum) = (chosen.last?.share ?? 0, self.best(count, seconds, weights, limit: 180))
            #expect(chosen.count == min(count, candidates))
            #expect(own <= optimum + 1e-9 && own >= optimum * 0.63 - 1e-9, "seed \(seed): \(own) of \(optimum)")
            #expect(zip(chosen, chosen.dropFirst()).allSatisfy { $0.gain >= $1.gain - 1e-9 }, "seed \(seed)")
            sum += own
            most += optimum
        }
        #expect(sum / most > 0.98, "\(sum / most)")
    }

    @Test("on roads units stand where it happens, and what no road leads to stays out")
    func roads() async throws {
        let map = ASCIIMap("a-b-c-d-e-f-g-h-i-j-k")
        try await map.withNetwork { network in
            let (west, east) = (try #require(map.coordinate("a")), try #require(map.coordinate("k")))
            let far = try #require(Coordinate(latitude: 42, longitude: -8))
            let placement = Placement(
                wanted: [(west, 0.5), (east, 0.3), (far, 0.2)],
                candidates: [try #require(map.coordinate("f")), east, west],
                count: 2,
                limit: 30,
                times: [30, 300],
                estimator: TimeToScene(network)
            )
            #expect(placement.posts.map(\.place) == [west, east])
            #expect(abs((placement.shares[30] ?? 0) - 0.8) < 1e-9 && abs((placement.shares[300] ?? 0) - 0.8) < 1e-9)
            #expect(placement.posts.map { ($0.gain * 10).rounded() } == [5, 3])
        }
    }
}
