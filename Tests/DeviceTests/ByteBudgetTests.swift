import Testing

@testable import Delivery

@Suite("Backlog budget")
struct ByteBudgetTests {
    private static let midnight: Int64 = 20_000 * 86_400_000

    @Test("bytes go at the rate, however many rounds they are spread over")
    func rate() {
        var budget = ByteBudget(BacklogAllowance(bytesPerSecond: 1_000))
        var now: Int64 = 0
        for _ in 0..<20 {
            now += budget.wait(wall: Self.midnight, boot: now)
            budget.spend(5_000, wall: Self.midnight, boot: now)
        }
        #expect(now == 19 * 5_000)
        #expect(budget.wait(wall: Self.midnight, boot: now + 60_000) == 0)
    }

    @Test("the day's allowance holds until midnight UTC, and begins anew then")
    func day() {
        var budget = ByteBudget(BacklogAllowance(bytesPerDay: 10_000))
        let evening = Self.midnight - 3_600_000
        budget.spend(6_000, wall: evening, boot: 0)
        #expect(budget.wait(wall: evening, boot: 0) == 0)
        budget.spend(6_000, wall: evening, boot: 0)
        #expect(budget.wait(wall: evening, boot: 0) == 3_600_000)
        #expect(budget.wait(wall: Self.midnight, boot: 0) == 0)
    }
}
