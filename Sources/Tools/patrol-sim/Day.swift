import ArgumentParser
import Ground
import PatrolWire
import Plan
import Position
import Program
import Simulation
import Track
import Zones

/// `patrol-sim day`: a car's day on its plan in speeded time.
struct Day: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A day of one car of the town in speeded time: its grids, lines and posts, and what it missed.",
        discussion: "The same tracker as in patrold, fed with one position a second; no program is started."
    )
    @OptionGroup var options: TownOptions

    @Option(help: "Hours to drive.")
    var hours: Int = 24

    @Option(help: "Print only events that begin like one of these, for example post,line.")
    var events: String = ""

    @Option(help: "Print at most so many of each kind.")
    var most: Int = .max

    @Flag(help: "Print the plan (GeoJSON) and end.")
    var plan = false

    /// Monday 2026-11-23, 18:00 in Shanghai: the evening before a night window.
    private static let begin: Int64 = 1_795_428_000_000

    func validate() throws {
        guard (1...168).contains(self.hours) else { throw ValidationError("--hours must be from 1 to 168") }
    }

    func run() async throws {
        let town = try self.options.town()
        let text = TownPlan(town).geoJSON(revision: 1)
        guard !self.plan else { return print(text) }
        let plan: PatrolPlan
        do throws(PlanError) {
            plan = try PlanReader { ZoneFiles.zone(named: $0) }.read(Array(text.utf8))
        } catch {
            throw ProgramFailure(.data, "\(error)")
        }
        let world = World(town: town, cars: 1, seed: self.options.seed)
        var receiver = Receiver(seed: self.options.seed)
        var tracker = Tracker()
        var counts: [String: Int] = [:]
        let wanted = self.events.split(separator: ",")
        _ = tracker.adopt(plan, at: Self.begin)
        for second in 0..<Int64(self.hours) * 3_600 {
            await world.advance(1)
            let (time, sight) = (Self.begin + second * 1_000, await world.sight(0))
            var events = tracker.tick(time: time)
            if let seen = receiver.measure(sight.point, after: 1) {
                var fix = Fix(received: time, coordinate: town.coordinate(of: seen), mode: 3)
                (fix.accuracy, fix.speed, fix.course) = (Metres(4), sight.speed, sight.course)
                events = tracker.observe(fix, time: time) + events
            }
            for event in events {
                counts[event.kind.rawValue, default: 0] += 1
                let isWanted = wanted.isEmpty || wanted.contains { event.kind.rawValue.hasPrefix($0) }
                if isWanted, counts[event.kind.rawValue, default: 0] <= self.most { print(Self.line(event, in: plan)) }
            }
        }
        print(counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
    }

    private static func line(_ event: TrackEvent, in plan: PatrolPlan) -> String {
        let local = plan.zone.local(event.time / 1_000)
        let minutes = local / 60 % 1_440
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let details = event.data.sorted { $0.key < $1.key }.compactMap { key, value -> String? in
            switch value {
            case .string(let text): "\(key) \(text)"
            case .double(let number): "\(key) \(number)"
            case .bool(let flag): "\(key) \(flag)"
            case .int(let number) where number < 1_000_000: "\(key) \(number)"
            case .int, .null, .array, .object: nil
            }
        }
        return "\(two(minutes / 60)):\(two(minutes % 60)):\(two(local % 60))  \(pad(event.kind.rawValue, 14)) "
            + details.joined(separator: ", ")
    }
}
