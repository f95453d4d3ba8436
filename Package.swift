// swift-tools-version: 6.2

import PackageDescription

// One list for every Swift target, so that no target is quietly laxer than its neighbours.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),  // SE-0335
    .enableUpcomingFeature("InternalImportsByDefault"),  // SE-0409
    .enableUpcomingFeature("MemberImportVisibility"),  // SE-0444
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),  // SE-0461
    .treatAllWarnings(as: .error),  // SE-0480
    // What is small and asked often lies in modules of its own: a release looks into all of them. Without it a ranking took
    // 8 % longer, and a day's backlog 8 to 30 %.
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

// Everywhere but where C is touched, unsafe constructs are errors too (SE-0458 warns, SE-0480 promotes).
let pure: [SwiftSetting] = strict + [.strictMemorySafety()]

// A town's roads take a minute to work out without the optimiser and a second with it: a debug build has it too, in
// the two targets that compute, so that tests can afford real maps.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

func library(
    _ folder: String,
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    in subfolder: String? = nil,
    settings: [SwiftSetting] = pure
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: "Sources/\(folder)/\(subfolder ?? name)",
        swiftSettings: settings
    )
}

func program(_ folder: String, _ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name,
        dependencies: dependencies,
        path: "Sources/\(folder)/\(name)",
        swiftSettings: strict
    )
}

