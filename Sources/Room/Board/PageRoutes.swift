import FoundationEssentials
import GroundMap
import HTTPTypes
import Hummingbird
package import Incidents
import PatrolWire
import Plan
import RoadMap
import TimeToScene

/// What the page is told of the room.
package struct PageSettings: Sendable, Hashable {
    /// Name of the room.
    package var title: String
    /// A tile server's address with `{z}`, `{x}` and `{y}`; `nil` to draw the room's own roads.
    package var tiles: String?
    /// Whether those tiles are in GCJ-02, as maps of China are.
    package var tilesAreGCJ02: Bool
    /// Where Debian's `libjs-leaflet` is.
    package var leaflet: String
    /// The station's kinds of incidents.
    package var categories = Categories.none
    /// The station's own target from the call to the first unit there, s.
    package var targetSeconds = 155.0

    /// Creates settings.
    package init(
        title: String,
        tiles: String? = nil,
        tilesAreGCJ02: Bool = false,
        leaflet: String = "/usr/share/javascript/leaflet"
    ) {
        (self.title, self.tiles, self.tilesAreGCJ02, self.leaflet) = (title, tiles, tilesAreGCJ02, leaflet)
    }

    /// The tile server as a content security policy names it.
    var tileOrigin: String? {
        guard let tiles, let end = tiles.firstRange(of: "://") else { return nil }
        return String(tiles[..<end.upperBound]) + tiles[end.upperBound...].prefix { $0 != "/" }
    }
}

/// The page and what it loads: all of it from this program and from Debian's Leaflet, nothing from elsewhere.
struct PageRoutes: Sendable {
    let settings: PageSettings
    private let stations: [String]
    private let teams: [Team]
    private let zone: LocalZone
    private let bounds: [[Double]]
    private let ground: Ground?

    /// The looks that the ground map holds.
    private struct Ground: Encodable {
        let minZoom = GroundFile.zooms.lowerBound
        let maxZoom = GroundFile.zooms.upperBound
        let tag: String
        /// The tiles that hold something, column and row each, by zoom; a zoom with many is left out.
        let filled: [String: [[Int]]]

        private enum CodingKeys: String, CodingKey {
            case tag, filled
            case minZoom = "min_zoom"
            case maxZoom = "max_zoom"
        }
    }

    init(
        _ settings: PageSettings,
        stations: [Name],
        teams: [Team],
        zone: LocalZone,
        network: RoadNetwork,
        ground: GroundFile?
    ) {
        self.ground = ground.map { file in
            Ground(tag: file.tag, filled: .init(uniqueKeysWithValues: file.filled.map { ("\($0)", $1) }))
        }
        self.zone = zone
        (self.settings, self.stations, self.teams) = (settings, stations.map(\.text), teams)
        let bounds = network.bounds
        self.bounds = [[bounds.south, bounds.west], [bounds.north, bounds.east]]
    }

    private static let pages: [(path: String, file: StaticFile)] = [
        ("", StaticFile("board.html", PackageResources.board_html)),
        ("reports", StaticFile("chief.html", PackageResources.chief_html)),
        ("replay", StaticFile("replay.html", PackageResources.replay_html)),
        ("openapi.yaml", description),
        ("api/v1/openapi.yaml", description),
    ]
    private static let description = StaticFile("openapi.yaml", PackageResources.openapi_yaml)

