import Glibc
import Rig
import Simulation
import TestSupport
import Testing

/// What an installer is told who asks what is wrong.
@Suite("doctor says in order what is wrong", .serialized, .realPrograms, .timeLimit(.minutes(6)))
struct DoctorTests {
    private struct Answer {
        let status: Int32
        let output: String

        /// The verdict of each thing that was looked at, in order; what is said twice counts by the first.
        var verdicts: [String: String] {
            let rows = self.output.split(separator: "\n").map { $0.split(separator: " ", maxSplits: 2) }
            let known = Set(["good", "warning", "FAULT", "unknown"])
            return Dictionary(
                rows.filter { $0.count == 3 && known.contains(String($0[0])) }.map { (String($0[1]), String($0[0])) }
            ) { first, _ in first }
        }
    }

    private func ask(_ program: String, _ chain: Chain, _ file: String = "") async throws -> Answer {
        let configuration = file.isEmpty ? "\(chain.folder)/\(program).yaml" : file
        let result = try await runProgramToEnd(Places.program(program), ["doctor", "--config", configuration])
        #expect(result.errors == "")
        return Answer(status: result.status, output: result.output)
    }

    @Test("with nothing running each thing has its fault and its remedy, and what rests on another is unknown")
    func nothing() async throws {
        try await Chain.with { chain in
            let device = try await self.ask("patrold", chain)
            #expect(device.status == 1)
            #expect(device.verdicts["config"] == "good" && device.verdicts["gpsd"] == "FAULT")
            #expect(device.verdicts["broker"] == "FAULT" && device.verdicts["room"] == "unknown")
            #expect(device.verdicts["service"] == "FAULT")
            #expect(device.output.contains("-> 'systemctl enable --now gpsd.socket'"))
            #expect(device.output.contains("faults: mend the first one"))
            let room = try await self.ask("command-room", chain)
            #expect(room.status == 1)
            #expect(room.verdicts["broker"] == "FAULT" && room.verdicts["devices"] == "unknown")
            #expect(room.verdicts["service"] == "FAULT" && room.output.contains("command-room does not run"))
        }
    }

    @Test("a broker without a room, a receiver without a fix, and a room that is gone are told apart")
    func parts() async throws {
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withGPSD { _ in
                    let device = try await self.ask("patrold", chain)
                    #expect(device.verdicts["broker"] == "good" && device.verdicts["room"] == "FAULT")
                    #expect(device.output.contains("was ever at this broker"))
                    #expect(device.output.contains("no receiver says anything"))
                }
                try await chain.withRoom { room in
                    let state = try await self.ask("command-room", chain)
                    #expect(state.verdicts["broker"] == "good" && state.verdicts["devices"] == "warning")
                    #expect(state.verdicts["service"] == "good", "\(state.output)")
                    // The room's own connection is as it was.
                    #expect(try await chain.room.ask("GET", "/healthz").status == 200)
                    _ = room
                }
                let device = try await self.ask("patrold", chain)
                #expect(device.output.contains("is not connected to the broker"))
            }
        }
    }

    @Test("with all of it running nothing is broken, and the patrol goes on beside it", .chain(.broker, .room))
    func whole() async throws {
        let chain = try Chain.current
        try await chain.withGPSD { line in
            try await chain.withPatrold { _ in
                try await chain.feeding(line) {
                    try await eventually("the unit in the room", within: .seconds(30)) {
                        try await chain.room.ask("GET", "/api/v1/units").text.contains(#""lat""#)
                    }
                    let device = try await self.ask("patrold", chain)
                    #expect(
                        device.verdicts["receiver"] == "good" && device.verdicts["room"] == "good",
                        "\(device.output)"
                    )
                    #expect(device.verdicts["service"] == "good" && device.status == 0, "\(device.output)")
                    let room = try await self.ask("command-room", chain)
                    #expect(room.output.contains("1 of 1 devices") && room.status == 0, "\(room.output)")
                    // It was there beside the service, and the broker did not take the one for the other.
                    #expect(!readFile("\(chain.folder)/patrold.log").contains("broker is not reached"))
                    #expect(try await chain.room.ask("GET", "/api/v1/units").text.contains(#""online":true"#))
                }
            }
        }
    }

    @Test("patrolctl asks whoever is set up here, and ends as the worst of them did")
    func both() async throws {
        try await Chain.with { chain in
            let programs = Places.program("patrolctl").split(separator: "/").dropLast().joined(separator: "/")
            func ask(_ folder: String) async throws -> (status: Int32, output: String, errors: String) {
                try await runProgramToEnd(
                    "/usr/bin/env",
                    ["PATH=/\(programs):/usr/bin:/bin", Places.program("patrolctl"), "doctor", "--folder", folder]
                )
            }
            let broken = try await ask(chain.folder)
            #expect(broken.status == 1, "\(broken.errors)")
            #expect(broken.output.contains("patrold:\n") && broken.output.contains("command-room:\n"))
            try writeFile("\(chain.folder)/patrold.yaml", "unit: [\n")
            let unusable = try await ask(chain.folder)
            #expect(unusable.status == 78, "\(unusable.output) \(unusable.errors)")
            #expect(unusable.output.contains("command-room:\n"), "the other is asked all the same")
            let empty = "\(chain.folder)/empty"
            try #require(mkdir(empty, 0o755) == 0)
            let none = try await ask(empty)
            #expect(none.status == 78 && none.errors.contains("neither patrold.yaml nor command-room.yaml is here"))
        }
    }
}
