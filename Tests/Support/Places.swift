package import FoundationEssentials

/// Where things are while tests run.
package enum Places {
    /// The top of the source tree.
    package static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The folder with the programs that were built along with these tests.
    package static var programs: String {
        // The runner is given the test bundle, which lies beside the programs, whatever the scratch path is.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        return bundle.map { URL(filePath: $0).deletingLastPathComponent().path(percentEncoded: false) }
            ?? Self.root.appending(path: ".build/debug").path(percentEncoded: false)
    }

    /// Whether the programs were built with a sanitizer, whose runtime does not live under a file-size limit.
    package static var areSanitized: Bool {
        Self.programs.contains(".build-tsan") || Self.programs.contains(".build-asan")
    }

    /// Path of one of our programs.
    package static func program(_ name: String) -> String {
        let folder = Self.programs
        return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    /// Path of the shared data; tests that need it say so where it is missing.
    package static func data(_ path: String) -> String {
        Self.root.deletingLastPathComponent().appending(path: "shared/data/\(path)").path(percentEncoded: false)
    }

    /// Whether the shared data are there.
    package static var hasData: Bool { FileManager.default.fileExists(atPath: Self.data("README.md")) }

    /// Why a test was skipped.
    package static let noData = "the recordings and maps are not beside this checkout"
}
