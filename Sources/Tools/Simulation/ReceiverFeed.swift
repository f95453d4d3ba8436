import Ground
package import Threading

/// A car of the ``World`` with a receiver on a line to gpsd.
package struct ReceiverFeed: Sendable {
    private let world: World
    private let car: Int
    private let line: ReceiverLine
    private let rate: Double
    private let receiver: Receiver
    private let clockError: Locked<Int64>

    /// Creates a feed.
    ///
    /// - Parameters:
    ///   - world: Where the car drives.
    ///   - car: Its number there.
    ///   - line: Where the sentences go.
    ///   - rate: Positions a second, 1…10.
    ///   - receiver: The receiver's faults.
    ///   - clockError: What its clock is wrong by, ms; it may change while the feed runs.
    package init(
        world: World,
        car: Int,
        line: ReceiverLine,
        rate: Double,
        receiver: Receiver,
        clockError: Locked<Int64> = Locked(0)
    ) {
        self.world = world
        self.car = car
        self.line = line
        self.rate = rate
        self.receiver = receiver
        self.clockError = clockError
    }

    /// Sends sentences until cancelled, each cycle on its own beat of the clock.
    package func run() async {
        var receiver = self.receiver
        let period = Int64((1_000 / self.rate).rounded())
        var next = (SystemClock.wallMilliseconds / period + 1) * period
        while !Task.isCancelled {
            let wait = max(0, next - SystemClock.wallMilliseconds)
            await pause(for: .milliseconds(wait))
            let sight = await self.world.sight(self.car)
            let seen = receiver.measure(sight.point, after: Double(period) / 1_000)
            let moment = NMEA.Moment(
                time: next + self.clockError.withLock { $0 },
                coordinate: seen.map { self.world.coordinate(of: $0) },
                speed: sight.speed,
                course: sight.course
            )
            self.line.send(NMEA.cycle(moment, withSky: next % 1_000 == 0))
            // A machine that slept does not send what it missed.
            next = max(next + period, (SystemClock.wallMilliseconds / period) * period)
        }
    }
}
