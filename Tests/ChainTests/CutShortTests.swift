import Foundation
import FoundationEssentials
import Rig
import TestSupport
import Testing

/// A power cut at any step: run again it goes on or begins anew, never half.
@Suite(
    "Cut short at each step and run again",
    .realPrograms,
    .timeLimit(.minutes(15)),
    .enabled(if: CutShort.isThere, "strace is not there")
)
struct CutShortTests {
    /// A station in a folder, of which each test makes as much as it needs.
    private struct Station {
        let folder: String
        var work: String { "\(self.folder)/work" }
        var authority: [String] {
            ["--authority", "\(self.work)/authority", "--broker", "\(self.work)/broker", "--restart", ""]
        }

        var initial: [String] { ["pki", "init", "--name", "金盏派出所"] + self.authority }
        var broker: [String] {
            [
                "broker", "setup", "--host", "mqtt.station.example", "--port", "8883", "--room-port", "8884", "--bind",
                "127.0.0.1", "--config", "\(self.work)/broker.conf",
            ] + self.authority
        }
        var request: [String] {
            ["enrol", "request", "--device", "car-01", "--folder", self.work, "--output", "\(self.work)/request"]
        }
        var sign: [String] {
            [
                "enrol", "sign", "\(self.work)/request", "--station", "jinzhan", "--host", "127.0.0.1", "--output",
                "\(self.work)/bundle",
            ] + self.authority
        }

        /// Does what comes before.
        func doFirst(_ commands: [[String]]) async throws {
            for command in commands {
                let done = try await runProgramToEnd(Places.program("patrolctl"), command)
                guard done.status == 0 else { throw RigError.system(command.joined(separator: " "), done.errors) }
            }
        }

        /// Keeps what is there as what each step begins with.
        func cut(_ words: [String]) async throws -> CutShort {
            let before = "\(self.folder)/before"
            _ = try await runProgramToEnd("/bin/cp", ["-a", self.work, before])
            return CutShort(before: before, folder: self.work, program: Places.program("patrolctl"), words: words)
        }

        /// What the device's technician is told of the authority.
        func fingerprint() async throws -> String {
            let words = ["x509", "-in", "\(self.work)/authority/ca.crt", "-noout", "-fingerprint", "-sha256"]
            let said = try await runProgramToEnd("/usr/bin/openssl", words).output
            return said.split(separator: "=").last?.filter(\.isHexDigit).lowercased() ?? ""
        }

        func list() async throws -> String {
            try await runProgramToEnd(Places.program("patrolctl"), ["pki", "list"] + self.authority).output
        }

        /// Files that were being written.
        func parts() -> [String] {
            (FileManager.default.enumerator(atPath: self.work)?.compactMap { $0 as? String } ?? [])
                .filter { $0.hasSuffix(".part") }
        }

        /// Whether a certificate is the authority's.
        func isSigned(_ certificate: String) async throws -> Bool {
            let words = ["verify", "-CAfile", "\(self.work)/authority/ca.crt", "\(self.work)/\(certificate)"]
            return try await runProgramToEnd("/usr/bin/openssl", words).status == 0
        }
    }

    private func withStation(_ body: (Station) async throws -> Void) async throws {
        try await withTemporaryFolder("cut") { folder in
            let station = Station(folder: folder)
            try FileManager.default.createDirectory(atPath: station.work, withIntermediateDirectories: true)
            try await body(station)
        }
    }

    @Test("an authority and its broker: whole, or refused because it is whole already")
    func authority() async throws {
        try await self.withStation { station in
            let cut = try await station.cut(station.initial)
            let count = try await cut.eachStep { step, again in
                #expect(again.status == 0 || again.errors.contains("holds an authority already"), "\(step): \(again)")
                let isSigned = try await station.isSigned("authority/ca.crt")
                #expect(isSigned && station.parts().isEmpty, "\(step)")
                let broker = try await runProgramToEnd(Places.program("patrolctl"), station.broker)
                #expect(broker.status == 0, "\(step): \(broker)")
            }
            #expect(count > 10)
        }
        try await self.withStation { station in
            try await station.doFirst([station.initial])
            let cut = try await station.cut(station.broker)
            let count = try await cut.eachStep { step, again in
                #expect(again.status == 0, "\(step): \(again)")
                let isSigned = try await station.isSigned("broker/broker.crt")
                #expect(isSigned && station.parts().isEmpty, "\(step)")
                #expect(readFile("\(station.work)/broker.conf").contains("8883"), "\(step)")
                let list = try await station.list()
                #expect(list.contains("days left"), "\(step): \(list)")
            }
            #expect(count > 20)
        }
    }

    @Test("a device's key, the room's answer to it, and what the device makes of that")
    func enrolment() async throws {
        try await self.withStation { station in
            try await station.doFirst([station.initial, station.broker])
            let cut = try await station.cut(station.request)
            let count = try await cut.eachStep { step, again in
                #expect(again.status == 0 && station.parts().isEmpty, "\(step): \(again)")
                let signed = try await runProgramToEnd(Places.program("patrolctl"), station.sign)
                #expect(signed.status == 0, "\(step): \(signed)")
            }
            #expect(count > 3)
        }
        try await self.withStation { station in
            try await station.doFirst([station.initial, station.broker, station.request])
            let cut = try await station.cut(station.sign)
            let count = try await cut.eachStep { step, again in
                #expect(again.status == 0 || again.errors.contains("already"), "\(step): \(again)")
                #expect(station.parts().isEmpty && !readFile("\(station.work)/bundle").isEmpty, "\(step)")
                let rows = try await station.list().split(separator: "\n").filter { $0.contains("car-01") }
                #expect(rows.count == 1 && rows.allSatisfy { $0.contains("days left") }, "\(step): \(rows)")
                #expect(readFile("\(station.work)/broker/access").contains("car-01"), "\(step)")
            }
            #expect(count > 10)
        }
        try await self.withStation { station in
            try await station.doFirst([station.initial, station.broker, station.request, station.sign])
            let accept = [
                "enrol", "accept", "\(station.work)/bundle", "--folder", station.work, "--config",
                "\(station.work)/patrold.yaml", "--fingerprint", try await station.fingerprint(),
            ]
            let cut = try await station.cut(accept)
            let count = try await cut.eachStep { step, again in
                #expect(again.status == 0 && station.parts().isEmpty, "\(step): \(again)")
                let isSigned = try await station.isSigned("car-01.crt")
                #expect(isSigned, "\(step)")
                #expect(readFile("\(station.work)/patrold.yaml").contains("car-01.key"), "\(step)")
            }
            #expect(count > 5)
        }
    }

    @Test("who was put out is out: on the list and at the broker")
    func revocation() async throws {
        try await self.withStation { station in
            try await station.doFirst([station.initial, station.broker, station.request, station.sign])
            let cut = try await station.cut(["revoke", "car-01"] + station.authority)
            let count = try await cut.eachStep { step, again in
                #expect(again.status == 0, "\(step): \(again)")
                let list = try await station.list()
                #expect(list.contains("car-01\tdevice\tjinzhan\tput out"), "\(step): \(list)")
                #expect(!readFile("\(station.work)/broker/access").contains("car-01"), "\(step)")
                #expect(station.parts().isEmpty, "\(step)")
            }
            #expect(count > 10)
        }
    }
}