func systemLibrary(_ name: String, _ pkgConfig: String, apt: String) -> Target {
    .systemLibrary(
        name: name,
        path: "Sources/CLibraries/\(name)",
        pkgConfig: pkgConfig,
        providers: [.apt([apt])]
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let package = Package(
    name: "PatrolLink",
    products: [
        .library(name: "PatrolWire", targets: ["PatrolWire"]),
        .executable(name: "patrold", targets: ["patrold"]),
        .executable(name: "command-room", targets: ["command-room"]),
        .executable(name: "patrolctl", targets: ["patrolctl"]),
        .executable(name: "patrol-sim", targets: ["patrol-sim"]),
        .executable(name: "patrol-bench", targets: ["patrol-bench"]),
        .executable(name: "patrol-fuzz", targets: ["patrol-fuzz"]),
        .executable(name: "patrol-nights", targets: ["patrol-nights"]),
    ],
    // To the digit, here and nowhere else: a lock file does not carry over between mirrors, and what was tested is what
    // is built.
    dependencies: [
        // The command lines of all programs.
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        // Deque: queues that take from their front.
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        // Ed25519 of plans, scrypt of passwords, SHA-256 of road files.
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        // The words of Hummingbird's requests and answers.
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        // Log lines of our own and of the packages below.
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        // What Hummingbird moves bytes with; the board reads bodies as its buffers.
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        // HTTP messages as Swift types between NIO and Hummingbird.
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        // TLS of the board: its certificate and key.
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        // The station's authority: DER of certificates and of the list of those that were put out.
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        // The station's authority: requests and certificates.
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        // Files and paths, as swift-subprocess takes them; for tools and tests, and the room's backups.
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        // SQLite in the room: readers beside the one writer.
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        // The room's HTTP server.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        // Services that start and stop in order, in both programs.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        // Runs real programs in tools and tests, and tells mosquitto of new lists.
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    ],
    targets: [
        // MARK: C libraries: module maps for what apt installs, and shims where C or C++ needs flattening.
        systemLibrary("CGPSD", "libgps", apt: "libgps-dev"),
        systemLibrary("CMosquitto", "libmosquitto", apt: "libmosquitto-dev"),
        systemLibrary("CSQLite", "sqlite3", apt: "libsqlite3-dev"),
        systemLibrary("CGPIO", "libgpiod", apt: "libgpiod-dev"),
        systemLibrary("CYAML", "yaml-0.1", apt: "libyaml-dev"),
        .target(
            name: "CLinux",
            path: "Sources/CLibraries/CLinux",
            cSettings: [.treatAllWarnings(as: .error)]
        ),
        .target(
            name: "CGPSDShims",
            dependencies: ["CGPSD"],
            path: "Sources/CLibraries/CGPSDShims",
            cSettings: [.treatAllWarnings(as: .error)]
        ),
        .target(
            name: "CGzip",
            path: "Sources/CLibraries/CGzip",
            cSettings: [.treatAllWarnings(as: .error)],
            linkerSettings: [.linkedLibrary("z")]
        ),
        .target(
            name: "COpenSSL",
            path: "Sources/CLibraries/COpenSSL",
            cSettings: [.treatAllWarnings(as: .error)],
            linkerSettings: [.linkedLibrary("crypto")]
        ),
        .target(
            name: "COSM",
            path: "Sources/CLibraries/COSM",
            cxxSettings: [.treatAllWarnings(as: .error)],
            linkerSettings: ["z", "bz2", "expat", "lz4", "pthread"].map { .linkedLibrary($0) }
        ),

        .target(
            name: "COSMGround",
            path: "Sources/CLibraries/COSMGround",
            cxxSettings: [.treatAllWarnings(as: .error)],
            linkerSettings: ["z", "bz2", "expat", "lz4", "pthread"].map { .linkedLibrary($0) }
        ),

        // MARK: Shared
        library("Shared", "Ground"),
        library("Shared", "SystemErrors", settings: strict),
        library("Shared", "Plan", ["Ground"]),
        library("Shared", "Threading", ["CLinux", deque, "SystemErrors"], settings: strict),
        library("Shared", "Settings", ["CYAML", "SystemErrors"], settings: strict),
        library("Shared", "PlainText"),
        library("Shared", "SetupCheck", ["COpenSSL", "PlainText", "SystemErrors"], settings: strict),
        library("Shared", "Program", ["PlainText", arguments, logging]),
        library("Shared", "PatrolWire"),
        library(
            "Shared",
            "BrokerLink",
            ["CMosquitto", "Settings", "SystemErrors", "Threading", deque, lifecycle, logging],
            settings: strict
        ),
        library("Shared", "PlanSigning", ["PatrolWire", crypto]),
        library("Shared", "TrackProof", ["COpenSSL", "PatrolWire"], settings: strict),
        library("Shared", "Zones", ["Plan"]),
        library("Shared", "AccountFile", [crypto, cryptoExtras], settings: strict),
        library("Shared", "ConsoleWire", ["PatrolWire"]),
        library(
            "Shared",
            "Console",
            ["ConsoleWire", "SystemErrors", "Threading", lifecycle, logging],
            settings: strict
        ),
        library("Shared", "Systemd", ["Threading", lifecycle], settings: strict),

        // MARK: Device: position -> report -> outbox -> uplink
        library("Device", "Position", ["Ground"]),
        library("Device", "PositionGPSD", ["CGPSDShims", "Ground", "Position", "Threading"], settings: strict),
        library("Device", "Track", ["Ground", "PatrolWire", "Plan", "Position"]),
        library("Device", "Orders", ["COpenSSL", "Ground", "PatrolWire", "Plan"], settings: strict),
        library(
            "Device",
            "Patrolling",
            ["ConsoleWire", "Ground", "Orders", "PatrolWire", "Plan", "Position", "Report", "Track", logging],
            in: "Patrol"
        ),
        library("Device", "Hardware", ["Delivery", "Ground", "Patrolling", "Position", "Report", "Settings"]),
        library(
            "Device",
            "Inputs",
            ["CGPIO", "Hardware", "SystemErrors", "Threading", lifecycle, logging],
            settings: strict
        ),
        library("Device", "Report", ["Ground", "PatrolWire", "Position"]),
        library("Device", "Numbering", ["PatrolWire"]),
        library(
            "Device",
            "Outbox",
            ["CSQLite", "Numbering", "PatrolWire", "SystemErrors", "Threading", logging],
            settings: strict
        ),
        library("Device", "Sealing", ["PatrolWire", "TrackProof"]),
        library("Device", "Delivery", ["PatrolWire"]),
        library("Device", "Uplink", ["BrokerLink", "Delivery", "PatrolWire", "Threading", lifecycle, logging]),
        program(
            "Device",
            "patrold",
            [
                "BrokerLink", "Console", "ConsoleWire", "Delivery", "Hardware", "Inputs", "Numbering", "Orders",
                "Outbox",
                "PatrolWire",
                "Patrolling", "PlainText", "Plan", "Position", "PositionGPSD", "Program", "Report", "Sealing",
                "Settings",
                "SetupCheck", "Systemd", "Threading", "TrackProof", "Uplink", "Zones", "SystemErrors", arguments,
                lifecycle, logging,
                signals,
            ]
        ),

        // MARK: Room: intake -> units -> time to scene -> dispatch -> board
        library("Room", "Units", ["PatrolWire"]),
        library(
            "Room",
            "Intake",
            ["BrokerLink", "History", "Ledger", "PatrolWire", "Threading", "Units", lifecycle, logging]
        ),
        library("Room", "Ledger", ["PatrolWire"]),
        library(
            "Room",
            "History",
            [
                "Ledger", "PatrolWire", "SystemErrors", "Threading", .product(name: "GRDB", package: "GRDB.swift"),
                crypto, system,
            ]
        ),
        library("Room", "RoadMap", ["Ground", "Threading", crypto, "SystemErrors"], settings: strict + optimised),
        library(
            "Room",
            "RoadImport",
            ["COSM", "Ground", "RoadMap", crypto, "SystemErrors"],
            settings: strict + optimised
        ),
        library(
            "Room",
            "GroundMap",
            ["SystemErrors", .product(name: "GRDB", package: "GRDB.swift")],
            settings: strict + optimised
        ),
        library("Room", "Gzip", ["CGzip"], settings: strict),
        library("Room", "GroundImport", ["COSMGround", "GroundMap", "Gzip"], settings: strict + optimised),
        library("Room", "RoadSearch", ["Ground", "RoadMap", "Threading"], settings: strict + optimised),
        library("Room", "TimeToScene", ["Ground", "RoadMap", "RoadSearch", "Threading"], settings: pure + optimised),
        library("Room", "Cases"),
        library("Room", "Incidents", ["Cases", "Ground", "PatrolWire", "Threading", "Units"]),
        library("Room", "People", ["Cases", "PatrolWire", "Plan", "Units"]),
        // Its folder is Dispatch; a module of that name is Swift's own on Linux.
        library(
            "Room",
            "Dispatching",
            ["Ground", "Incidents", "PatrolWire", "RoadMap", "RoadSearch", "Threading", "TimeToScene", "Units"],
            in: "Dispatch"
        ),
        library("Room", "Tasks", ["Cases", "PatrolWire"]),
        library("Room", "Reports", ["Ground", "Incidents", "PatrolWire", "People", "Plan", "Tasks", "Units"]),
        library(
            "Room",
            "Reporting",
            [
                "Cases", "Ground", "History", "Incidents", "PatrolWire", "People", "Plan", "Reports", "Tasks",
                "Threading", "TrackProof", "Units",
            ]
        ),
        library("Room", "Live", ["PatrolWire", "Threading", "Units"]),
        library(
            "Room",
            "Plans",
            [
                "Ground", "PatrolWire", "Plan", "PlanSigning", "Program", "RoadMap", "Threading", "TimeToScene",
                "Zones",
            ]
        ),
        .target(
            name: "Board",
            dependencies: [
                "Cases", "Dispatching", "Ground", "GroundMap", "Gzip", "History", "Incidents", "Intake", "Live",
                "PatrolWire",
                "People", "Plan", "Plans", "Reporting", "Reports", "RoadMap", "RoadSearch", "Tasks", "Threading",
                "TimeToScene", "Units",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationEssentialsCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"), crypto, logging, "SystemErrors",
            ],
            path: "Sources/Room/Board",
            // In the program itself: a room has one file to install, and a page that fits it.
            resources: [
                "board/board.html", "board/board.js", "board/devices.js", "board/dialogs.js", "board/drawer.js",
                "board/endings.js",
                "board/gridwatch.js", "board/heat.js", "board/history.js", "board/incident.js", "board/keys.js",
                "board/later.js", "board/layers.js", "board/map.js", "board/measure.js", "board/panes.js",
                "board/ways.js",
                "board/people.js", "board/reckon.js", "board/spots.js",
                "board/reports.js", "board/sos.js", "board/tasks.js", "board/timeline.js", "board/top.js",
                "board/unit.js", "board/unitacts.js",
                "chief/charts.js", "chief/chief.css", "chief/chief.html", "chief/chief.js", "chief/days.js",
                "chief/officers.js", "chief/views.js",
                "replay/past.js", "replay/replay.css", "replay/replay.html", "replay/replay.js",
                "map/base.js", "map/ground.js", "map/marks.js", "map/names.js", "map/naming.js", "map/paint.js",
                "map/painter.js", "map/plan.js", "map/room.js",
                "map/surface.js",
                "map/tiles.js",
                "shared/board.css", "shared/briefing.js", "shared/commands.js", "shared/keyed.js", "shared/lists.js",
                "shared/live.js", "shared/night.js", "shared/session.js", "shared/tables.js", "shared/today.js",
                "shared/words.js", "shared/zone.js",
                "openapi.yaml",
            ].map { .embedInCode("Web/\($0)") },
            swiftSettings: strict
        ),
        library(
            "Room",
            "Operation",
            [
                "BrokerLink", "Cases", "Dispatching", "Ground", "History", "Incidents", "Intake", "Live", "PatrolWire",
                "Plan", "PlanSigning", "Plans", "Reporting", "RoadSearch", "SetupCheck", "Tasks", "Threading",
                "TimeToScene", "TrackProof", "Units", "Zones", lifecycle, logging,
            ],
            settings: strict
        ),
        program(
            "Room",
            "command-room",
            [
                "AccountFile", "Board", "BrokerLink", "Dispatching", "Ground", "GroundImport", "GroundMap", "History",
                "Incidents", "Intake", "Live",
                "Operation", "PatrolWire", "People", "PlainText", "Plan", "PlanSigning", "Plans", "Program",
                "Reporting", "RoadImport", "RoadMap", "RoadSearch", "Settings", "SetupCheck", "SystemErrors", "Systemd",
                "Tasks", "Threading", "TimeToScene", "Units", "Zones", arguments, lifecycle, logging, signals,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]
        ),

        // MARK: Tools
        library("Tools", "Rig", ["Threading", subprocess, system], settings: strict),
        library(
            "Tools",
            "Authority",
            [
                "PatrolWire", "Settings", "SystemErrors", "Threading",
                .product(name: "SwiftASN1", package: "swift-asn1"), crypto,
                x509,
            ],
            settings: strict
        ),
        library(
            "Tools",
            "Simulation",
            [
                "BrokerLink", "CLinux", "Ground", "PatrolWire", "Position", "Report", "RoadMap", "Threading", lifecycle,
                logging, "SystemErrors",
            ],
            settings: strict
        ),
        library(
            "Tools",
            "Nights",
            [
                "ConsoleWire", "Delivery", "Ground", "Ledger", "Numbering", "Orders", "PatrolWire", "Patrolling",
                "Plan",
                "Position", "Report", "Threading", "Units",
            ]
        ),
        library(
            "Tools",
            "Month",
            [
                "Cases", "Ground", "History", "Incidents", "Ledger", "PatrolWire", "People", "Plan", "Tasks",
                "Threading",
            ]
        ),
        program("Tools", "patrol-nights", ["Nights", "Program", arguments]),
        program(
            "Tools",
            "patrolctl",
            [
                "AccountFile", "Authority", "Console", "ConsoleWire", "Hardware", "PatrolWire", "PlainText", "Plan",
                "PlanSigning", "Program", "Settings", "Threading", "TrackProof", "Zones", arguments, subprocess, system,
            ]
        ),
        program(
            "Tools",
            "patrol-sim",
            [
                "BrokerLink", "Console", "ConsoleWire", "Ground", "History", "Month", "Operation", "PatrolWire", "Plan",
                "Position", "Program", "Rig", "RoadMap",
                "Settings",
                "Simulation", "Threading", "Track", "Zones", arguments, logging, signals,
            ]
        ),
        program(
            "Tools",
            "patrol-bench",
            [
                "BrokerLink", "Ground", "History", "Ledger", "PatrolWire", "Plan", "Position", "Program",
                "Report", "Rig", "RoadMap", "RoadSearch", "Settings", "Simulation", "Threading", "TimeToScene", "Track",
                "Zones", arguments, logging,
            ]
        ),

        program(
            "Tools",
            "patrol-fuzz",
            [
                "AccountFile", "BrokerLink", "Console", "ConsoleWire", "Ground", "GroundImport", "GroundMap",
                "Hardware",
                "PatrolWire", "PlainText", "Plan",
                "PlanSigning", "Position", "Program", "Rig", "RoadImport", "RoadMap", "RoadSearch", "Settings",
                "Simulation",
                "Threading",
                "TimeToScene", "Track", "Zones", arguments, crypto,
            ]
        ),

        // MARK: Tests
        .target(
            name: "TestSupport",
            dependencies: ["BrokerLink", "Rig", "Settings", "Simulation", "Threading", lifecycle, logging],
            path: "Tests/Support",
            swiftSettings: strict
        ),
        tests("ArchitectureTests", ["Rig"]),
        tests(
            "SharedTests",
            [
                "Console", "ConsoleWire", "Ground", "PatrolWire", "PlainText", "Plan", "Rig", "Settings", "TestSupport",
                "Threading", "TrackProof",
                "Zones", logging,
            ],
            resources: [.copy("Golden")]
        ),
        tests(
            "DeviceTests",
            [
                "ConsoleWire", "Delivery", "Ground", "Hardware", "Inputs", "Numbering", "Orders", "Outbox",
                "BrokerLink", "Patrolling", "PatrolWire", "Plan", "PlanSigning", "Position", "PositionGPSD", "Report",
                "Rig", "Sealing", "Settings", "TestSupport", "Track", "TrackProof", "Uplink", "Zones", lifecycle,
                logging,
            ]
        ),
        tests(
            "BrokerLinkTests",
            ["BrokerLink", "Rig", "Settings", "Simulation", "TestSupport", "Threading", lifecycle, logging]
        ),
        tests(
            "RoomTests",
            [
                "Board", "BrokerLink", "Cases", "Dispatching", "Ground", "GroundImport", "GroundMap", "History",
                "Incidents",
                "Intake", "Ledger",
                "Live", "Month", "Operation", "PatrolWire", "People", "Plan", "Plans", "Reporting", "Reports", "Rig",
                "RoadImport", "RoadMap", "RoadSearch", "Tasks", "TestSupport", "Threading", "TimeToScene", "Units",
                lifecycle, logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]
        ),
        tests("NightTests", ["Nights", "TestSupport"]),
        tests("SimulationTests", ["Ground", "Rig", "Simulation", "TestSupport"]),
        tests(
            "ChainTests",
            [
                "BrokerLink", "Console", "ConsoleWire", "Ground", "History", "Ledger", "Month", "PatrolWire", "Plan",
                "Position", "Rig",
                "Settings", "Simulation", "SystemErrors", "TestSupport", "Threading", logging,
            ]
        ),
    ],
    cxxLanguageStandard: .cxx17
)
