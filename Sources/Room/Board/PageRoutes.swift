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

        private enum CodingKeys: String, CodingKey {
            case tag
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
        self.ground = ground.map { Ground(tag: $0.tag) }
        self.zone = zone
        (self.settings, self.stations, self.teams) = (settings, stations.map(\.text), teams)
        let bounds = network.bounds
        self.bounds = [[bounds.south, bounds.west], [bounds.north, bounds.east]]
    }

    private static let files: [(name: String, type: String, bytes: [UInt8])] = [
        ("shared/board.css", "text/css; charset=utf-8", PackageResources.board_css),
        ("chief/chief.css", "text/css; charset=utf-8", PackageResources.chief_css),
        ("replay/replay.css", "text/css; charset=utf-8", PackageResources.replay_css),
        ("replay/replay.js", "text/javascript; charset=utf-8", PackageResources.replay_js),
        ("board/heat.js", "text/javascript; charset=utf-8", PackageResources.heat_js),
        ("board/history.js", "text/javascript; charset=utf-8", PackageResources.history_js),
        ("map/ground.js", "text/javascript; charset=utf-8", PackageResources.ground_js),
        ("map/surface.js", "text/javascript; charset=utf-8", PackageResources.surface_js),
        ("map/tiles.js", "text/javascript; charset=utf-8", PackageResources.tiles_js),
        ("shared/night.js", "text/javascript; charset=utf-8", PackageResources.night_js),
        ("map/plan.js", "text/javascript; charset=utf-8", PackageResources.plan_js),
        ("board/reckon.js", "text/javascript; charset=utf-8", PackageResources.reckon_js),
        ("map/room.js", "text/javascript; charset=utf-8", PackageResources.room_js),
        ("map/names.js", "text/javascript; charset=utf-8", PackageResources.names_js),
        ("board/layers.js", "text/javascript; charset=utf-8", PackageResources.layers_js),
        ("board/measure.js", "text/javascript; charset=utf-8", PackageResources.measure_js),
        ("replay/past.js", "text/javascript; charset=utf-8", PackageResources.past_js),
        ("shared/zone.js", "text/javascript; charset=utf-8", PackageResources.zone_js),
        ("map/marks.js", "text/javascript; charset=utf-8", PackageResources.marks_js),
        ("chief/chief.js", "text/javascript; charset=utf-8", PackageResources.chief_js),
        ("chief/views.js", "text/javascript; charset=utf-8", PackageResources.views_js),
        ("chief/officers.js", "text/javascript; charset=utf-8", PackageResources.officers_js),
        ("shared/briefing.js", "text/javascript; charset=utf-8", PackageResources.briefing_js),
        ("shared/tables.js", "text/javascript; charset=utf-8", PackageResources.tables_js),
        ("chief/days.js", "text/javascript; charset=utf-8", PackageResources.days_js),
        ("chief/charts.js", "text/javascript; charset=utf-8", PackageResources.charts_js),
        ("board/board.js", "text/javascript; charset=utf-8", PackageResources.board_js),
        ("map/base.js", "text/javascript; charset=utf-8", PackageResources.base_js),
        ("board/map.js", "text/javascript; charset=utf-8", PackageResources.map_js),
        ("shared/live.js", "text/javascript; charset=utf-8", PackageResources.live_js),
        ("shared/keyed.js", "text/javascript; charset=utf-8", PackageResources.keyed_js),
        ("shared/lists.js", "text/javascript; charset=utf-8", PackageResources.lists_js),
        ("board/incident.js", "text/javascript; charset=utf-8", PackageResources.incident_js),
        ("board/unit.js", "text/javascript; charset=utf-8", PackageResources.unit_js),
        ("board/sos.js", "text/javascript; charset=utf-8", PackageResources.sos_js),
        ("board/timeline.js", "text/javascript; charset=utf-8", PackageResources.timeline_js),
        ("shared/commands.js", "text/javascript; charset=utf-8", PackageResources.commands_js),
        ("board/gridwatch.js", "text/javascript; charset=utf-8", PackageResources.gridwatch_js),
        ("board/unitacts.js", "text/javascript; charset=utf-8", PackageResources.unitacts_js),
        ("shared/today.js", "text/javascript; charset=utf-8", PackageResources.today_js),
        ("board/top.js", "text/javascript; charset=utf-8", PackageResources.top_js),
        ("board/panes.js", "text/javascript; charset=utf-8", PackageResources.panes_js),
        ("board/keys.js", "text/javascript; charset=utf-8", PackageResources.keys_js),
        ("shared/session.js", "text/javascript; charset=utf-8", PackageResources.session_js),
        ("board/drawer.js", "text/javascript; charset=utf-8", PackageResources.drawer_js),
        ("board/endings.js", "text/javascript; charset=utf-8", PackageResources.endings_js),
        ("board/dialogs.js", "text/javascript; charset=utf-8", PackageResources.dialogs_js),
        ("board/people.js", "text/javascript; charset=utf-8", PackageResources.people_js),
        ("board/tasks.js", "text/javascript; charset=utf-8", PackageResources.tasks_js),
        ("board/reports.js", "text/javascript; charset=utf-8", PackageResources.reports_js),
        ("shared/words.js", "text/javascript; charset=utf-8", PackageResources.words_js),
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
        router.get("") { request, _ in
            tagged(PackageResources.board_html, request, type: "text/html; charset=utf-8")
        }
        router.get("reports") { request, _ in
            tagged(PackageResources.chief_html, request, type: "text/html; charset=utf-8")
        }
        router.get("replay") { request, _ in
            tagged(PackageResources.replay_html, request, type: "text/html; charset=utf-8")
        }
        router.get("openapi.yaml") { request, _ in
            tagged(PackageResources.openapi_yaml, request, type: "application/yaml")
        }
        for file in Self.files {
            router.get("\(RouterPath(file.name))") { request, _ in tagged(file.bytes, request, type: file.type) }
        }
        router.get("api/v1/openapi.yaml") { request, _ in
            tagged(PackageResources.openapi_yaml, request, type: "application/yaml")
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
