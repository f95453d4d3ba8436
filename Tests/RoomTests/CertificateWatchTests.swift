import Live
import Operation
import Rig
import TestSupport
import Testing
import Threading

@Suite("The room's own certificates", .realPrograms)
struct CertificateWatchTests {
    @Test("a certificate that ends within a week is a fault of the room that names it; a new one ends it")
    func pressing() async throws {
        try await withTemporaryFolder("certificates") { folder in
            let certificates = try await Certificates(folder: folder, devices: [])
            let health = RoomHealth {}
            let path = "\(folder)/broker.crt"
            let watch = CertificateWatch(
                [.init("broker", path: path), .init("board", path: "\(folder)/none.crt")],
                health: health
            )
            watch.look()
            let fault = try #require(health.all.first)
            #expect(fault.what == "certificate" && fault.detail.hasPrefix("\(path) ends in "))
            let end = try #require(watch.ends["broker"])
            #expect(abs(Int64(end) - SystemClock.wallMilliseconds / 1_000 - 2 * 86_400) < 600)
            // What is not there is no end that anybody could be told of.
            #expect(watch.ends.count == 1)
            try await certificates.issue("broker", days: 30)
            watch.look()
            #expect(health.all.isEmpty)
            try await certificates.issue("broker", days: -1)
            watch.look()
            #expect(health.all.first?.detail.contains("has ended") == true)
        }
    }
}
