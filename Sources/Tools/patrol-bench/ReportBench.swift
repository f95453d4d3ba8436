import ArgumentParser
import Ground
import Position
import Report

/// `patrol-bench report`: records that real drives need, and how wrong a reader then is.
struct ReportBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Records an hour of real drives by prediction and by fixed times, and the error that a reader sees."
    )
    @OptionGroup var options: BenchOptions

    @Option(help: "Recorded drives, one JSON object a line.")
    var trips: String

    func run() async throws {
        let trips = try Journey.read(self.trips).map(\.fixes)
        for drift in [10.0, 25, 50] {
            let settings = ReportPolicy.Settings(interval: 60_000, drift: drift, turn: 180)
            self.show("drift_m", drift, trips) { trip in
                var policy = ReportPolicy(settings: settings)
                return trip.map { policy.observe($0) != nil }
            }
        }
        for seconds in [1.0, 5, 10] {
            self.show("every_s", seconds, trips) { trip in
                var last: Int64?
                return trip.map { fix in
                    guard let before = last, Double(fix.received - before) < seconds * 1_000 else {
                        last = fix.received
                        return true
                    }
                    return false
                }
            }
        }
    }

    /// Errors are those of the reader's extrapolation, at every second.
    private func show(_ name: String, _ value: Double, _ trips: [[Fix]], _ records: ([Fix]) -> [Bool]) {
        var (count, seconds) = (0, 0)
        var errors: [Double] = []
        for trip in trips {
            var known: Fix?
            for (fix, isRecord) in zip(trip, records(trip)) {
                if isRecord { (known, count) = (fix, count + 1) }
                seconds += 1
                if let known {
                    errors.append(ReportPolicy.extrapolate(known, to: fix).distance(to: fix.coordinate).value)
                }
            }
        }
        let row: KeyValuePairs<String, Double> = [
            name: value, "records_per_hour": Double(count) / Double(max(1, seconds)) * 3_600,
            "error_p50_m": percentile(0.5, of: errors), "error_p95_m": percentile(0.95, of: errors),
            "error_max_m": errors.max() ?? 0, "trips": Double(trips.count),
        ]
        self.options.show(row)
    }
}
