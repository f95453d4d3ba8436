import Threading

/// Spends bytes at a rate and within a day's allowance.
struct ByteBudget {
    private let settings: BacklogLane.Settings
    private var spent = 0
    private var day: Int64 = 0
    private var readyAt: Int64 = 0

    init(_ settings: BacklogLane.Settings) { self.settings = settings }

    /// Waits until so many bytes may be sent.
    mutating func take(_ bytes: Int) async {
        let today = SystemClock.wallMilliseconds / 86_400_000
        if today != self.day { (self.day, self.spent) = (today, 0) }
        if let allowance = self.settings.bytesPerDay, self.spent + bytes > allowance {
            let tomorrow = (today + 1) * 86_400_000
            await Self.sleep(milliseconds: tomorrow - SystemClock.wallMilliseconds)
        }
        self.spent += bytes
        guard let rate = self.settings.bytesPerSecond else { return }
        let now = SystemClock.bootMilliseconds
        self.readyAt = max(self.readyAt, now)
        await Self.sleep(milliseconds: self.readyAt - now)
        self.readyAt += Int64(Double(bytes) / rate * 1_000)
    }

    private static func sleep(milliseconds: Int64) async {
        guard milliseconds > 0 else { return }
        // Ends early only when the lane is cancelled, and then nothing is sent.
        await pause(for: .milliseconds(milliseconds))
    }
}
