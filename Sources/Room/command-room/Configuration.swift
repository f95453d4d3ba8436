import Board
import BrokerLink
import Incidents
import Intake
import Live
import Operation
import PatrolWire
import People
import Plan
import Plans
import Settings
import Zones

/// What `command-room.yaml` says.
struct Configuration: Sendable {
    var stations: [Name]
    var broker: BrokerAddress
    var roads: String
    var state: String
    var http: HostPort
    /// A certificate and its key, PEM.
    struct TLSFiles: Sendable, Hashable {
        var certificate: String
        var key: String
    }

    /// With which the board is served; `nil` for plain HTTP on this machine.
    var tls: TLSFiles?
    /// How many may come in over HTTP, and on whose word.
    var door: DoorSettings
    /// Who may log in; `nil` for everybody on this machine.
    var accounts: String?
    /// What the devices are to patrol; `nil` where they have it from elsewhere.
    var plan: PlanFiles?
    /// Days that records are kept.
    var keepDays: Double
    /// Days that the sums of hours are kept.
    var keepHourDays: Double
    /// The tables of driving; `nil` for those that are built in.
    var driving: String?
    /// When the roll is called without anybody asking for it.
    var rollCalls = RollCallSchedule.Settings()
    /// Whose roll can be called together.
    var teams: [Team] = []
    /// What the page is told.
    var page: PageSettings
    /// Where the station is: hours of traffic and of roll calls are its own.
    var timezone: LocalZone

    /// The station's kinds of incidents, in two levels.
    var categories = Categories.none

    /// Visits that are wanted a week, by the role of an officer.
    var visits: [String: Double] = [:]

