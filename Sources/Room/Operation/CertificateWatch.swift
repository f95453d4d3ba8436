package import Live
import ServiceLifecycle
import SetupCheck
import Threading

/// Sees when a certificate of the room's own comes to its end: the day after, no page and no device could reach it.
package final class CertificateWatch: Service {
    /// A certificate, and what it is for.
    package struct Subject: Sendable, Hashable {
        /// `board`, which pages are shown, or `room`, which the broker is.
        package let name: String
        /// Its file, PEM.
        package let path: String
        /// What renews it.
        package let remedy: String
        /// When the one ends that was read when the room started, and is shown until it is started anew; `nil` where the
        /// file is read again for each connection.
        package let loaded: Int64?

        /// Names one; `isKept` where the room reads it once.
        package init(_ name: String, path: String, remedy: String, isKept: Bool) {
            (self.name, self.path, self.remedy) = (name, path, remedy)
            self.loaded = isKept ? CertificateLife.end(of: path) : nil
        }
    }

    private let subjects: [Subject]
    private let health: RoomHealth
    private let now: @Sendable () -> Int64
    private let found = Locked<[String: Int]>([:])

    /// When each ends, s since 1970 UTC, by what it is for, as it was when it was last looked at.
    package var ends: [String: Int] { self.found.withLock { $0 } }

    /// A page is told this long before, s: `check` and Prometheus warn earlier.
    private static let pressing: Int64 = 7 * 86_400
    private static let round: Duration = .seconds(600)

    /// Creates the watch.
    ///
    /// - Parameters:
    ///   - subjects: The certificates.
    ///   - health: Told of those that end.
    ///   - now: ms since 1970 UTC.
    package init(
        _ subjects: [Subject],
        health: RoomHealth,
        now: @escaping @Sendable () -> Int64 = { SystemClock.wallMilliseconds }
    ) {
        (self.subjects, self.health, self.now) = (subjects, health, now)
    }

    /// Runs until graceful shutdown.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                self.look()
                await pause(for: Self.round)
            }
        }
    }

    /// Looks at all of them once.
    package func look() {
        let now = self.now()
        var ends: [String: Int] = [:]
        let pressing = self.subjects.compactMap { subject -> String? in
            // One that cannot be read is what `check` and the log of the connection tell.
            guard let file = CertificateLife.end(of: subject.path) else { return nil }
            let end = min(file, subject.loaded ?? file)
            ends[subject.name] = Int(clamping: end)
            let left = end - now / 1_000
            guard left < Self.pressing else { return nil }
            let days =
                left <= 0
                ? "has ended"
                : left < 86_400 ? "ends today" : "ends in \(left / 86_400 == 1 ? "1 day" : "\(left / 86_400) days")"
            if end < file { return "the certificate in use \(days), \(subject.path) was renewed: restart command-room" }
            return "\(subject.path) \(days): renew it with \(subject.remedy)"
        }
        self.found.withLock { [ends] in $0 = ends }
        if pressing.isEmpty {
            self.health.clear(.certificate)
        } else {
            self.health.note(.certificate, detail: pressing.joined(separator: "; "), now: now)
        }
    }
}
