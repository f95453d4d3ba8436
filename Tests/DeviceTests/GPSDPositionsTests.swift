import Glibc
import Ground
import Position
import PositionGPSD
import Rig
import Simulation
import TestSupport
import Testing

@Suite("Positions from a real gpsd", .serialized, .realPrograms, .timeLimit(.minutes(5)))
struct GPSDPositionsTests {
    /// Collects what a gpsd says while `body` runs.
    private func collect(
        port: UInt16,
        silentAfter: Int64 = 5_000,
        _ body: (Collector<PositionReport>) async throws -> Void
    ) async throws -> [PositionReport] {
        let reports = Collector<PositionReport>()
        let reader = Task {
            for await report in GPSDPositions(host: "127.0.0.1", port: port, silentAfter: silentAfter) {
                reports.add(report)
            }
        }
        defer { reader.cancel() }
        try await body(reports)
        return reports.all
    }

    private func places(_ reports: [PositionReport]) -> [Recording.Place] {
        reports.compactMap { report in
            guard case .fix(let fix) = report else { return nil }
            return Recording.Place(fix.coordinate.latitude, fix.coordinate.longitude)
        }
    }

    @Test(
        "makes the same places of a recording as gpsd's own expectations",
        .enabled(if: Places.hasData, Comment(rawValue: Places.noData)),
        // A moving car, another one, BeiDou, 330 bad checksums, a lost and regained fix, an old handset.
        arguments: ["bt451", "haicom-305N", "beidou-bd", "st-teseo-liv4f", "garmin-10x", "tr737A+"]
    )
    func recording(name: String) async throws {
        let recording = try Recording(name)
        try await withTemporaryFolder("gpsd") { folder in
            try await withFedGPSD(folder: folder) { port, line in
                let reports = try await self.collect(port: port) { reports in
                    try await eventually("gpsd answering") { reports.all.isEmpty ? nil : () }
                    try await recording.play(on: line)
                    try await eventually("the last place of \(name)") {
                        self.places(reports.all).last == recording.places.last ? () : nil
                    }
                }
                let seen = Set(self.places(reports))
                let expected = Set(recording.places)
                #expect(seen.isSubset(of: expected), "\(seen.subtracting(expected))")
                // The first place may pass before gpsd has understood what kind of receiver it is.
                #expect(expected.subtracting(seen).count <= 1, "\(expected.subtracting(seen))")
            }
        }
    }

    @Test("a process with more than 1,024 descriptors open reads gpsd like any other")
    func manyDescriptors() async throws {
        try await withTemporaryFolder("gpsd") { folder in
            try await withFedGPSD(folder: folder) { port, _ in
                let held = (0..<1_100).map { _ in open("/dev/null", O_RDONLY | O_CLOEXEC) }
                defer { for descriptor in held where descriptor >= 0 { close(descriptor) } }
                try #require(held.allSatisfy { $0 >= 0 }, "the limit of descriptors is below 1,100")
                let reports = try await self.collect(port: port, silentAfter: 500) { reports in
                    // It has waited on its descriptor many times before it says so.
                    try await eventually("gpsd being called silent") {
                        reports.all.contains { if case .unavailable = $0 { true } else { false } } ? () : nil
                    }
                }
                #expect(reports.contains { if case .available = $0 { true } else { false } })
            }
        }
    }

    @Test("waits for a gpsd that is not there, says so once, and goes on when it comes, dies and comes again")
    func restarts() async throws {
        try await withTemporaryFolder("gpsd") { folder in
            let town = try #require(Town(seed: 7))
            let world = World(town: town, cars: 1, seed: 7)
            let ports = try FreePort.take(3)
            let reports = Collector<PositionReport>()
            let reader = Task {
                for await report in GPSDPositions(host: "127.0.0.1", port: ports[0]) { reports.add(report) }
            }
            defer { reader.cancel() }
            func fixes() -> Int { self.places(reports.all).count }

            try await eventually("the first complaint") { reports.all.isEmpty ? nil : () }
            for port in ports[1...] {
                let line = try ReceiverLine.tcp(port: port)
                defer { line.close() }
                let feed = Task {
                    await ReceiverFeed(world: world, car: 0, line: line, rate: 5, receiver: Receiver(seed: 1)).run()
                }
                defer { feed.cancel() }
                let before = fixes()
                try await RealPrograms.withGPSD(port: ports[0], source: line.source, folder: folder) { gpsd in
                    try await eventually("fixes") { fixes() > before + 3 }
                    gpsd.send(9)
                    try await eventually("the end of gpsd") { gpsd.isAlive ? nil : () }
                }
            }
            func isComplaint(_ report: PositionReport?) -> Bool {
                if case .unavailable = report { true } else { false }
            }
            try await eventually("the last complaint") { isComplaint(reports.all.last) }
            let complaints = reports.all.filter { if case .unavailable(.unreachable) = $0 { true } else { false } }
            #expect(complaints.count <= 3, "\(complaints)")
            // On a busy machine a receiver may fall silent for a moment; it is said to be there again after that too.
            let pauses = reports.all.filter { if case .unavailable(.silent) = $0 { true } else { false } }.count
            let starts = reports.all.filter { if case .available = $0 { true } else { false } }.count
            #expect(starts == 2 + pauses, "\(reports.all.filter { isComplaint($0) })")
        }
    }

    @Test("calls a receiver that has gone quiet silent, once, and hears it again")
    func silent() async throws {
        try await withTemporaryFolder("gpsd") { folder in
            let world = World(town: try #require(Town(seed: 7)), cars: 1, seed: 7)
            try await withFedGPSD(folder: folder) { port, line in
                let reports = try await self.collect(port: port, silentAfter: 1_500) { reports in
                    func play(until what: String, _ isDone: () -> Bool) async throws {
                        let feed = Task {
                            await ReceiverFeed(world: world, car: 0, line: line, rate: 5, receiver: Receiver(seed: 1))
                                .run()
                        }
                        defer { feed.cancel() }
                        try await eventually("\(what)") { isDone() }
                    }
                    func silences() -> Int {
                        reports.all.filter { if case .unavailable(.silent) = $0 { true } else { false } }.count
                    }
                    try await play(until: "a fix") { !self.places(reports.all).isEmpty }
                    try await eventually("silence") { silences() == 1 }
                    let count = self.places(reports.all).count
                    try await play(until: "a fix after the silence") { self.places(reports.all).count > count }
                    #expect(silences() == 1)
                }
                let last = reports.last
                #expect(last != nil)
            }
        }
    }
}
