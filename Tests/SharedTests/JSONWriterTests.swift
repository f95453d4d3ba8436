import Ground
import PatrolWire
import Testing

@Suite("Records as bytes")
struct JSONWriterTests {
    @Test("the short way writes what the general one writes, for thousands of random records")
    func same() throws {
        var random = SplitMix64(seed: 5)
        let texts = ["01", "京A·巡\"01\"", "back\\slash", "line\nfeed\t\u{1}\u{7F}", "", "😀/é"]
        for number in 1...2_000 {
            var record = Record(
                device: "car-01",
                unit: texts[number % texts.count],
                log: "00112233aabbccdd",
                sequence: Int64(number),
                time: Int64.random(in: 0...4_000_000_000_000, using: &random),
                timeQuality: [.gnss, .ntp, .rtc, .none][number % 4],
                uptime: Int64(number) * 7,
                trigger: .drift,
                status: .patrol
            )
            record.setPlace(
                latitude: Double.random(in: -90...90, using: &random),
                longitude: Double.random(in: -180...180, using: &random)
            )
            if number % 2 == 0 {
                record.accuracy = Double.random(in: 0...100, using: &random).rounded(decimals: 1)
                record.altitude = [-0.5, 0, 1e-7, 8_848][number % 8 / 2]
                (record.speed, record.course, record.mode, record.satellites) = (12.34, 0, 3, 11)
                (record.source, record.ignition, record.battery, record.plan) = (.gnss, true, 0.5, 3)
                record.grids = ["g1", texts[number % texts.count]]
                record.line = LinePosition(id: "l", off: -3.5, along: 1_200, on: true)
            }
            if number % 3 == 0 {
                record.event = .gridEnter
                record.data = [
                    "b": .array([.null, .bool(true), .double(1.5)]), "a": .object(["z": .int(1), "y": .string("\"")]),
                ]
            }
            let coder = WireCoder()
            let (short, general) = (try coder.encode(record: record), try coder.encode(record))
            #expect(String(decoding: short, as: UTF8.self) == String(decoding: general, as: UTF8.self))
        }
    }
}
