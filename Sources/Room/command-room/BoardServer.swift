import Board
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import Program
import Settings
import Threading

/// What the board is served with, and its limits on connections.
struct BoardServer: Sendable {
    let configuration: Configuration
    let logger: Logger

    /// With fewer descriptors not even the system's own threads can start.
    private static let fewest = 128

    /// The server, behind a door that leaves descriptors for everything else.
    ///
    /// - Throws: `ProgramFailure` for a certificate or key that cannot be used.
    func builder() throws -> HTTPServerBuilder {
        let wanted = self.configuration.door
        let descriptors = raiseDescriptorLimit()
        guard descriptors >= Self.fewest else {
            throw ProgramFailure(
                .unavailable,
                "the process may have \(descriptors) descriptors open and needs \(Self.fewest): raise LimitNOFILE"
            )
        }
        let settings = wanted.fitting(descriptors: descriptors)
        if settings.connections < wanted.connections {
            self.logger.warning(
                """
                Only \(settings.connections) connections instead of \(wanted.connections): the process may have \
                \(descriptors) descriptors, and some stay for the broker and the stores (LimitNOFILE in its unit)
                """
            )
        }
        return .behind(Door(settings, logger: self.logger), tls: try self.tls())
    }

    private func tls() throws -> TLSConfiguration? {
        guard let files = self.configuration.tls else { return nil }
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate).map {
                NIOSSLCertificateSource.certificate($0)
            }
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain,
                privateKey: .privateKey(try NIOSSLPrivateKey(file: files.key, format: .pem))
            )
            tls.minimumTLSVersion = .tlsv12
            return tls
        } catch {
            throw ProgramFailure(
                .unavailable,
                "http.tls: \(files.certificate) and \(files.key) cannot be used together: \(error)"
            )
        }
    }
}

extension DoorSettings {
    /// Reads `connections`, `per_address` and `trusted_proxies` of `http`.
    init(_ http: inout SettingsReader) throws(SettingsError) {
        self.init()
        self.connections = try http.optionalInteger("connections", in: 16...100_000) ?? self.connections
        self.perAddress = try http.optionalInteger("per_address", in: 4...100_000) ?? self.perAddress
        guard http.has("trusted_proxies") else { return }
        for text in try http.strings("trusted_proxies", example: "[127.0.0.1]") {
            guard let address = Self.address(text) else {
                throw http.error("trusted_proxies", "must be addresses such as 127.0.0.1, not '\(text)'")
            }
            self.trustedProxies.insert(address)
        }
    }
}
