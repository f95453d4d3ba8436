import FoundationEssentials
import Glibc
import SystemPackage

/// Lends a fresh folder and removes it afterwards, with all that is in it.
package func withTemporaryFolder<R>(_ prefix: String, _ body: (String) async throws -> R) async throws -> R {
    let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(root)/\(prefix)-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw RigError.system("mkdtemp", Errno(rawValue: errno).description) }
    let folder = String(cString: made)
    // gpsd gives up root and still has to reach what lies in here.
    chmod(folder, 0o755)
    defer { removeTree(folder) }
    return try await body(folder)
}

/// Writes a whole text file.
package func writeFile(_ path: String, _ text: String) throws {
    guard let handle = fopen(path, "w") else {
        throw RigError.system("open \(path)", Errno(rawValue: errno).description)
    }
    let written = fputs(text, handle)
    guard fclose(handle) == 0, written >= 0 else {
        throw RigError.system("write \(path)", Errno(rawValue: errno).description)
    }
}

/// Reads a whole text file; empty when there is none.
package func readFile(_ path: String) -> String {
    guard let handle = fopen(path, "r") else { return "" }
    defer { fclose(handle) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, handle), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}

private func removeTree(_ path: String) {
    do {
        try FileManager.default.removeItem(atPath: path)
    } catch {
        print("\(path) could not be removed: \(error)")
    }
}
