import Nights
import TestSupport
import Testing

@Suite("Nights: fleets, rooms, disks and links that fail, out of a seed", .longComputing, .timeLimit(.minutes(15)))
struct NightTests {
    @Test("in two hundred nights nothing acknowledged is lost, nothing is stored twice, no number is given twice")
    func nights() {
        for seed in 1...200 as ClosedRange<UInt64> {
            let night = Night.run(seed: seed)
            #expect(night.violation == nil, "\(night.violation ?? "")\n\(night.steps.joined(separator: "\n"))")
        }
    }

    @Test("a night is the same whenever it is run")
    func replay() {
        for seed in [7, 77] as [UInt64] { #expect(Night.run(seed: seed).inputs == Night.run(seed: seed).inputs) }
    }

    @Test("every planted fault is seen", arguments: PlantedFault.allCases)
    func planted(_ fault: PlantedFault) {
        // One of them takes a thousand nights: the search begins shortly before the night that shows it.
        let first: UInt64 = fault == .trustNumbers ? 950 : 1
        let seed = (first...2_000).first { Night.run(seed: $0, planted: fault).violation != nil }
        #expect(seed != nil, "\(fault) was not seen")
    }
}
