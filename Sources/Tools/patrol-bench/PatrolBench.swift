import ArgumentParser
import Program

@main
struct PatrolBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrol-bench",
        abstract: "Measure PatrolLink with its real programs: build it with -c release first.",
        version: Release.version,
        subcommands: [
            UplinkBench.self, IntakeBench.self, DeviceBench.self, LocateBench.self, ReportBench.self, ReplayBench.self,
            SceneBench.self, RoadsBench.self, TripsBench.self, BoardBench.self, ReportsBench.self,
        ]
    )

    static func main() async { await runProgram(PatrolBench.self) }
}

/// What every measurement takes.
struct BenchOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
    }

    @Option(help: "How often to measure; the median counts.")
    var runs: Int = 5

    @Option(help: "table or json (one object a line).")
    var format: Format = .table

    func validate() throws {
        guard (1...1_000).contains(self.runs) else { throw ValidationError("--runs must be from 1 to 1000") }
    }

    /// Prints one row: names and what they name, first the words, then the numbers.
    func show(text: KeyValuePairs<String, String> = [:], _ row: KeyValuePairs<String, Double>) {
        switch self.format {
        case .json:
            let words = text.map { "\"\($0.key)\":\"\($0.value)\"" }
            print("{" + (words + row.map { "\"\($0.key)\":\(short($0.value))" }).joined(separator: ",") + "}")
        case .table:
            let words = text.map { "\($0.key) \($0.value)" }
            print((words + row.map { "\($0.key) \(short($0.value))" }).joined(separator: "   "))
        }
    }
}

/// The middle of some numbers; 0 of none.
func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

/// The value below which a share of some numbers lies; 0 of none.
func percentile(_ share: Double, of values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
}

/// Whole numbers without a fraction, others with two decimals.
private func short(_ value: Double) -> String {
    let rounded = (value * 100).rounded() / 100
    return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
}
