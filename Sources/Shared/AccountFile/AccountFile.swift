import Crypto
import CryptoExtras
import FoundationEssentials

/// The accounts of a board, a text file: one account a line, `name:role:scrypt:rounds:salt:hash`.
///
/// A password is never kept, only what scrypt makes of it.
/// Source: Percival, Josefsson, *The scrypt Password-Based Key Derivation Function*, RFC 7914; rounds and block size
/// as OWASP, *Password Storage Cheat Sheet*.
package struct AccountFile: Sendable, Hashable {
    /// One account.
    package struct Account: Sendable, Hashable {
        /// Its name.
        package let name: String
        /// What it may do: `viewer`, `dispatcher`, `chief` or `admin`.
        package let role: String
        fileprivate let rounds: Int
        fileprivate let salt: [UInt8]
        fileprivate let hash: [UInt8]

        /// Tells its password from another one, also from the same one set again, and says nothing about it.
        package var mark: String {
            let digest = SHA256.hash(data: Data(self.salt + self.hash + "\(self.rounds)".utf8))
            return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// Why a file or a password cannot be used.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong and what to do.
        package let description: String
    }

    /// The roles, the smallest first.
    package static let roles = ["viewer", "dispatcher", "chief", "admin"]

    private static let rounds = 1 << 15
    private static let blockSize = 8
    private static let hashBytes = 32
    private static let shortestPassword = 10

    /// The accounts, by name.
    package private(set) var accounts: [Account] = []

    /// A file without accounts.
    package init() {}

    /// Reads a file's text.
    ///
    /// - Parameters:
    ///   - text: What is in it.
    ///   - path: For messages.
    /// - Throws: ``Problem`` that names the line.
    package init(_ text: String, path: String) throws(Problem) {
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 6, Self.isName(fields[0]), Self.roles.contains(fields[1]), fields[2] == "scrypt",
                let rounds = Int(fields[3]), (1 << 10...1 << 20).contains(rounds), rounds & (rounds - 1) == 0,
                let salt = Data(base64Encoded: fields[4]), let hash = Data(base64Encoded: fields[5]),
                hash.count == Self.hashBytes
            else {
                throw Problem(
                    description: "\(path):\(number + 1): is no account; make it with 'patrolctl account add'"
                )
            }
            self.accounts.append(
                Account(name: fields[0], role: fields[1], rounds: rounds, salt: Array(salt), hash: Array(hash))
            )
        }
    }

    /// The file's text.
    package var text: String {
        "# Accounts of the board. Change them with 'patrolctl account'.\n"
            + self.accounts.map { account in
                let (salt, hash) = (Data(account.salt), Data(account.hash))
                return "\(account.name):\(account.role):scrypt:\(account.rounds):\(salt.base64EncodedString()):"
                    + "\(hash.base64EncodedString())\n"
            }
            .joined()
    }

    /// Adds an account, or replaces it.
    ///
    /// - Throws: ``Problem`` for a name, role or password that cannot be used.
    package mutating func set(name: String, role: String, password: String) throws(Problem) {
        guard Self.isName(name) else {
            throw Problem(description: "'\(name)' is no name: letters, digits, '-', '.' and '_', up to 32")
        }
        guard Self.roles.contains(role) else {
            throw Problem(description: "'\(role)' is no role: \(Self.roles.joined(separator: ", "))")
        }
        guard password.count >= Self.shortestPassword else {
            throw Problem(description: "the password must have \(Self.shortestPassword) characters at least")
        }
        var random = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        let hash = try Self.hash(password, salt: salt, rounds: Self.rounds)
        self.remove(name: name)
        self.accounts.append(Account(name: name, role: role, rounds: Self.rounds, salt: salt, hash: hash))
        self.accounts.sort { $0.name < $1.name }
    }

    /// Removes an account; returns whether it was there.
    @discardableResult
    package mutating func remove(name: String) -> Bool {
        let count = self.accounts.count
        self.accounts.removeAll { $0.name == name }
        return self.accounts.count < count
    }

    /// The account whose password this is; `nil` when it is not.
    ///
    /// Takes a tenth of a second, also for a name that is not there: nobody learns from it which names are.
    package func account(name: String, password: String) throws(Problem) -> Account? {
        let account = self.accounts.first { $0.name == name }
        let hash = try Self.hash(
            password,
            salt: account?.salt ?? Array(repeating: 0, count: 16),
            rounds: account?.rounds ?? Self.rounds
        )
        guard let account else { return nil }
        let difference = zip(hash, account.hash).reduce(0) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 ? account : nil
    }

    /// Whether a text can be an account's name.
    package static func isName(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-._".unicodeScalars.contains(scalar)
            }
    }

    private static func hash(_ password: String, salt: [UInt8], rounds: Int) throws(Problem) -> [UInt8] {
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: Data(password.utf8),
                salt: Data(salt),
                outputByteCount: Self.hashBytes,
                rounds: rounds,
                blockSize: Self.blockSize,
                parallelism: 1
            )
            return key.withUnsafeBytes { Array($0) }
        } catch {
            throw Problem(description: "scrypt cannot run here: \(error)")
        }
    }
}
