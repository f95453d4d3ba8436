import Ground
import Position
import PositionGPSD
import Rig
import Simulation
import TestSupport
import Testing

@Suite("Dead reckoning", .realPrograms, .timeLimit(.minutes(5)))
struct DeadReckoningTests {
    private func fix(_ metres: Double, _ reckoning: Fix.Reckoning, error: Double?) throws -> Fix {
        // A degree of latitude is 111,195 m on the sphere that distances are reckoned on.
        let coordinate = try #require(Coordinate(latitude: 41 + metres / 111_195, longitude: -8.6))
        var fix = Fix(received: 1, coordinate: coordinate, mode: 3)
        fix.reckoning = reckoning
        fix.accuracy = error.map { Metres($0) }
        return fix
    }

    @Test(
        "without satellites the error grows by a tenth of the way, whatever the receiver says; with them it is theirs"
    )
    func grows() throws {
        var reckoning = DeadReckoning()
        var errors: [Double] = []
        for (metres, kind, error) in [
            (0.0, Fix.Reckoning.none, 4.0), (100, .alone, 4), (300, .alone, 4), (300, .alone, 60), (400, .alone, 4),
            (410, .aided, 6), (420, .alone, 3), (430, .none, 2),
        ] {
            let wide = reckoning.widened(try self.fix(metres, kind, error: error))
            errors.append((wide.accuracy?.value ?? -1).rounded())
        }
        #expect(errors == [4, 14, 34, 60, 44, 6, 7, 2])
    }

    @Test("a receiver that says no error, or begins in a tunnel, has that of a usual fix to begin with")
    func unknown() throws {
        var reckoning = DeadReckoning()
        #expect(reckoning.widened(try self.fix(0, .alone, error: nil)).accuracy?.value == 25)
        let later = try #require(reckoning.widened(try self.fix(200, .alone, error: nil)).accuracy?.value)
        #expect(abs(later - 45) < 0.1)
    }

    @Test("what a receiver says of its own sensors comes through a real gpsd, and is over when satellites are back")
    func receiver() async throws {
        try await withTemporaryFolder("gpsd") { folder in
            try await withFedGPSD(folder: folder) { port, line in
                let reports = Collector<PositionReport>()
                let reader = Task {
                    for await report in GPSDPositions(host: "127.0.0.1", port: port) { reports.add(report) }
                }
                defer { reader.cancel() }
                func last() -> Fix.Reckoning? {
                    let fixes = reports.all.compactMap { if case .fix(let fix) = $0 { fix } else { nil } }
                    return fixes.last?.reckoning
                }
                let start = 1_795_314_000_000 as Int64
                var number = 0
                for (isReckoned, wanted) in [(false, Fix.Reckoning.none), (true, .alone), (false, .none)] {
                    try await eventually("a fix with dead reckoning \(wanted)", within: .seconds(30)) {
                        number += 1
                        var moment = NMEA.Moment(
                            time: start + Int64(number) * 200,
                            coordinate: Coordinate(latitude: 41.15 + Double(number) * 1e-5, longitude: -8.61),
                            speed: 10,
                            course: 0
                        )
                        moment.isReckoned = isReckoned
                        line.send(NMEA.cycle(moment, withSky: number % 5 == 0))
                        return last() == wanted ? () : nil
                    }
                }
            }
        }
    }
}
