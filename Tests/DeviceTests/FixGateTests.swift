import Ground
import Position
import Testing

/// A fix a bit north of 40° N, `metres` further on, at `second`.
func fix(
    _ second: Double,
    north metres: Double,
    speed: Double? = nil,
    accuracy: Double? = 5,
    measured: Int64? = nil
) throws -> Fix {
    let origin = try #require(Coordinate(latitude: 40, longitude: 116))
    let place = try #require(TangentPlane(at: origin).coordinate(of: PlanePoint(east: 0, north: metres)))
    var fix = Fix(received: Int64(second * 1_000), coordinate: place, mode: 3)
    fix.measured = measured
    fix.speed = speed
    fix.accuracy = accuracy.map { Metres($0) }
    return fix
}

@Suite("Fix gate")
struct FixGateTests {
    private func verdicts(_ fixes: [Fix], limits: FixGate.Limits = FixGate.Limits()) -> [FixGate.Verdict] {
        var gate = FixGate(limits: limits)
        return fixes.map { gate.judge($0, now: $0.received) }
    }

    @Test("lets a driving car through")
    func driving() throws {
        let fixes = try (0..<60).map { try fix(Double($0), north: Double($0) * 15, speed: 15) }
        #expect(self.verdicts(fixes).allSatisfy { $0 == .admitted })
    }

    @Test("lets a standing car through")
    func standing() throws {
        let fixes = try (0..<60).map { try fix(Double($0), north: 0, speed: 0.3) }
        #expect(self.verdicts(fixes).allSatisfy { $0 == .admitted })
    }

    @Test("refuses a fix that waited, by the monotonic clock")
    func old() throws {
        var gate = FixGate()
        let late = try fix(10, north: 0)
        #expect(gate.judge(late, now: 13_001) == .refused(.old))
        #expect(gate.judge(late, now: 13_000) == .admitted)
        #expect(gate.refusals == [.old: 1])
    }

    @Test("refuses a coarse fix, and takes one of unknown accuracy")
    func coarse() throws {
        #expect(
            try self.verdicts([fix(0, north: 0, accuracy: 101), fix(1, north: 0, accuracy: nil)]) == [
                .refused(.coarse), .admitted,
            ]
        )
    }

    @Test("refuses one place at speed from the third fix on, until it moves")
    func frozen() throws {
        let fixes = try [0, 1, 2, 3].map { try fix(Double($0), north: 0, speed: 8) } + [fix(4, north: 30, speed: 8)]
        #expect(self.verdicts(fixes) == [.admitted, .admitted, .refused(.frozen), .refused(.frozen), .admitted])
    }

    @Test("refuses a jump, and gives in when three fixes agree on the new place")
    func teleported() throws {
        let jump = try [
            fix(0, north: 0), fix(1, north: 5_000), fix(2, north: 10),
            fix(3, north: 5_000), fix(4, north: 5_010), fix(5, north: 5_020), fix(6, north: 5_030),
        ]
        #expect(
            self.verdicts(jump) == [
                .admitted, .refused(.teleported), .admitted, .refused(.teleported), .refused(.teleported), .admitted,
                .admitted,
            ]
        )
    }

    @Test("a tunnel is no jump: time has passed")
    func tunnel() throws {
        #expect(try self.verdicts([fix(0, north: 0), fix(120, north: 3_000)]) == [.admitted, .admitted])
    }

    @Test("reports that come in a burst are judged by when they were measured")
    func burst() throws {
        let fixes = try (0..<10).map {
            try fix(Double($0) / 100, north: Double($0) * 30, speed: 30, measured: Int64($0) * 1_000)
        }
        #expect(self.verdicts(fixes).allSatisfy { $0 == .admitted })
    }

    @Test("refuses the null of a receiver without a position, and says a repetition only once")
    func nullAndRepeated() throws {
        let null = Fix(received: 0, coordinate: try #require(Coordinate(latitude: 0, longitude: 0)), mode: 3)
        let twice = try fix(1, north: 0, measured: 5)
        #expect(self.verdicts([null, twice, twice]) == [.refused(.null), .admitted, .refused(.repeated)])
    }
}

@Suite("Fix watch")
struct FixWatchTests {
    private enum Step {
        case admitted(Int64)
        case frozen
        case tick(Int64)
    }

    private func play(_ steps: [Step]) -> [FixWatch.Change?] {
        var watch = FixWatch(patience: 10_000)
        return steps.map { step in
            switch step {
            case .admitted(let now): watch.admitted(at: now)
            case .frozen: watch.refusedAsFrozen()
            case .tick(let now): watch.tick(at: now)
            }
        }
    }

    @Test("says lost once, and restored with how long it took")
    func lostAndRestored() {
        let changes = self.play([
            .tick(50_000), .admitted(60_000), .tick(69_999), .tick(70_000), .tick(80_000), .admitted(90_000),
        ])
        #expect(changes == [nil, nil, nil, .lost(since: 60_000), nil, .restored(after: 30_000)])
    }

    @Test("says frozen once, then lost, then restored")
    func frozen() {
        let changes = self.play([.frozen, .admitted(0), .frozen, .frozen, .tick(10_000), .frozen, .admitted(11_000)])
        #expect(changes == [nil, nil, .frozen, nil, .lost(since: 0), nil, .restored(after: 11_000)])
    }
}
