import Board
import BrokerLink
import PatrolWire
import Plan
import Settings
import Zones

/// What `command-room.yaml` says.
struct Configuration: Sendable {
    var stations: [Name]
    var broker: BrokerAddress
    var roads: String
    var state: String
    var http: HostPort
    /// A patrol plan, and the key that it is signed with.
    struct PlanFiles: Sendable, Hashable {
        var file: String
        var key: String
    }

    /// What the devices are to patrol; `nil` where they have it from elsewhere.
    var plan: PlanFiles?
    /// Days that records are kept.
    var keepDays: Double
    /// The tables of driving; `nil` for those that are built in.
    var driving: String?
    /// What the page is told.
    var page: PageSettings
    /// Where the station is: hours of traffic and of roll calls are its own.
    var timezone: LocalZone

    /// Reads the file.
    init(file: String) throws(SettingsError) {
        var top = try SettingsReader(file: file)
        self.stations = []
        for text in try top.strings("stations", example: "[jinzhan]") {
            guard let station = Name(text) else { throw top.error("stations", "must be \(Name.rule), not '\(text)'") }
            guard !self.stations.contains(station) else { throw top.error("stations", "names '\(text)' twice") }
            self.stations.append(station)
        }
        self.broker = try BrokerAddress(top.group("broker", example: "{ host: 127.0.0.1, port: 1883 }"))
        self.roads = try top.string("roads", example: "town.roads")
        self.state = try top.string("state", example: "/var/lib/command-room")
        var http = try top.group("http", example: "{ host: 127.0.0.1, port: 8080 }")
        self.http = try http.hostPort(defaultPort: 8_080)
        guard self.http.isLoopback else {
            throw http.error(
                "host",
                "must be this machine (127.0.0.1): there is no login yet, so nobody else may reach it"
            )
        }
        try http.finish()
        if var plan = try top.optionalGroup("plan") {
            self.plan = PlanFiles(
                file: try plan.string("file", example: "/etc/patrollink/plan.geojson"),
                key: try plan.string("key", example: "/etc/patrollink/plan.key")
            )
            try plan.finish()
        }
        self.keepDays = 400
        if var history = try top.optionalGroup("history") {
            self.keepDays = try history.number("keep_days", in: 0.001...100_000, default: 400)
            try history.finish()
        }
        self.driving = try top.optionalString("driving")
        self.page = PageSettings(title: self.stations.map(\.text).joined(separator: ", "))
        if var board = try top.optionalGroup("board") {
            self.page.title = try board.optionalString("title") ?? self.page.title
            self.page.leaflet = try board.optionalString("leaflet") ?? self.page.leaflet
            if var tiles = try board.optionalGroup("tiles") {
                let url = try tiles.string("url", example: "http://tiles.example/{z}/{x}/{y}.png")
                guard ["{z}", "{x}", "{y}"].allSatisfy({ url.contains($0) }), url.contains("://") else {
                    throw tiles.error("url", "must hold {z}, {x} and {y}, such as http://tiles.example/{z}/{x}/{y}.png")
                }
                self.page.tiles = url
                self.page.tilesAreGCJ02 = try tiles.flag("gcj02")
                try tiles.finish()
            }
            try board.finish()
        }
        let zone = try top.optionalString("timezone") ?? "Asia/Shanghai"
        guard let local = ZoneFiles.zone(named: zone) else {
            throw top.error("timezone", "must be a zone of this machine such as Asia/Shanghai, not '\(zone)'")
        }
        self.timezone = local
        try top.finish()
    }
}
