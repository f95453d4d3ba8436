/// Certificates for a broker and devices, made with openssl for one test or measurement.
package struct Certificates: Sendable {
    /// Where `NAME.crt` and `NAME.key` are; `ca.crt` is the authority.
    package let folder: String

    /// Makes an authority, and certificates of `broker` and of each device.
    ///
    /// - Throws: ``RigError``.
    package init(folder: String, devices: [String]) async throws {
        self.folder = folder
        try writeFile("\(folder)/names", "subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        try await self.makeAuthority("ca")
        for name in ["broker"] + devices { try await self.issue(name) }
    }

    /// Makes another authority.
    package func makeAuthority(_ name: String) async throws {
        try await self.openssl(
            "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=\(name) -keyout @\(name).key -out @\(name).crt"
        )
    }

    /// Makes or renews a certificate; with negative days it has expired.
    package func issue(_ name: String, by authority: String = "ca", days: Int = 2) async throws {
        try await self.openssl("req -newkey rsa:2048 -nodes -subj /CN=\(name) -keyout @\(name).key -out @\(name).csr")
        try await self.openssl(
            "x509 -req -in @\(name).csr -CA @\(authority).crt -CAkey @\(authority).key -CAcreateserial -days \(days) "
                + "-extfile @names -out @\(name).crt"
        )
        // mosquitto gives up root and has to read its key.
        _ = try await runProgramToEnd("/bin/chmod", ["-R", "a+rX", self.folder])
    }

    /// Lines of mosquitto's configuration: TLS only, and clients must have a certificate.
    package var brokerSettings: String {
        """
        cafile \(self.folder)/ca.crt
        certfile \(self.folder)/broker.crt
        keyfile \(self.folder)/broker.key
        require_certificate true
        use_identity_as_username true
        tls_version tlsv1.2
        max_queued_messages 0
        """
    }

    private func openssl(_ line: String) async throws {
        let words = line.split(separator: " ").map { word in
            word.hasPrefix("@") ? "\(self.folder)/\(word.dropFirst())" : String(word)
        }
        let result = try await runProgramToEnd("/usr/bin/openssl", words)
        guard result.status == 0 else { throw RigError.system("openssl \(line)", result.errors) }
    }
}
