package import Settings

/// Where the broker is and how it and we prove who we are.
package struct BrokerAddress: Sendable, Hashable {
    /// Paths of PEM files.
    package struct Credentials: Sendable, Hashable {
        /// The authority that signed the broker's certificate.
        package var authority: String
        /// Our certificate.
        package var certificate: String
        /// Our private key.
        package var key: String

        /// Creates them.
        package init(authority: String, certificate: String, key: String) {
            self.authority = authority
            self.certificate = certificate
            self.key = key
        }
    }

    /// Host and port.
    package var endpoint: HostPort

    /// What TLS needs; `nil` for plain TCP, which only a loopback broker may have.
    package var credentials: Credentials?

    /// Creates an address.
    package init(endpoint: HostPort, credentials: Credentials? = nil) {
        self.endpoint = endpoint
        self.credentials = credentials
    }

    /// Reads the `broker` group: `{ host, port, tls: { ca, certificate, key } }`.
    ///
    /// - Throws: `SettingsError`, also when a broker off this machine has no `tls`.
    package init(_ group: consuming SettingsReader) throws(SettingsError) {
        var group = group
        let hasTLS: Bool
        if var tls = try group.optionalGroup("tls") {
            let folder = "/etc/patrollink/tls"
            self.credentials = Credentials(
                authority: try tls.string("ca", example: "\(folder)/ca.crt"),
                certificate: try tls.string("certificate", example: "\(folder)/car-01.crt"),
                key: try tls.string("key", example: "\(folder)/car-01.key")
            )
            try tls.finish()
            hasTLS = true
        } else {
            self.credentials = nil
            hasTLS = false
        }
        self.endpoint = try group.hostPort(defaultPort: hasTLS ? 8_883 : 1_883)
        guard hasTLS || self.endpoint.isLoopback else {
            throw group.error(
                "host",
                "is '\(self.endpoint.host)', another machine: positions travel there only with "
                    + "'tls: { ca: …, certificate: …, key: … }'"
            )
        }
        try group.finish()
    }
}
