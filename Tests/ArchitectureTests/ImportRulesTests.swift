import Foundation
import Testing

/// Systems libraries that any target may import.
private let system: Set<String> = ["Glibc", "Musl"]

/// The arrows of the package: what the targets of a folder may import besides `system`.
///
/// A target that is not listed has no business in the tree.
private let mayImport: [String: Set<String>] = [
    "Shared/Ground": [],
    "Shared/Plan": ["FoundationEssentials", "Ground"],
    "Shared/Threading": ["CLinux", "DequeModule"],
    "Shared/Settings": ["CYAML"],
    "Shared/PlainText": [],
    "Shared/SetupCheck": ["COpenSSL"],
    "Shared/Program": ["ArgumentParser", "Logging", "PlainText"],
    "Shared/PatrolWire": ["FoundationEssentials"],
    "Shared/BrokerLink": ["CMosquitto", "DequeModule", "Logging", "ServiceLifecycle", "Settings", "Threading"],
    "Shared/PlanSigning": ["Crypto", "FoundationEssentials", "PatrolWire"],
    "Shared/Zones": ["Plan"],
    "Shared/AccountFile": ["Crypto", "CryptoExtras", "FoundationEssentials"],
    "Shared/Console": ["FoundationEssentials", "Logging", "PatrolWire", "ServiceLifecycle", "Threading"],
    "Shared/Systemd": ["ServiceLifecycle"],
    "Device/Position": ["Ground"],
    "Device/Track": ["FoundationEssentials", "Ground", "PatrolWire", "Plan", "Position"],
    "Device/PositionGPSD": ["CGPSDShims", "Ground", "Position", "Synchronization", "Threading"],
    "Device/Hardware": ["Ground", "Position", "Report", "Settings", "Uplink"],
    "Device/Inputs": ["CGPIO", "Hardware", "Logging", "ServiceLifecycle", "Threading"],
    "Device/Report": ["Ground", "PatrolWire", "Position"],
    "Device/Orders": ["COpenSSL", "Ground", "PatrolWire", "Plan"],
    "Device/Outbox": ["CSQLite", "Logging", "PatrolWire", "Threading"],
    "Device/Uplink": ["BrokerLink", "Logging", "PatrolWire", "ServiceLifecycle", "Threading"],
    "Device/patrold": [
        "ArgumentParser", "BrokerLink", "Console", "FoundationEssentials", "Ground", "Hardware", "Inputs", "Logging",
        "Orders",
        "Outbox", "PatrolWire", "PlainText", "Plan", "Position", "PositionGPSD", "Program", "Report",
        "ServiceLifecycle", "Settings", "SetupCheck", "Systemd", "Threading", "Track", "UnixSignals", "Uplink", "Zones",
    ],
    "Room/Units": ["PatrolWire", "Threading"],
    "Room/Intake": ["BrokerLink", "History", "Logging", "PatrolWire", "ServiceLifecycle", "Threading", "Units"],
    "Room/History": ["FoundationEssentials", "GRDB", "PatrolWire"],
    "Room/Roads": ["COSM", "Crypto", "Ground", "Threading"],
    "Room/TimeToScene": ["Ground", "Roads", "Threading"],
    "Room/Dispatch": [
        "FoundationEssentials", "Ground", "PatrolWire", "Roads", "Threading", "TimeToScene", "Units",
    ],
    "Room/Reports": ["Dispatching", "Ground", "PatrolWire", "Plan"],
    "Room/Board": [
        "CGzip", "Crypto", "Dispatching", "FoundationEssentials", "Ground", "HTTPTypes", "History", "Hummingbird",
        "HummingbirdCore", "HummingbirdTLS", "Intake", "Logging", "NIOCore", "NIOFoundationEssentialsCompat",
        "NIOHTTP1", "NIOHTTPTypes", "NIOSSL", "NIOTLS", "PatrolWire", "Plan", "Reports", "Roads", "Threading",
        "TimeToScene", "Units",
    ],
    "Room/command-room": [
        "AccountFile", "ArgumentParser", "Board", "BrokerLink", "Dispatching", "FoundationEssentials", "Ground",
        "History",
        "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "Intake", "Logging", "NIOCore", "NIOSSL", "PatrolWire",
        "PlainText", "Plan", "PlanSigning", "Program", "Roads",
        "ServiceLifecycle", "Settings", "SetupCheck", "Systemd", "Threading", "TimeToScene", "Units", "UnixSignals",
        "Zones",
    ],
    "Tools/Rig": ["FoundationEssentials", "Subprocess", "SystemPackage", "Threading"],
    "Tools/Simulation": [
        "BrokerLink", "CLinux", "Ground", "Logging", "PatrolWire", "Position", "Report", "ServiceLifecycle",
        "Threading",
    ],
    "Tools/patrolctl": [
        "AccountFile", "ArgumentParser", "Console", "FoundationEssentials", "PatrolWire", "PlainText", "Plan",
        "PlanSigning", "Program", "Zones",
    ],
    "Tools/patrol-bench": [
        "ArgumentParser", "BrokerLink", "FoundationEssentials", "Ground", "History", "Logging", "PatrolWire", "Plan",
        "Position", "Program", "Report", "Rig", "Roads", "Settings", "Simulation", "Threading", "TimeToScene", "Track",
        "Zones",
    ],
    "Tools/patrol-fuzz": [
        "AccountFile", "ArgumentParser", "BrokerLink", "Console", "Crypto", "FoundationEssentials", "Ground",
        "Hardware", "PatrolWire", "PlainText", "Plan", "PlanSigning", "Position", "Program", "Rig", "Roads",
        "Settings", "Simulation", "Threading", "TimeToScene", "Track", "Zones",
    ],
    "Tools/patrol-sim": [
        "ArgumentParser", "BrokerLink", "Console", "FoundationEssentials", "Ground", "Logging", "PatrolWire", "Plan",
        "Position", "Program", "Rig", "Settings", "Simulation", "Threading", "Track", "UnixSignals", "Zones",
    ],
]

