import BrokerLink
import Rig
import TestSupport
import Testing

@Suite("Broker link over TLS", .serialized, .realPrograms, .timeLimit(.minutes(5)))
struct TLSTests {
    /// Makes an authority, a broker's and a device's certificate, and one of a stranger's authority.
    private func withCertificates<R: Sendable>(_ body: (Certificates) async throws -> R) async throws -> R {
        try await withTemporaryFolder("tls") { folder in
            let certificates = try await Certificates(folder: folder, devices: ["car-01"])
            try await certificates.makeAuthority("stranger")
            try await certificates.issue("thief", by: "stranger")
            return try await body(certificates)
        }
    }

    private func withBroker<R: Sendable>(
        _ certificates: Certificates,
        _ body: (UInt16, RunningProgram) async throws -> R
    ) async throws -> R {
        let port = try FreePort.take(1)[0]
        return try await withTemporaryFolder("broker") { folder in
            try await RealPrograms.withMosquitto(
                port: port,
                folder: folder,
                settings: certificates.brokerSettings
            ) { broker in
                try await body(port, broker)
            }
        }
    }

    private func credentials(_ folder: String, _ name: String, authority: String = "ca") -> BrokerAddress.Credentials {
        BrokerAddress.Credentials(
            authority: "\(folder)/\(authority).crt",
            certificate: "\(folder)/\(name).crt",
            key: "\(folder)/\(name).key"
        )
    }

    @Test("the right certificate gets in")
    func right() async throws {
        try await self.withCertificates { certificates in
            let folder = certificates.folder
            try await self.withBroker(certificates) { port, _ in
                let rig = LinkRig(
                    port: port,
                    clientID: "c",
                    subscriptions: ["t"],
                    credentials: self.credentials(folder, "car-01")
                )
                try await rig.running { rig in
                    try await rig.waitUntilUp()
                    try await rig.link.publish(BrokerMessage(topic: "t", payload: Array(repeating: 7, count: 100_000)))
                    try await rig.waitForMessages(1)
                    #expect(rig.messages.all.first?.payload.count == 100_000)
                }
            }
        }
    }

    @Test("a stranger's certificate does not, nor do we trust a stranger's broker; once mended, the link comes up")
    func wrong() async throws {
        try await self.withCertificates { certificates in
            let folder = certificates.folder
            try await self.withBroker(certificates) { port, broker in
                @Sendable func handshakeFailures() -> Int {
                    broker.log.split(separator: "OpenSSL Error", omittingEmptySubsequences: false).count - 1
                }
                for (name, authority) in [("thief", "ca"), ("car-01", "stranger")] {
                    let rig = LinkRig(
                        port: port,
                        clientID: "c",
                        credentials: self.credentials(folder, name, authority: authority)
                    )
                    try await rig.running { rig in
                        let before = handshakeFailures()
                        try await eventually("two refused handshakes of \(name)") {
                            handshakeFailures() >= before + 2 ? () : nil
                        }
                        #expect(rig.changes.all.isEmpty, "\(name) with \(authority)")
                    }
                }
                // The same link, while it runs: first the key file is missing, then it is there.
                let rig = LinkRig(port: port, clientID: "c", credentials: self.credentials(folder, "late"))
                try await rig.running { rig in
                    for ending in ["crt", "key"] {
                        _ = try await runProgramToEnd(
                            "/bin/cp",
                            ["\(folder)/car-01.\(ending)", "\(folder)/late.\(ending)"]
                        )
                    }
                    try await rig.waitUntilUp()
                }
            }
        }
    }

    @Test("an expired certificate, the device's or the broker's, ends in a link as soon as it is renewed in its place")
    func renewed() async throws {
        try await self.withCertificates { certificates in
            let folder = certificates.folder
            try await certificates.issue("car-01", days: -1)
            try await self.withBroker(certificates) { port, broker in
                let rig = LinkRig(port: port, clientID: "c", credentials: self.credentials(folder, "car-01"))
                try await rig.running { rig in
                    try await eventually("the broker refusing") { broker.log.contains("OpenSSL Error") }
                    #expect(rig.changes.all.isEmpty)
                    try await certificates.issue("car-01", days: 2)
                    try await rig.waitUntilUp()
                }
                // Now the broker's own, which it reads anew on SIGHUP.
                try await certificates.issue("broker", days: -1)
                broker.send(1)
                try await eventually("the broker's new configuration") {
                    broker.log.contains("Reloading config") ? () : nil
                }
                let other = LinkRig(port: port, clientID: "d", credentials: self.credentials(folder, "car-01"))
                try await other.running { rig in
                    let before = broker.log.count
                    try await eventually("two attempts") { broker.log.count > before + 100 }
                    #expect(rig.changes.all.isEmpty)
                    try await certificates.issue("broker", days: 2)
                    broker.send(1)
                    try await rig.waitUntilUp()
                }
            }
        }
    }
}
