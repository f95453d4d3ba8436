import Foundation
import Testing

/// Targets that replay: the same input gives the same output, so nothing that reads a clock, a file or a socket, waits or
/// locks may be among what they are built on.
private let pure = [
    "Ground", "Plan", "PatrolWire", "ConsoleWire", "PlainText", "Position", "Track", "Report", "Orders", "Patrolling",
    "Delivery", "Ledger", "Numbering", "Units", "Cases", "People", "Tasks",
]

/// Modules that touch the world.
private let worldly: Set<String> = [
    "BrokerLink", "CGPIO", "CGPSD", "CGPSDShims", "CMosquitto", "COSM", "CSQLite", "Console", "GRDB", "History",
    "Hummingbird", "Inputs", "NIOCore", "Outbox", "PositionGPSD", "Program", "ServiceLifecycle", "Settings",
    "Subprocess", "SystemErrors", "SystemPackage", "Systemd", "Threading", "Uplink", "Zones",
]

/// Targets in which no clock is read, though they may lock.
private let clockless = pure + ["Nights", "RoadSearch", "TimeToScene", "Incidents", "Reports", "Dispatching"]

@Suite("Import rules")
struct ImportRulesTests {
    @Test("what must replay is built on nothing that touches the world")
    func replaysAlone() async throws {
        let package = try await PackageDescription.load()
        for name in pure {
            #expect(package[name] != nil, "\(name) is gone: name its successor here")
            #expect(package.reach(of: name).isDisjoint(with: worldly), "\(name)")
        }
    }

    @Test("what must replay reads no clock and no file")
    func replays() async throws {
        let package = try await PackageDescription.load()
        let words = [
            "SystemClock", "ContinuousClock", "clock_gettime", "Date()", "gettimeofday", "FileManager", "fopen",
            "Data(contentsOf", "String(contentsOf",
        ]
        for name in clockless {
            let target = try #require(package[name])
            for file in try Tree.swiftFiles(of: target) {
                let text = try String(contentsOf: file, encoding: .utf8)
                for word in words where text.contains(word) {
                    Issue.record("\(name)/\(file.lastPathComponent) has \(word): time and bytes come in with the event")
                }
            }
        }
    }

    @Test("every dependency of a target is imported in it")
    func usesWhatItNames() async throws {
        let package = try await PackageDescription.load()
        for target in package.targets where target.isSwift {
            let imports = try Set(Tree.swiftFiles(of: target).flatMap { try Tree.imports(of: $0) })
            #expect(target.modules.subtracting(imports).isEmpty, "\(target.name) names what it does not import")
        }
    }

    @Test("device and room never see each other, and shared sees neither")
    func sidesAreApart() async throws {
        let package = try await PackageDescription.load()
        let strangers = ["Device": ["Room"], "Room": ["Device"], "Shared": ["Device", "Room"]]
        for target in package.targets {
            for module in target.modules {
                let side = package[module]?.side ?? ""
                #expect(!(strangers[target.side] ?? []).contains(side), "\(target.name) sees \(module)")
            }
        }
    }

    @Test("each C library has one owner")
    func oneOwner() async throws {
        let package = try await PackageDescription.load()
        let owners = [
            "CMosquitto": "BrokerLink", "CGPSDShims": "PositionGPSD", "COSM": "RoadImport", "CGzip": "Gzip",
            "COSMGround": "GroundImport",
            "CSQLite": "Outbox", "CYAML": "Settings", "CGPIO": "Inputs",
        ]
        for (library, owner) in owners {
            #expect(package.targets.filter { $0.modules.contains(library) }.map(\.name) == [owner], "\(library)")
        }
    }

    @Test("nothing is built on a program")
    func programsAreEnds() async throws {
        let package = try await PackageDescription.load()
        let programs = Set(package.targets.filter { $0.type == "executable" }.map(\.name))
        for target in package.targets { #expect(target.modules.isDisjoint(with: programs), "\(target.name)") }
    }

    @Test("the top of the tree holds only what belongs there")
    func topLevel() throws {
        let agreed: Set<String> = [
            "Package.swift", "Sources", "Tests", "systemd", "HardwareProfiles", "README.md", "Makefile", "LICENSE",
        ]
        let found = try FileManager.default.contentsOfDirectory(atPath: Tree.root.path(percentEncoded: false))
        let odd = found.filter { !$0.hasPrefix(".") && $0 != "Package.resolved" && !agreed.contains($0) }
        #expect(odd.isEmpty)
    }
}