/// Folders whose targets replay: the same input gives the same output, so no clock and no file may be near.
private let pure = [
    "Shared/Ground", "Shared/Plan", "Device/Track", "Device/Report", "Device/Position", "Room/TimeToScene",
    "Room/Units", "Room/Reports",
]

@Suite("Import rules")
struct ImportRulesTests {
    @Test("every target imports only what its row allows", arguments: mayImport.keys.sorted())
    func importsOnlyAllowed(target: String) throws {
        let allowed = try #require(mayImport[target]).union(system)
        for file in try Tree.swiftFiles(under: target) {
            for module in try Tree.imports(of: file) where !allowed.contains(module) {
                Issue.record("\(target)/\(file.lastPathComponent) must not import \(module)")
            }
        }
    }

    @Test("every folder with Swift in it has a row, and every row a folder")
    func everyTargetHasARow() throws {
        let found = try Tree.files(ending: ".swift").map { $0.split(separator: "/").prefix(2).joined(separator: "/") }
        #expect(Set(found) == Set(mayImport.keys))
    }

    @Test("device and room never see each other, and shared sees neither")
    func sidesAreApart() throws {
        func modules(_ side: String) -> Set<String> {
            let folders = mayImport.keys.filter { $0.hasPrefix(side + "/") }
            return Set(folders.compactMap { $0.split(separator: "/").last.map(String.init) })
                .union(side == "Room" ? ["Dispatching"] : [])
        }
        for (side, strangers) in [
            ("Device", modules("Room")), ("Room", modules("Device")),
            ("Shared", modules("Room").union(modules("Device"))),
        ] {
            for (target, allowed) in mayImport where target.hasPrefix(side + "/") {
                #expect(allowed.isDisjoint(with: strangers), "\(target)")
            }
        }
    }

    @Test("each C library has one owner")
    func oneOwner() {
        let owners = [
            "CMosquitto": "Shared/BrokerLink", "CGPSDShims": "Device/PositionGPSD", "COSM": "Room/Roads",
            "CGzip": "Room/Board",
        ]
        for (library, owner) in owners {
            #expect(mayImport.filter { $0.value.contains(library) }.map(\.key) == [owner])
        }
    }

    @Test("nothing imports a program")
    func programsAreEnds() {
        let programs: Set<String> = [
            "patrold", "command_room", "patrol_sim", "patrol_bench", "patrol_fuzz", "patrolctl",
        ]
        for (target, allowed) in mayImport { #expect(allowed.isDisjoint(with: programs), "\(target)") }
    }

    @Test("what must replay reads no clock", arguments: pure)
    func replays(target: String) throws {
        let clocks = ["SystemClock", "ContinuousClock", "clock_gettime", "Date()", "gettimeofday"]
        for file in try Tree.swiftFiles(under: target) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for clock in clocks where text.contains(clock) {
                Issue.record("\(target)/\(file.lastPathComponent) reads \(clock): time comes in with the event")
            }
        }
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

private enum Tree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func files(ending suffix: String) throws -> [String] {
        let sources = Self.root.appending(path: "Sources").path(percentEncoded: false)
        return try FileManager.default.subpathsOfDirectory(atPath: sources).filter { $0.hasSuffix(suffix) }
    }

    static func swiftFiles(under target: String) throws -> [URL] {
        try Self.files(ending: ".swift").filter { $0.hasPrefix(target + "/") }
            .map { Self.root.appending(path: "Sources").appending(path: $0) }
    }

    static func imports(of file: URL) throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap { line in
            line.firstMatch(
                of: /^\s*(?:@\w+\s+)*(?:public |package |internal )?import (?:struct |func |enum |class )?(\w+)/
            )
            .map { String($0.1) }
        }
    }
}
