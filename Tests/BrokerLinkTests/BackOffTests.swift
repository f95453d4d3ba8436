import BrokerLink
import Rig
import Settings
import Testing

@Suite("Back-off")
struct BackOffTests {
    @Test("doubles from one second to two minutes, and begins anew after five calm minutes")
    func doubles() {
        var backOff = BackOff()
        func wait(_ held: Duration = .zero) -> Double { backOff.wait(afterHolding: held, chance: 0.5) / .seconds(1) }
        let waits = (0..<9).map { _ in wait().rounded() }
        #expect(waits == [1, 2, 4, 8, 16, 32, 64, 120, 120])
        #expect(wait(.seconds(299)).rounded() == 120)
        #expect(wait(.seconds(300)).rounded() == 1)
    }

    @Test("spreads by a fifth to both sides")
    func jitter() {
        for chance in [0, 0.25, 0.5, 0.75, 1] {
            var backOff = BackOff()
            let wait = backOff.wait(afterHolding: .zero, chance: chance) / .seconds(1)
            #expect(abs(wait - (0.8 + 0.4 * chance)) < 1e-9)
        }
    }
}

@Suite("Broker address")
struct BrokerAddressTests {
    private func read(_ text: String) throws -> BrokerAddress {
        let node = try YAMLParser.parse(Array(text.utf8), file: "a.yaml")
        return try BrokerAddress(SettingsReader(node, file: "a.yaml", name: "'broker'"))
    }

    @Test("plain TCP is for this machine only", arguments: ["127.0.0.1", "localhost", "::1", "127.0.0.53"])
    func loopback(host: String) throws {
        #expect(try self.read("host: \"\(host)\"").endpoint.port == 1_883)
    }

    @Test(
        "another machine needs TLS, and the error says how",
        arguments: ["10.0.0.1", "broker.example", "192.168.1.1"]
    )
    func elsewhere(host: String) throws {
        let error = #expect(throws: SettingsError.self) { try self.read("host: \(host)") }
        #expect(error?.description.contains("tls:") == true)
        let address = try self.read("host: \(host)\ntls: { ca: a, certificate: b, key: c }")
        #expect(address.endpoint.port == 8_883 && address.credentials?.key == "c")
    }
}
