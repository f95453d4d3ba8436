import Ground
import Position
import Testing

@Suite("Whose time a record takes")
struct TimeJudgeTests {
    static let release: Int64 = 1_793_491_200_000  // 2026-11-01
    static let day: Int64 = 86_400_000
    static let now = Self.release + 20 * Self.day
    static let rollover = 1_024 * 7 * Self.day

    private func stamp(_ measured: Int64?, wall: Int64 = Self.now, synchronised: Bool) throws -> TimeJudge.Stamp {
        var fix = Fix(received: 99_000, coordinate: try #require(Coordinate(latitude: 1, longitude: 1)), mode: 3)
        fix.measured = measured
        let system = Moment(wall: wall, boot: 99_250, isSynchronised: synchronised)
        var judge = TimeJudge(earliest: Self.release)
        return judge.stamp(fix, system: system)
    }

    @Test("the receiver's, when both agree")
    func agree() throws {
        let stamp = try self.stamp(Self.now - 100, synchronised: true)
        #expect(stamp == TimeJudge.Stamp(time: Self.now - 100, quality: .gnss, boot: 99_000))
    }

    @Test("the system's at arrival, when the receiver knows no date")
    func undated() throws {
        #expect(
            try self.stamp(nil, synchronised: true)
                == TimeJudge.Stamp(time: Self.now - 250, quality: .ntp, boot: 99_000)
        )
        #expect(try self.stamp(nil, synchronised: false).quality == .rtc)
    }

    @Test("never a date before the release, such as a recording of 2015", arguments: [true, false])
    func tooEarly(synchronised: Bool) throws {
        let stamp = try self.stamp(1_424_850_116_000, synchronised: synchronised)
        #expect(stamp.time == Self.now - 250)
        #expect(stamp.quality == (synchronised ? .ntp : .rtc))
    }

    @Test("never a date 1024 weeks off, nor 2034 for 2015", arguments: [true, false])
    func rolledOver(synchronised: Bool) throws {
        #expect(try self.stamp(Self.now + Self.rollover, synchronised: synchronised).quality != .gnss)
        #expect(try self.stamp(1_424_850_116_000 + Self.rollover, synchronised: synchronised).quality != .gnss)
    }

    @Test("the receiver's, when a free-running clock has stood still for a month without power")
    func clockBehind() throws {
        #expect(try self.stamp(Self.now + 30 * Self.day, synchronised: false).quality == .gnss)
        #expect(try self.stamp(Self.now + 30 * Self.day, synchronised: true).quality == .ntp)
    }

    @Test("the receiver's, when the system clock is from before the release")
    func clockWrong() throws {
        #expect(try self.stamp(Self.now, wall: 86_400_000, synchronised: false).quality == .gnss)
        #expect(try self.stamp(nil, wall: 86_400_000, synchronised: false).quality == TimeJudge.Quality.none)
    }

    /// A drive of one fix a second from boot second 100 on; each clock's error is a function of the second.
    private func drive(
        seconds: Range<Int64>,
        synchronised: @escaping (Int64) -> Bool = { _ in true },
        receiver: (Int64) -> Int64,
        system: (Int64) -> Int64
    ) throws -> [(fix: TimeJudge.Stamp, event: TimeJudge.Stamp, truth: Int64)] {
        var judge = TimeJudge(earliest: Self.release)
        return try seconds.map { second in
            let (boot, truth) = (second * 1_000, Self.now + second * 1_000)
            var fix = Fix(received: boot, coordinate: try #require(Coordinate(latitude: 1, longitude: 1)), mode: 3)
            fix.measured = truth + receiver(second)
            let time = Moment(
                wall: truth + 50 + system(second),
                boot: boot + 50,
                isSynchronised: synchronised(second)
            )
            return (judge.stamp(fix, system: time), judge.stamp(system: time), truth)
        }
    }

    @Test(
        "a system clock that jumps by an hour or by 1024 weeks moves no record",
        arguments: [3_600_500, -3_600_500, -TimeJudgeTests.rollover, TimeJudgeTests.rollover]
    )
    func systemJumps(jump: Int64) throws {
        for isSynchronised in [true, false] {
            let drive = try self.drive(
                seconds: 100..<400,
                synchronised: { _ in isSynchronised },
                receiver: { _ in 0 },
                system: { (200..<300).contains($0) ? jump : 0 }
            )
            for moment in drive {
                #expect(moment.fix.time == moment.truth && moment.fix.quality == .gnss)
                #expect(abs(moment.event.time - moment.truth) <= 50 && moment.event.quality == .gnss)
            }
        }
    }

    @Test(
        "a receiver that jumps for a while moves no record",
        arguments: [3_600_500, -3_600_500, -TimeJudgeTests.rollover, TimeJudgeTests.rollover]
    )
    func receiverJumps(jump: Int64) throws {
        let drive = try self.drive(
            seconds: 100..<300,
            synchronised: { _ in false },
            receiver: { (200..<250).contains($0) ? jump : 0 },
            system: { _ in 0 }
        )
        for moment in drive { #expect(abs(moment.fix.time - moment.truth) <= 1) }
    }

    @Test("a receiver that began with a wrong date and then stands by the right one is believed after a minute")
    func receiverCorrectsItself() throws {
        let drive = try self.drive(
            seconds: 100..<400,
            synchronised: { _ in false },
            receiver: { $0 < 200 ? -5 * Self.day : 0 },
            system: { _ in -5 * Self.day }
        )
        let (doubted, believed) = (drive[150].fix, drive[200].fix)
        #expect(doubted.quality == .rtc)
        #expect(believed.quality == .gnss && believed.time == drive[200].truth)
    }

    @Test("a date that was agreed on without the network gives way when the network's clock objects")
    func networkObjects() throws {
        let drive = try self.drive(
            seconds: 100..<300,
            synchronised: { $0 >= 200 },
            receiver: { _ in -5 * Self.day },
            system: { $0 >= 200 ? 0 : -5 * Self.day }
        )
        #expect(drive[50].fix.quality == .gnss)
        #expect(drive[150].fix.quality == .ntp && abs(drive[150].fix.time - drive[150].truth) <= 50)
        #expect(drive[150].event.quality == .ntp)
    }
}
