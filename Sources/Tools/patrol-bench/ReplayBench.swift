import ArgumentParser
import Ground
import Plan
import Position
import Simulation
import Track
import Zones

/// `patrol-bench replay`: a day at one fix a second through the whole tracker, twice, byte for byte the same.
struct ReplayBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "A day of one fix a second through grids, lines and posts of the demonstration town."
    )
    @OptionGroup var options: BenchOptions

    func run() async throws {
        guard let town = Town(seed: 7) else { return }
        let plan = try PlanReader { ZoneFiles.zone(named: $0) }.read(Array(TownPlan(town).geoJSON(revision: 1).utf8))
        let fixes = await self.day(town)
        var seconds: [Double] = []
        var outcomes: Set<[TrackEvent]> = []
        var events = 0
        for _ in 0..<self.options.runs {
            let clock = ContinuousClock()
            let began = clock.now
            var tracker = Tracker()
            var story = tracker.adopt(plan, at: fixes.first?.received ?? 0)
            for fix in fixes {
                story += tracker.observe(fix, time: fix.received)
                story += tracker.tick(time: fix.received)
            }
            seconds.append((clock.now - began) / .seconds(1))
            outcomes.insert(story)
            events = story.count
        }
        self.options.show([
            "fixes": Double(fixes.count), "events": Double(events), "seconds": median(seconds),
            "different_outcomes": Double(outcomes.count), "runs": Double(seconds.count),
        ])
    }

    private func day(_ town: Town) async -> [Fix] {
        let world = World(town: town, cars: 1, seed: 7)
        var receiver = Receiver(seed: 7)
        var fixes: [Fix] = []
        for second in 0..<86_400 as Range<Int64> {
            await world.advance(1)
            let sight = await world.sight(0)
            guard let seen = receiver.measure(sight.point, after: 1) else { continue }
            var fix = Fix(received: 1_795_276_800_000 + second * 1_000, coordinate: town.coordinate(of: seen), mode: 3)
            (fix.accuracy, fix.speed, fix.course) = (Metres(4), sight.speed, sight.course)
            fixes.append(fix)
        }
        return fixes
    }
}
