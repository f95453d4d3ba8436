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
        let system = TimeJudge.SystemTime(wall: wall, boot: 99_250, isSynchronised: synchronised)
        return TimeJudge(earliest: Self.release).stamp(fix, system: system)
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
}
