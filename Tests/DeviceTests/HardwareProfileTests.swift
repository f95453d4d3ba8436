import Foundation
import Hardware
import Position
import Report
import Rig
import Settings
import TestSupport
import Testing

@Suite("Hardware profiles")
struct HardwareProfileTests {
    private static let folder = Places.root.appending(path: "HardwareProfiles").path(percentEncoded: false)

    @Test("each shipped profile can be read and is named as its file")
    func shipped() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder).filter { $0.hasSuffix(".yaml") }
        #expect(files.contains("vehicle-usb-gnss.yaml"))
        for file in files {
            let profile = try HardwareProfile(file: "\(Self.folder)/\(file)")
            #expect("\(profile.name).yaml" == file)
        }
    }

    @Test("the USB car profile means what it says")
    func vehicle() throws {
        let profile = try HardwareProfile(file: "\(Self.folder)/vehicle-usb-gnss.yaml")
        #expect(profile.gpsd == HostPort(host: "127.0.0.1", port: 2_947))
        #expect(profile.report.interval == 10_000 && profile.report.drift == 15 && profile.report.turn == 30)
        #expect(profile.limits.age == 3_000 && profile.lostAfter == 10_000)
    }

    @Test("an unknown key is an error with its line, and an unknown name says which there are")
    func strict() async throws {
        try await withTemporaryFolder("profile") { folder in
            let text = readFile("\(Self.folder)/vehicle-usb-gnss.yaml").replacingOccurrences(
                of: "drift_m",
                with: "drfit_m"
            )
            try writeFile("\(folder)/broken.yaml", text)
            let error = #expect(throws: SettingsError.self) { try HardwareProfile(file: "\(folder)/broken.yaml") }
            #expect(error?.description.contains("unknown key 'drfit_m'") == true && error?.line != nil)
            var known: [String] = []
            #expect(throws: SettingsError.self) {
                try HardwareProfile.find("horse", in: [Self.folder]) { names in
                    known = names
                    return SettingsError(file: "x", line: 1, problem: "unknown")
                }
            }
            #expect(known.contains("vehicle-usb-gnss"))
        }
    }
}
