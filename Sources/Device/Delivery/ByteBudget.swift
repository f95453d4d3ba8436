/// Spends bytes at a rate and within a day's allowance; a pure value.
///
/// It is asked before a message is made and told afterwards how large it was, so it may be overdrawn by the
/// messages on their way, never by more.
struct ByteBudget: Sendable {
    private static let dayLength: Int64 = 86_400_000

    private let settings: BacklogAllowance
    private var readyAt: Int64 = 0

    /// What went out on the day that was last written to.
    private(set) var spent: DaySpending

    init(_ settings: BacklogAllowance, spent: DaySpending = DaySpending(day: 0, bytes: 0)) {
        self.settings = settings
        self.spent = spent
    }

    /// How long to wait before the next message, ms; `wall` is ms since 1970 UTC, `boot` of CLOCK_BOOTTIME.
    func wait(wall: Int64, boot: Int64) -> Int64 {
        let today = wall / Self.dayLength
        if let allowance = self.settings.bytesPerDay, today == self.spent.day, self.spent.bytes >= allowance {
            return (today + 1) * Self.dayLength - wall
        }
        return max(0, self.readyAt - boot)
    }

    /// Bytes go out.
    mutating func spend(_ bytes: Int, wall: Int64, boot: Int64) {
        let today = wall / Self.dayLength
        if today != self.spent.day { self.spent = DaySpending(day: today, bytes: 0) }
        self.spent.bytes += bytes
        guard let rate = self.settings.bytesPerSecond else { return }
        self.readyAt = max(self.readyAt, boot) + Int64(Double(bytes) / rate * 1_000)
    }
}
