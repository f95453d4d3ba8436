import Foundation
import Rig

/// What `Package.swift` says, as SwiftPM understands it.
struct PackageDescription: Decodable, Sendable {
    struct Target: Decodable, Sendable {
        let name: String
        let type: String
        let path: String?
        let dependencies: [Dependency]

        /// Whether it is Swift of the product: neither C, nor a test.
        var isSwift: Bool {
            let path = self.path ?? ""
            return path.hasPrefix("Sources/") && !path.hasPrefix("Sources/CLibraries/")
        }

        /// `Shared`, `Device`, `Room`, `Tools` or `CLibraries`.
        var side: String { self.path?.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

        /// Modules that it may import.
        var modules: Set<String> { Set(self.dependencies.map(\.module)) }
    }

    struct Dependency: Decodable, Sendable {
        let module: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let kinds = try container.decode([String: [Part?]].self)
            guard let name = kinds.values.first?.first??.name else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "a dependency without a name")
            }
            self.module = name
        }
    }

    /// A part of a dependency: its name first, and what else there is.
    private struct Part: Decodable {
        let name: String?

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // What is no text is a condition, which nothing here asks for.
            do { self.name = try container.decode(String.self) } catch { self.name = nil }
        }
    }

    let targets: [Target]

    /// Asks SwiftPM.
    static func load() async throws -> PackageDescription {
        let result = try await withTemporaryFolder("dump") { folder in
            try await runProgramToEnd(
                "/usr/bin/env",
                [
                    // A folder of its own: whoever runs these tests may hold the lock of the usual one.
                    "swift", "package", "--package-path", Tree.root.path(percentEncoded: false), "--scratch-path",
                    folder, "dump-package",
                ]
            )
        }
        guard result.status == 0 else { throw RigError.system("swift package dump-package", result.errors) }
        return try JSONDecoder().decode(PackageDescription.self, from: Data(result.output.utf8))
    }

    /// The target of a name.
    subscript(name: String) -> Target? { self.targets.first { $0.name == name } }

    /// Everything that a target is built on, itself left out.
    func reach(of name: String) -> Set<String> {
        var (found, open) = (Set<String>(), [name])
        while let next = open.popLast() {
            for module in self[next]?.modules ?? [] where found.insert(module).inserted { open.append(module) }
        }
        return found
    }
}
