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
                [
                    .init("room", path: path, remedy: "'pki'", isKept: false),
                    .init("board", path: "\(folder)/none.crt", remedy: "", isKept: true),
                ],
                health: health
            )
            watch.look()
            let fault = try #require(health.all.first)
            #expect(fault.what == "certificate" && fault.detail.hasPrefix("\(path) ends in "))
            let end = try #require(watch.ends["room"])
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

    @Test("one that was renewed and is not in use yet is a fault until the room is started anew")
    func notInUse() async throws {
        try await withTemporaryFolder("certificates") { folder in
            let certificates = try await Certificates(folder: folder, devices: [])
            let (health, path) = (RoomHealth {}, "\(folder)/broker.crt")
            func watch() -> CertificateWatch {
                CertificateWatch([.init("board", path: path, remedy: "'pki'", isKept: true)], health: health)
            }
            let before = watch()
            try await certificates.issue("broker", days: 30)
            before.look()
            #expect(health.all.first?.detail.hasSuffix("\(path) was renewed: restart command-room") == true)
            watch().look()
            #expect(health.all.isEmpty)
        }
    }
}
