package import Position
import Synchronization
import Threading

/// What one gpsd says about the position, for as long as it is iterated.
///
/// It never ends by itself: while gpsd is absent, restarts or is silent, it keeps trying and says so once.
/// When the consumer is slow the oldest report is dropped: a late position is worth less than a new one.
package struct GPSDPositions: AsyncSequence, Sendable {
    /// The type that the sequence produces.
    package typealias Element = PositionReport

    /// The iterator never throws.
    package typealias Failure = Never

    private static let waitingReports = 256
    private static let pollMicroseconds: CInt = 250_000
    private static let longestPause: Int64 = 5_000

    private let host: String
    private let port: UInt16
    private let silentAfter: Int64

    /// Creates a sequence; nothing is opened until it is iterated.
    ///
    /// - Parameters:
    ///   - host: Host name or address of gpsd.
    ///   - port: TCP port; 2947 is the one IANA assigned to gpsd.
    ///   - silentAfter: Milliseconds without any word from gpsd after which it is called silent.
    package init(host: String, port: UInt16 = 2_947, silentAfter: Int64 = 5_000) {
        self.host = host
        self.port = port
        self.silentAfter = silentAfter
    }

    /// Starts the thread that reads; it ends when the iterator does.
    package func makeAsyncIterator() -> AsyncStream<PositionReport>.Iterator {
        let (stream, continuation) = AsyncStream<PositionReport>
            .makeStream(bufferingPolicy: .bufferingNewest(Self.waitingReports))
        let stop = StopFlag()
        continuation.onTermination = { _ in stop.raise() }
        startThread("gpsd") { self.read(into: continuation, until: stop) }
        return stream.makeAsyncIterator()
    }

    private func read(into continuation: AsyncStream<PositionReport>.Continuation, until stop: StopFlag) {
        var said: PositionTrouble?
        var pause: Int64 = 250
        func complain(_ trouble: PositionTrouble) {
            guard said != trouble else { return }
            said = trouble
            continuation.yield(.unavailable(trouble))
        }
        while !stop.isRaised {
            switch GPSDSession.open(host: self.host, port: self.port) {
            case .failure(let trouble):
                complain(trouble)
            case .success(var session):
                pause = 250
                let trouble = self.follow(&session, into: continuation, until: stop, said: &said)
                if let trouble { complain(trouble) }
            }
            stop.wait(milliseconds: pause)
            pause = Swift.min(pause * 2, Self.longestPause)
        }
        continuation.finish()
    }

    /// Reads one session to its end; returns why it ended, `nil` when it was told to stop.
    private func follow(
        _ session: inout GPSDSession,
        into continuation: AsyncStream<PositionReport>.Continuation,
        until stop: StopFlag,
        said: inout PositionTrouble?
    ) -> PositionTrouble? {
        let endpoint = "\(self.host):\(self.port)"
        var heard = SystemClock.bootMilliseconds
        var isAvailable = false
        while !stop.isRaised {
            let outcome = session.next(timeout: Self.pollMicroseconds, now: { SystemClock.bootMilliseconds })
            switch outcome {
            case .report, .heard:
                heard = SystemClock.bootMilliseconds
                // A session that only opens proves nothing: the socket may be systemd's, with no gpsd behind it.
                if !isAvailable {
                    isAvailable = true
                    said = nil
                    continuation.yield(.available(source: "gpsd at \(endpoint)"))
                }
                if case .report(let report) = outcome { continuation.yield(report) }
            case .nothing:
                let silence = SystemClock.bootMilliseconds - heard
                let trouble = PositionTrouble.silent(endpoint: endpoint, seconds: Int(self.silentAfter / 1_000))
                guard silence >= self.silentAfter, said != trouble else { continue }
                isAvailable = false
                said = trouble
                continuation.yield(.unavailable(trouble))
            case .lost:
                return .lost(endpoint: endpoint)
            }
        }
        return nil
    }
}

/// A flag which is raised once and stays up.
private final class StopFlag: Sendable {
    private let raised = Atomic<Bool>(false)
    var isRaised: Bool { self.raised.load(ordering: .acquiring) }
    func raise() { self.raised.store(true, ordering: .releasing) }

    /// Sleeps in slices, so that raising the flag ends the wait soon.
    func wait(milliseconds: Int64) {
        let end = SystemClock.bootMilliseconds + milliseconds
        while !self.isRaised, SystemClock.bootMilliseconds < end { sleepThread(milliseconds: 50) }
    }
}
