/// Spends bytes at a rate and within a day's allowance; a pure value.
///
/// It is asked before a message is made and told afterwards how large it was, so it may be overdrawn by the
/// messages on their way, never by more.
struct ByteBudget: Sendable {
    private static let dayLength: Int64 = 86_400_000

    private let settings: BacklogLane.Settings
    private var spent = 0
    private var day: Int64 = 0
    private var readyAt: Int64 = 0

    init(_ settings: BacklogLane.Settings) { self.settings = settings }

    /// How long to wait before the next message, ms; `wall` is ms since 1970 UTC, `boot` of CLOCK_BOOTTIME.
    func wait(wall: Int64, boot: Int64) -> Int64 {
        let today = wall / Self.dayLength
        if let allowance = self.settings.bytesPerDay, today == self.day, self.spent >= allowance {
            return (today + 1) * Self.dayLength - wall
        }
        return max(0, self.readyAt - boot)
    }

    /// Bytes go out.
    mutating func spend(_ bytes: Int, wall: Int64, boot: Int64) {
        let today = wall / Self.dayLength
        if today != self.day { (self.day, self.spent) = (today, 0) }
        self.spent += bytes
        guard let rate = self.settings.bytesPerSecond else { return }
        self.readyAt = max(self.readyAt, boot) + Int64(Double(bytes) / rate * 1_000)
    }
}
