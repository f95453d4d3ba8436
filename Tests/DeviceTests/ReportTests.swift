import Ground
import PatrolWire
import Position
import Report
import Testing

@Suite("Report policy")
struct ReportPolicyTests {
    private static let settings = ReportPolicy.Settings(interval: 10_000, drift: 15, turn: 30)

    private func drive(
        _ fixes: [(second: Double, east: Double, north: Double, speed: Double, course: Double?)]
    ) throws
        -> [ReportPolicy.Reason?]
    {
        let plane = TangentPlane(at: try #require(Coordinate(latitude: 40, longitude: 116)))
        var policy = ReportPolicy(settings: Self.settings)
        return try fixes.map { row in
            let place = try #require(plane.coordinate(of: PlanePoint(east: row.east, north: row.north)))
            var fix = Fix(received: Int64(row.second * 1_000), coordinate: place, mode: 3)
            fix.speed = row.speed
            fix.course = row.course
            return policy.observe(fix)
        }
    }

    @Test("an hour's budget holds for turns and drift, never for the sign of life")
    func budget() throws {
        let settings = ReportPolicy.Settings(interval: 60_000, drift: 1, turn: 180, bytesPerHour: 33_000)
        var policy = ReportPolicy(settings: settings)
        var reasons: [ReportPolicy.Reason] = []
        let start = try #require(Coordinate(latitude: 40, longitude: 116))
        for second in 0..<3_600 as Range<Int64> {
            // Away from every extrapolation: without a budget each fix would be a record.
            let place = try #require(start.moved(by: Metres(Double(second % 2) * 50), course: 0))
            var fix = Fix(received: second * 1_000, coordinate: place, mode: 3)
            fix.speed = 0
            if let reason = policy.observe(fix) { reasons.append(reason) }
        }
        // 100 records an hour, and a sixth of them at once; a sign of life is never more than a minute away.
        #expect((100...125).contains(reasons.count), "\(reasons.count)")
    }

    @Test("straight on at a steady speed is one record an interval")
    func straight() throws {
        let reasons = try self.drive((0...20).map { (Double($0), 0, Double($0) * 12, 12, 0) })
        #expect(reasons.compactMap { $0 } == [.start, .time, .time])
    }

    @Test("standing still is one record an interval, though the course is noise")
    func standing() throws {
        let reasons = try self.drive((0...20).map { (Double($0), 0, 0, 0.4, Double($0 * 67 % 360)) })
        #expect(reasons.compactMap { $0 } == [.start, .time, .time])
    }

    @Test("braking to a stop is told as soon as the extrapolation is off by more than the drift")
    func braking() throws {
        let reasons = try self.drive([(0, 0, 0, 12, 0), (1, 0, 8, 6, 0), (2, 0, 10, 1, 0), (3, 0, 10, 0, nil)])
        #expect(reasons == [.start, nil, nil, .drift] || reasons == [.start, nil, .drift, nil])
    }

    @Test("a turn is told, also across north")
    func turning() throws {
        let reasons = try self.drive([(0, 0, 0, 10, 350), (1, 0, 10, 10, 5), (2, 2, 20, 10, 21)])
        #expect(reasons == [.start, nil, .turn])
    }

    @Test("a request makes the next fix a record")
    func request() throws {
        var policy = ReportPolicy(settings: Self.settings)
        #expect(policy.observe(try fix(0, north: 0)) == .start)
        policy.request()
        #expect(policy.observe(try fix(1, north: 0)) == .request)
        #expect(policy.observe(try fix(2, north: 0)) == nil)
    }

    @Test("what a reader extrapolates is never further off than the drift allows, on seeded drives")
    func promise() throws {
        for seed in 0..<50 as Range<UInt64> {
            var random = SplitMix64(seed: seed)
            var policy = ReportPolicy(settings: Self.settings)
            let plane = TangentPlane(at: try #require(Coordinate(latitude: 40, longitude: 116)))
            var place = PlanePoint(east: 0, north: 0)
            var (speed, course) = (10.0, 0.0)
            var last: Fix?
            for second in 0..<300 {
                speed = max(0, min(25, speed + .random(in: -3...3, using: &random)))
                course = (course + .random(in: -25...25, using: &random) + 360).truncatingRemainder(dividingBy: 360)
                let here = try #require(plane.coordinate(of: place))
                let moved = try #require(here.moved(by: Metres(speed), course: course))
                place = plane.project(moved)
                var fix = Fix(received: Int64(second) * 1_000, coordinate: moved, mode: 3)
                (fix.speed, fix.course) = (speed, course)
                if policy.observe(fix) != nil { last = fix }
                let believed = ReportPolicy.extrapolate(try #require(last), to: fix)
                #expect(
                    believed.distance(to: moved).value <= Self.settings.drift + 0.01,
                    "seed \(seed), second \(second)"
                )
            }
        }
    }
}

@Suite("Report writer")
struct ReportWriterTests {
    @Test("writes what the contract says, places with seven decimals")
    func position() throws {
        let writer = ReportWriter(device: try #require(Name.device("car-01")), unit: "01", log: "00112233aabbccdd")
        var fix = Fix(
            received: 5_000,
            coordinate: try #require(Coordinate(latitude: 40.123_456_789, longitude: -8.000_000_04)),
            mode: 3
        )
        fix.accuracy = Metres(3.14)
        fix.speed = 8.256
        fix.course = 271.46
        fix.satellites = 9
        let stamp = TimeJudge.Stamp(time: 1_795_314_000_123, quality: .gnss, boot: 5_000)
        let bytes = try writer.position(
            fix,
            stamp: stamp,
            reason: .drift,
            context: RecordContext(status: .patrol),
            sequence: 7
        )
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == #"{"acc":3.1,"cog":271.5,"dev":"car-01","lat":40.1234568,"log":"00112233aabbccdd","lon":-8,"mode":3,"sat":9,"#
                + #""seq":7,"spd":8.26,"src":"gnss","st":"patrol","t":1795314000123,"tq":"gnss","trg":"drift","unit":"01","up":5000,"v":1}"#
        )
        for (reckoning, source) in [(Fix.Reckoning.alone, "dr"), (.aided, "dr"), (.none, "gnss")] {
            fix.reckoning = reckoning
            let context = RecordContext(status: .patrol)
            let bytes = try writer.position(fix, stamp: stamp, reason: .drift, context: context, sequence: 8)
            #expect(String(decoding: bytes, as: UTF8.self).contains("\"src\":\"\(source)\""))
        }
    }

    @Test("an event has a place only when there is one")
    func event() throws {
        let writer = ReportWriter(device: try #require(Name.device("car-01")), unit: "01", log: "00112233aabbccdd")
        let stamp = TimeJudge.Stamp(time: 1, quality: .none, boot: 1)
        let bytes = try writer.event(
            .deviceStart,
            data: nil,
            at: nil,
            stamp: stamp,
            context: RecordContext(status: .off),
            sequence: 1
        )
        let record = try WireCoder().decode(Record.self, from: bytes)
        #expect(record.event == .deviceStart && record.latitude == nil && record.trigger == .event)
    }
}
