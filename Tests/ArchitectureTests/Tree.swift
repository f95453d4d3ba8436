import Foundation

/// The files of the package.
enum Tree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func files(ending suffix: String) throws -> [String] {
        let sources = Self.root.appending(path: "Sources").path(percentEncoded: false)
        return try FileManager.default.subpathsOfDirectory(atPath: sources).filter { $0.hasSuffix(suffix) }
    }

    static func swiftFiles(of target: PackageDescription.Target) throws -> [URL] {
        let folder = Self.root.appending(path: target.path ?? "")
        return try FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false))
            .filter { $0.hasSuffix(".swift") }.map { folder.appending(path: $0) }
    }

    static func imports(of file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            // Most lines have nothing to do with it, and looking for a word is a hundred times faster than the pattern.
            guard line.contains("import ") else { return nil }
            return line.firstMatch(
                of: /^\s*(?:@\w+\s+)*(?:public |package |internal )?import (?:struct |func |enum |class )?(\w+)/
            )
            .map { String($0.1) }
        }
    }
}
