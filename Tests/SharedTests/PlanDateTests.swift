import Ground
import Testing
import Zones

@testable import Plan

@Suite("Dates of a plan")
struct PlanDateTests {
    private static let zone = LocalZone(name: "test", offset: 8 * 3_600)

    @Test(
        "are read to the second",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-11-01", 1_793_462_400), ("2026-11-01T06:00", 1_793_484_000),
            ("2026-11-01T06:00:30+08:00", 1_793_484_030), ("2026-11-01T24:00Z", 1_793_577_600),
            ("2024-02-29T00:00Z", 1_709_164_800), ("2200-12-31T23:59:59Z", 7_289_654_399),
        ] as [(String, Int64)]
    )
    func good(text: String, moment: Int64) { #expect(PlanDate.moment(text, in: Self.zone) == moment) }

    @Test(
        "are refused when a part is out of its range",
        arguments: [
            "9223372036854775807-01-01", "1969-12-31", "2201-01-01", "2026-13-01", "2026-00-01", "2026-04-31",
            "2026-02-29", "2100-02-29", "2026-11-00", "2026-11-01T25:00", "2026-11-01T24:01", "2026-11-01T06:60",
            "2026-11-01T06:00:60", "2026-11-01T06:00+15:00", "2026-11-01T06:00+08:60", "2026-11-01T06:00+08", "", "T",
            "2026-11-01T", "2026-11-01T06", "2026--11-01", "-2026-11-01", "+2026-11-01", "26-11-01", "2026-11-01 06:00",
            "2026-11-01T06:00ZZ", "２０２６-11-01", "2026-11-01T9223372036854775807:00", "2026-11-01T06:00:00.5Z",
        ]
    )
    func bad(text: String) { #expect(PlanDate.moment(text, in: Self.zone) == nil) }

    @Test("no text at all ends the program, and every day of the years is itself")
    func anything() {
        var random = SplitMix64(seed: 11)
        let pieces = [
            "2026", "9223372036854775807", "-", "-9223372036854775808", "T", ":", "Z", "+", "11", "01", "24", "60", "0",
            "é", "\u{0}", " ", "2026-11-01", "06:00", "99999",
        ]
        for _ in 0..<100_000 {
            let text = (0..<Int.random(in: 0...9, using: &random)).compactMap { _ in
                pieces.randomElement(using: &random)
            }
            .joined()
            guard let moment = PlanDate.moment(text, in: Self.zone) else { continue }
            #expect((-86_400 * 2...7_289_654_400 + 86_400 * 2).contains(moment), "\(text)")
        }
        var day = CivilDate(computedYear: 1970, month: 1, day: 1)
        for number in Int64(0)..<84_370 {
            #expect(day.daysSince1970 == number)
            let checked = CivilDate(year: day.year, month: day.month, day: day.day)
            #expect(checked == day)
            day = CivilDate(daysSince1970: number + 1)
        }
        #expect(day.year == 2200 || day == CivilDate(computedYear: 2201, month: 1, day: 1))
    }

    @Test("moments beyond all reason have an offset too", arguments: [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max])
    func farMoments(moment: Int64) throws {
        for name in ["Europe/Berlin", "Asia/Shanghai", "America/St_Johns"] {
            let zone = try #require(ZoneFiles.zone(named: name))
            #expect((-50_400...50_400).contains(zone.offset(at: moment)))
            _ = zone.moments(local: moment)
            _ = zone.local(moment)
        }
    }
}