    /// Which devices are taken.
    var admission = Intake.Admission()

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
        if var tls = try http.optionalGroup("tls") {
            self.tls = TLSFiles(
                certificate: try tls.string("certificate", example: "/etc/patrollink/tls/board.crt"),
                key: try tls.string("key", example: "/etc/patrollink/tls/board.key")
            )
            try tls.finish()
        }
        self.door = try DoorSettings(&http)
        self.accounts = try top.optionalString("accounts")
        guard self.http.isLoopback || (self.tls != nil && self.accounts != nil) else {
            throw http.error(
                "host",
                "is not this machine alone: that needs 'tls: { certificate: …, key: … }' here and 'accounts: FILE' "
                    + "beside it, made with 'patrolctl account add'"
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
        (self.keepDays, self.keepHourDays) = (400, 3_650)
        if var history = try top.optionalGroup("history") {
            self.keepDays = try history.number("keep_days", in: 0.001...100_000, default: 400)
            self.keepHourDays = try history.number("keep_hour_days", in: 1...100_000, default: 3_650)
            try history.finish()
        }
        if var devices = try top.optionalGroup("devices") { self.admission = try Self.admission(&devices) }
        self.driving = try top.optionalString("driving")
        self.page = PageSettings(title: self.stations.map(\.text).joined(separator: ", "))
        if var board = try top.optionalGroup("board") { try Self.page(&board, into: &self.page) }
        for var group in try top.groups("teams") {
            self.teams.append(try Self.team(&group, among: self.teams, stations: self.stations))
        }
        if top.has("categories") { self.categories = try CategorySettings.read(&top) }
        let target = try top.number("target_s", in: 1...86_400, default: 155)
        (self.page.categories, self.page.targetSeconds) = (self.categories, target)
        if var visits = try top.optionalGroup("visits") {
            for role in Officer.Role.allCases.map(\.rawValue) {
                self.visits[role] = try visits.optionalNumber(role, in: 0...1_000)
            }
            try visits.finish()
        }
        if var calls = try top.optionalGroup("roll_calls") {
            self.rollCalls = try Self.rollCalls(&calls, teams: self.teams)
        }
        let zone = try top.optionalString("timezone") ?? "Asia/Shanghai"
        guard let local = ZoneFiles.zone(named: zone) else {
            throw top.error("timezone", "must be a zone of this machine such as Asia/Shanghai, not '\(zone)'")
        }
        self.timezone = local
        try top.finish()
    }

    private static func page(
        _ board: inout SettingsReader,
        into page: inout PageSettings
    ) throws(SettingsError) {
        page.title = try board.optionalString("title") ?? page.title
        page.leaflet = try board.optionalString("leaflet") ?? page.leaflet
        if var tiles = try board.optionalGroup("tiles") {
            let url = try tiles.string("url", example: "http://tiles.example/{z}/{x}/{y}.png")
            guard ["{z}", "{x}", "{y}"].allSatisfy({ url.contains($0) }), url.contains("://") else {
                throw tiles.error("url", "must hold {z}, {x} and {y}, such as http://tiles.example/{z}/{x}/{y}.png")
            }
            page.tiles = url
            page.tilesAreGCJ02 = try tiles.flag("gcj02")
            try tiles.finish()
        }
        try board.finish()
    }

    private static func admission(_ group: inout SettingsReader) throws(SettingsError) -> Intake.Admission {
        var admission = Intake.Admission()
        admission.most = try group.optionalInteger("most", in: 1...200_000) ?? admission.most
        if group.has("enrolled") {
            var names: Set<Name> = []
            for text in try group.strings("enrolled", example: "[car-01, car-02]") {
                guard let device = Name.device(text) else {
                    throw group.error("enrolled", "must be names of devices, \(Name.rule), not '\(text)'")
                }
                names.insert(device)
            }
            admission.enrolled = names
        }
        try group.finish()
        return admission
    }

    private static func team(
        _ group: inout SettingsReader,
        among teams: [Team],
        stations: [Name]
    ) throws(SettingsError) -> Team {
        let name = try group.string("name", example: "community")
        guard !teams.contains(where: { $0.name == name }) else {
            throw group.error("name", "'\(name)' names a team twice")
        }
        var devices: [Name] = []
        for text in try group.strings("devices", example: "[car-01, car-02]") {
            guard let device = Name.device(text) else {
                throw group.error("devices", "must be names of devices, \(Name.rule), not '\(text)'")
            }
            devices.append(device)
        }
        // A device's name is unique at its station only.
        let station: Name
        if let text = try group.optionalString("station") {
            guard let own = stations.first(where: { $0.text == text }) else {
                throw group.error("station", "must be one of 'stations', which has no '\(text)'")
            }
            station = own
        } else {
            guard stations.count == 1, let only = stations.first else {
                throw group.error("name", "team '\(name)' needs its 'station', as the room has several")
            }
            station = only
        }
        try group.finish()
        return Team(name: name, station: station, devices: devices)
    }

    private static func rollCalls(
        _ group: inout SettingsReader,
        teams: [Team]
    ) throws(SettingsError) -> RollCallSchedule.Settings {
        var settings = RollCallSchedule.Settings()
        if group.has("at") {
            for text in try group.strings("at", example: "[\"08:30\", \"20:30\"]") {
                let parts = text.split(separator: ":").map { Int($0) ?? -1 }
                guard parts.count == 2, (0..<24).contains(parts[0]), (0..<60).contains(parts[1]) else {
                    throw group.error("at", "must be times of the day such as \"08:30\", not '\(text)'")
                }
                settings.times.append(parts[0] * 60 + parts[1])
            }
        }
        settings.randomPerDay = try group.optionalInteger("random_per_day", in: 0...24) ?? 0
        settings.seconds = try group.number("seconds", in: 5...3_600, default: settings.seconds)
        if let name = try group.optionalString("team") {
            guard let team = teams.first(where: { $0.name == name }) else {
                throw group.error("team", "must be one of 'teams', which has no '\(name)'")
            }
            settings.team = team
        }
        if group.has("officer") { settings.needsOfficer = try group.flag("officer") }
        try group.finish()
        return settings
    }
}