    private static let files = [
        StaticFile("board/board.js", PackageResources.board_js),
        StaticFile("board/devices.js", PackageResources.devices_js),
        StaticFile("board/dialogs.js", PackageResources.dialogs_js),
        StaticFile("board/drawer.js", PackageResources.drawer_js),
        StaticFile("board/endings.js", PackageResources.endings_js),
        StaticFile("board/gridwatch.js", PackageResources.gridwatch_js),
        StaticFile("board/heat.js", PackageResources.heat_js),
        StaticFile("board/history.js", PackageResources.history_js),
        StaticFile("board/incident.js", PackageResources.incident_js),
        StaticFile("board/keys.js", PackageResources.keys_js),
        StaticFile("board/later.js", PackageResources.later_js),
        StaticFile("board/layers.js", PackageResources.layers_js),
        StaticFile("board/map.js", PackageResources.map_js),
        StaticFile("board/ways.js", PackageResources.ways_js),
        StaticFile("board/measure.js", PackageResources.measure_js),
        StaticFile("board/panes.js", PackageResources.panes_js),
        StaticFile("board/people.js", PackageResources.people_js),
        StaticFile("board/reckon.js", PackageResources.reckon_js),
        StaticFile("board/spots.js", PackageResources.spots_js),
        StaticFile("board/reports.js", PackageResources.reports_js),
        StaticFile("board/sos.js", PackageResources.sos_js),
        StaticFile("board/tasks.js", PackageResources.tasks_js),
        StaticFile("board/timeline.js", PackageResources.timeline_js),
        StaticFile("board/top.js", PackageResources.top_js),
        StaticFile("board/unit.js", PackageResources.unit_js),
        StaticFile("board/unitacts.js", PackageResources.unitacts_js),
        StaticFile("chief/charts.js", PackageResources.charts_js),
        StaticFile("chief/chief.css", PackageResources.chief_css),
        StaticFile("chief/chief.js", PackageResources.chief_js),
        StaticFile("chief/days.js", PackageResources.days_js),
        StaticFile("chief/officers.js", PackageResources.officers_js),
        StaticFile("chief/views.js", PackageResources.views_js),
        StaticFile("map/base.js", PackageResources.base_js),
        StaticFile("map/ground.js", PackageResources.ground_js),
        StaticFile("map/marks.js", PackageResources.marks_js),
        StaticFile("map/names.js", PackageResources.names_js),
        StaticFile("map/naming.js", PackageResources.naming_js),
        StaticFile("map/paint.js", PackageResources.paint_js),
        StaticFile("map/painter.js", PackageResources.painter_js),
        StaticFile("map/plan.js", PackageResources.plan_js),
        StaticFile("map/room.js", PackageResources.room_js),
        StaticFile("map/surface.js", PackageResources.surface_js),
        StaticFile("map/tiles.js", PackageResources.tiles_js),
        StaticFile("replay/past.js", PackageResources.past_js),
        StaticFile("replay/replay.css", PackageResources.replay_css),
        StaticFile("replay/replay.js", PackageResources.replay_js),
        StaticFile("shared/board.css", PackageResources.board_css),
        StaticFile("shared/briefing.js", PackageResources.briefing_js),
        StaticFile("shared/commands.js", PackageResources.commands_js),
        StaticFile("shared/keyed.js", PackageResources.keyed_js),
        StaticFile("shared/lists.js", PackageResources.lists_js),
        StaticFile("shared/live.js", PackageResources.live_js),
        StaticFile("shared/night.js", PackageResources.night_js),
        StaticFile("shared/session.js", PackageResources.session_js),
        StaticFile("shared/tables.js", PackageResources.tables_js),
        StaticFile("shared/today.js", PackageResources.today_js),
        StaticFile("shared/words.js", PackageResources.words_js),
        StaticFile("shared/zone.js", PackageResources.zone_js),
    ]

    /// Where a file of Leaflet is.
    ///
    /// Debian has its script also in short, a third of the size.
    private func leafletFile(_ name: String) -> String {
        let short = "\(self.settings.leaflet)/leaflet.min.js"
        if name == "leaflet.js", FileManager.default.isReadableFile(atPath: short) { return short }
        return "\(self.settings.leaflet)/\(name)"
    }

    private static let leaflet: Set<String> = [
        "leaflet.js", "leaflet.css", "images/layers.png", "images/layers-2x.png", "images/marker-icon.png",
        "images/marker-icon-2x.png", "images/marker-shadow.png",
    ]

    private struct Told: Encodable {
        let title: String
        let tiles: String?
        let gcj02: Bool
        let stations: [String]
        let teams: [Team]
        /// The station's kinds of incidents, by group; empty where the page's own are taken.
        let categories: [Categories.Group]
        /// Zone of the station's day.
        let timezone: String
        /// The station's own target from the call to the first unit there, s.
        let targetSeconds: Double
        /// South-west and north-east corner of the roads, each latitude and longitude, degrees.
        let bounds: [[Double]]
        /// `nil` where the map was imported without its ground.
        let ground: Ground?

        private enum CodingKeys: String, CodingKey {
            case title, tiles, gcj02, stations, teams, categories, timezone, bounds, ground
            case targetSeconds = "target_s"
        }
    }

    func add(to router: Router<BoardContext>) {
        for page in Self.pages {
            router.get("\(RouterPath(page.path))") { request, _ in page.file.response(to: request) }
        }
        for file in Self.files {
            router.get("\(RouterPath(file.name))") { request, _ in file.response(to: request) }
        }
        router.get("api/v1/page") { request, context in
            try context.require(.viewer)
            let told = Told(
                title: self.settings.title,
                tiles: self.settings.tiles,
                gcj02: self.settings.tilesAreGCJ02,
                stations: self.stations,
                teams: self.teams,
                categories: self.settings.categories.groups,
                timezone: self.zone.name,
                targetSeconds: self.settings.targetSeconds,
                bounds: self.bounds,
                ground: self.ground
            )
            return try tagged(told, request)
        }
        router.get("leaflet/**") { request, context in
            let name = context.parameters.getCatchAll().joined(separator: "/")
            guard Self.leaflet.contains(name) else { throw Problem(.notFound, "Leaflet has no '\(name)' here") }
            let path = self.leafletFile(name)
            do {
                let type =
                    name.hasSuffix(".png") ? "image/png" : name.hasSuffix(".css") ? "text/css" : "text/javascript"
                return tagged(Array(try Data(contentsOf: URL(filePath: path))), request, type: type)
            } catch {
                throw Problem(.notFound, "\(path) cannot be read: install Debian's libjs-leaflet")
            }
        }
    }
}
