import PatrolWire
import Plan

/// What devices reported of windows: the visits in each, and the devices that call it missed.
///
/// A post or a line is judged for the station: whoever does it, it is done, and it is missed only when nobody did.
struct WindowBook: Sendable {
    /// One window of one post or line, once.
    private struct Key: Hashable {
        let id: String
        let window: String
        /// s since 1970 UTC; of a window that cannot be read, the day.
        let closes: Int64
    }

    private struct Account {
        var required: Int64 = 1
        var done: [(time: Int64, by: String)] = []
        var isMissed = false
    }

    /// What became of one post or line.
    struct Result: Sendable, Hashable {
        var done = 0
        var missed = 0
        /// Those of the missed windows in which some were made.
        var partly = 0
        var visits = 0
        var by: Set<String> = []
    }

    private let span: Range<Int64>
    private let zone: LocalZone
    private var accounts: [Key: Account] = [:]
    /// Laps of lines; their events name no window.
    private var laps: [String: [(time: Int64, by: String)]] = [:]

    /// A visit may be told so long after its window closed: it ends with a fix, s.
    static let overhang: Int64 = 600
    /// Occurrences are asked for in portions of so many seconds: a window answers for a month at most.
    private static let portion: Int64 = 20 * 86_400

    init(span: Range<Int64>, zone: LocalZone) { (self.span, self.zone) = (span, zone) }

    /// How long before a time begins the events count that are read for it, ms: a window is a day long at most.
    static let lead: Int64 = 26 * 3_600_000
    /// How long after it.
    static let trail: Int64 = overhang * 1_000

    mutating func take(_ event: PatrolEvent, by device: String) {
        switch event.kind {
        case .postDone:
            guard let post = event.text("post") else { return }
            let key = self.key(post, event.text("window") ?? "", at: event.time)
            self.accounts[key, default: Account()].done.append((event.time, device))
            self.require(event, key)
        case .postMissed:
            // A unit that is off duty does not judge the station.
            guard let post = event.text("post"), !event.isOff else { return }
            let closes = (event.number("closes") ?? event.time) / 1_000
            let key = Key(id: post, window: event.text("window") ?? "", closes: closes)
            self.accounts[key, default: Account()].isMissed = true
            self.require(event, key)
        case .lineComplete:
            if let line = event.text("line") { self.laps[line, default: []].append((event.time, device)) }
        default: break
        }
    }

    private mutating func require(_ event: PatrolEvent, _ key: Key) {
        guard let required = event.number("required") else { return }
        self.accounts[key, default: Account()].required = max(1, required)
    }

    private func key(_ id: String, _ text: String, at time: Int64) -> Key {
        let second = time / 1_000
        guard let window = TidalWindow(text) else {
            return Key(id: id, window: text, closes: self.zone.local(second) / 86_400)
        }
        let occurrence =
            window.occurrence(at: second, in: self.zone)
            ?? window.closed(after: second - Self.overhang, through: second, in: self.zone).last
        return Key(id: id, window: text, closes: occurrence?.closes ?? self.zone.local(second) / 86_400)
    }

    /// What became of the posts, by id.
    var posts: [String: Result] {
        var results: [String: Result] = [:]
        for (key, account) in self.accounts {
            var result = results[key.id] ?? Result()
            self.count(account.done, needed: account.required, into: &result)
            let isDone = account.done.count >= account.required
            if !isDone, account.isMissed, self.span.contains(key.closes * 1_000) {
                result.missed += 1
                if !account.done.isEmpty { result.partly += 1 }
            }
            results[key.id] = result
        }
        return results
    }

    /// What became of a line of the plan.
    ///
    /// - Parameters:
    ///   - line: Its id, windows and laps.
    ///   - judged: The windows that close in this time can have been missed, ms since 1970 UTC.
    /// - Returns: What became of it.
    func line(_ line: PresenceReport.Line, judged: Range<Int64>) -> Result {
        var result = Result()
        let laps = self.laps[line.id] ?? []
        guard !line.windows.isEmpty else {
            self.count(laps, needed: 1, each: true, into: &result)
            return result
        }
        for occurrence in line.windows.flatMap({ self.occurrences(of: $0, judged: judged, laps: laps) }) {
            let inside = laps.filter { occurrence.contains($0.time / 1_000) }
            self.count(inside, needed: Int64(line.laps), into: &result)
            let isDone = inside.count >= line.laps
            if !isDone, judged.contains(occurrence.closes * 1_000) {
                result.missed += 1
                if !inside.isEmpty { result.partly += 1 }
            }
        }
        // A lap counts once, in however many windows it lies.
        result.visits = laps.count { self.span.contains($0.time) }
        return result
    }

    /// Lines that were driven, whether the plan in force has them or not.
    var drivenLines: Set<String> {
        Set(self.laps.filter { $0.value.contains { self.span.contains($0.time) } }.keys)
    }

    /// The occurrences that the time may be about; before the first lap and what is judged there is nothing to say.
    private func occurrences(
        of window: TidalWindow,
        judged: Range<Int64>,
        laps: [(time: Int64, by: String)]
    ) -> [TidalWindow.Occurrence] {
        let first = max(self.span.lowerBound, min(judged.lowerBound, laps.map(\.time).min() ?? .max))
        let end = min(self.span.upperBound, max(judged.upperBound, laps.map(\.time).max() ?? .min))
        guard first < end else { return [] }
        var (after, last) = (first / 1_000 - 1, (end + Self.lead) / 1_000)
        var found: [TidalWindow.Occurrence] = []
        while after < last {
            let portion = min(last, after + Self.portion)
            found += window.closed(after: after, through: portion, in: self.zone)
            after = portion
        }
        return found.filter { $0.opens * 1_000 < end }
    }

    /// Counts what was done; it was done when the last that was needed came.
    private func count(
        _ done: [(time: Int64, by: String)],
        needed: Int64,
        each: Bool = false,
        into result: inout Result
    ) {
        let sorted = done.sorted { ($0.time, $0.by) < ($1.time, $1.by) }
        for one in sorted where self.span.contains(one.time) {
            result.visits += 1
            result.by.insert(one.by)
            if each { result.done += 1 }
        }
        if !each, needed >= 1, sorted.count >= needed, self.span.contains(sorted[Int(needed) - 1].time) {
            result.done += 1
        }
    }
}
