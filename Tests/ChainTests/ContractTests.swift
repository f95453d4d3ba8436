import FoundationEssentials
import Rig
import TestSupport
import Testing

@Suite("openapi.yaml is true", .serialized, .realPrograms, .timeLimit(.minutes(8)))
struct ContractTests {
    /// Where `make test` puts it, or where it was installed.
    private static let program = [
        "\(ProcessInfo.processInfo.environment["HOME"] ?? "/root")/.cache/patrollink-schemathesis/bin/schemathesis",
        "/usr/local/bin/schemathesis",
    ]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test(
        "every answer to made-up requests is one that the description allows",
        .enabled(if: Self.program != nil, "schemathesis is not installed: 'make test' installs it where PyPI is there")
    )
    func described() async throws {
        let program = try #require(Self.program)
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    let body = #"{"id":"known","lat":40.0201,"lon":116.5553}"#
                    #expect(try await chain.room.ask("POST", "/api/v1/incidents", body: body).status == 201)
                    let address = "http://127.0.0.1:\(chain.http)/api/v1"
                    let checks = [
                        "not_a_server_error", "status_code_conformance", "content_type_conformance",
                        "response_schema_conformance",
                    ]
                    // Whether it finds data quickly enough to make up is a matter of the machine, not of the room.
                    let options = [
                        "--url", address, "--exclude-path", "/live", "--checks", checks.joined(separator: ","),
                        "--max-examples", "20", "--phases", "examples,fuzzing", "--seed", "7", "--request-timeout",
                        "10",
                        "--suppress-health-check", "all", "--generation-database", "none",
                    ]
                    let result = try await runProgramToEnd(
                        "/bin/sh",
                        [
                            "-c", "cd '\(chain.folder)' && exec \"$0\" run '\(address)/openapi.yaml' \"$@\"", program,
                        ] + options
                    )
                    #expect(result.status == 0, "\(result.output.suffix(4_000))")
                }
            }
        }
    }
}
