import FoundationEssentials
import Rig
import TestSupport

/// A board that people log in to.
extension Chain {
    /// What a login answers.
    struct Login: Decodable, Sendable {
        let name: String
        let role: String
        let token: String?
    }

    /// Where the board is when it is served over TLS.
    var secure: String { "https://127.0.0.1:\(self.http)" }

    /// Makes or changes an account; its password is "a long password of NAME" where no other is given.
    func setAccount(_ name: String, role: String, password: String? = nil) async throws {
        try writeFile("\(self.folder)/password", "\(password ?? "a long password of \(name)")\n")
        try await self.patrolctl(
            "account add \(name) --role \(role) --file '\(self.folder)/accounts' < '\(self.folder)/password'"
        )
    }

    /// Removes an account.
    func removeAccount(_ name: String) async throws {
        try await self.patrolctl("account remove \(name) --file '\(self.folder)/accounts'")
    }

    private func patrolctl(_ line: String) async throws {
        let result = try await runProgramToEnd("/bin/sh", ["-c", "'\(Places.program("patrolctl"))' \(line)"])
        guard result.status == 0 else { throw RigError.system("patrolctl \(line)", result.errors) }
    }

    /// Writes accounts, a certificate and a configuration with both; `http` is added to what `http` says.
    func writeAccounts(_ accounts: [(String, String)], http: String = "") async throws {
        for (name, role) in accounts { try await self.setAccount(name, role: role) }
        let made = try await runProgramToEnd(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout",
                "\(self.folder)/board.key", "-out", "\(self.folder)/board.crt",
            ]
        )
        guard made.status == 0 else { throw RigError.system("openssl", made.errors) }
        let path = "\(self.folder)/command-room.yaml"
        let files = "certificate: \(self.folder)/board.crt, key: \(self.folder)/board.key"
        let text = readFile(path).replacing(
            "port: \(self.http) }",
            with: "port: \(self.http), tls: { \(files) }\(http.isEmpty ? "" : ", \(http)") }"
        )
        try writeFile(path, text + "accounts: \(self.folder)/accounts\n")
    }

    /// Asks with curl and the cookies of a jar.
    ///
    /// Only a login writes the jar: curl empties it first, and another that begins at that moment would have no cookie.
    func curl(_ arguments: [String], jar: String = "jar") async throws -> (status: String, text: String) {
        let cookies = "\(self.folder)/\(jar)"
        let result = try await runProgramToEnd(
            "/usr/bin/curl",
            ["-sk", "-m", "20", "-w", "\n%{http_code}", "-b", cookies] + arguments
        )
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (lines.last.map(String.init) ?? "", lines.dropLast().joined(separator: "\n"))
    }

    /// Tries a login.
    func tryLogin(
        _ name: String,
        password: String? = nil,
        jar: String = "jar",
        from address: String = "127.0.0.1",
        _ more: [String] = []
    ) async throws -> (status: String, text: String) {
        let body = #"{"name":"\#(name)","password":"\#(password ?? "a long password of \(name)")"}"#
        let cookies = ["-c", "\(self.folder)/\(jar)"]
        let line = cookies + ["--interface", address, "-X", "POST", "-d", body, "\(self.secure)/api/v1/session"] + more
        return try await self.curl(line, jar: jar)
    }

    /// Logs in.
    func logIn(_ name: String, jar: String = "jar") async throws -> Login {
        let answer = try await self.tryLogin(name, jar: jar)
        guard answer.status == "200" else { throw RigError.system("login of \(name)", answer.text) }
        return try RoomClient.Answer.decode(Login.self, from: answer.text)
    }
}
