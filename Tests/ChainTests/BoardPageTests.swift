import BrokerLink
import Ground
import Logging
import PatrolWire
import Rig
import Settings
import Simulation
import TestSupport
import Testing

@Suite(
    "The board in a real browser",
    .serialized,
    .realPrograms,
    .timeLimit(.minutes(8)),
    .enabled(if: Browser.isThere)
)
struct BoardPageTests {
    private static let placed =
        "return window.patrollink ? [...patrollink.state.units.values()].filter((u) => u.lat !== undefined).length : 0"

    /// A room with a broker and three simulated units.
    private func withUnits(
        settings: String = "",
        _ body: (Chain, RunningProgram, World) async throws -> Void
    ) async throws {
        try await Chain.with { chain in
            let path = "\(chain.folder)/command-room.yaml"
            try writeFile(path, readFile(path) + settings)
            try await chain.withBroker { broker in
                try await chain.withRoom { _ in
                    guard let town = Town(seed: 7), let station = Name(ConfigurationText.station) else { return }
                    var logger = Logger(label: "board page")
                    logger.logLevel = .error
                    let quiet = logger
                    let world = World(town: town, cars: 3, seed: 7)
                    let address = BrokerAddress(endpoint: HostPort(host: "127.0.0.1", port: chain.broker))
                    let drive = Task { await world.run() }
                    let units = (0..<3).compactMap { car in
                        Name.device("car-0\(car + 1)").map { device in
                            FleetUnit(
                                world: world,
                                car: car,
                                station: station,
                                device: device,
                                unit: "0\(car + 1)",
                                broker: address,
                                seed: UInt64(car),
                                logger: quiet
                            )
                        }
                    }
                    let fleet = Task {
                        await withTaskGroup(of: Void.self) { group in
                            for unit in units { group.addTask { try? await unit.run() } }
                        }
                    }
                    defer {
                        drive.cancel()
                        fleet.cancel()
                    }
                    try await body(chain, broker, world)
                }
            }
        }
    }

    /// A place that the nearest unit has to drive to, some 300 m by road: seen to drive, and soon there.
    private func place(in world: World) async -> Coordinate? {
        var starts: [Int] = []
        for car in 0..<3 { starts.append(world.node(near: await world.sight(car).coordinate)) }
        func metres(to node: Int) -> Double {
            starts.compactMap { world.streets.route(from: $0, to: node) }.map(world.streets.metres(of:)).min()
                ?? .infinity
        }
        let near = world.streets.homes.min { abs(metres(to: $0) - 300) < abs(metres(to: $1) - 300) }
        return near.map { world.coordinate(of: world.streets.points[$0]) }
    }

    @Test("an incident is opened with the keyboard, the nearest is sent with one key, and seen to arrive")
    func course() async throws {
        try await self.withUnits { chain, _, world in
            try await Browser.with(language: "en", folder: chain.folder) { page in
                try await page.open("http://127.0.0.1:\(chain.http)/")
                _ = try await eventually("three units on the page") {
                    let count: Int = try await page.run(Self.placed)
                    return count == 3 ? true : nil
                }
                #expect(try await page.text("#new").contains("New"))
                try await page.press("n")
                let isFormOpen: Bool = try await page.run("return document.getElementById('form').open")
                #expect(isFormOpen)
                let place = try #require(await self.place(in: world))
                let _: Bool = try await page.run(
                    """
                    patrollink.view.place = [\(place.latitude), \(place.longitude)];
                    document.getElementById('form-note').value = 'a <b>bicycle</b>';
                    document.getElementById('form-open').click();
                    return true
                    """
                )
                _ = try await eventually("candidates beside the new incident") {
                    let count: Int = try await page.run("return document.querySelectorAll('[data-send]').length")
                    return count >= 1 ? true : nil
                }
                #expect(try await page.text("#incidents").contains("a <b>bicycle</b>"))
                try await page.press("1")
                _ = try await eventually("the officer has accepted and the way counts down", within: .seconds(30)) {
                    let text = try await page.text("#incidents")
                    return text.contains("en route") && text.contains("to go") ? true : nil
                }
                // The way that it drives is on the map, and leads to the scene.
                try await page.wait(
                    "the way on the map",
                    """
                    return import('/board/ways.js').then(({ drawWays }) => {
                      const drawn = { lines: 0, strokes: 0, end: null };
                      drawWays({ beginPath() {}, moveTo() {}, lineTo(x, y) { drawn.lines += 1; drawn.end = [x, y]; }, stroke() { drawn.strokes += 1; } });
                      const scene = patrollink.map.latLngToContainerPoint([\(place.latitude), \(place.longitude)]);
                      return drawn.lines > 0 && drawn.strokes === 2 && Math.hypot(drawn.end[0] - scene.x, drawn.end[1] - scene.y) < 60;
                    })
                    """
                )
                _ = try await eventually("seen to arrive", within: .seconds(150)) {
                    try await page.text("#incidents").contains("on scene") ? true : nil
                }
            }
        }
    }

    @Test(
        "a team's roll is called, a road closed and opened again, and the reports looked at, all with the page's own means"
    )
    func dialogs() async throws {
        try await self.withUnits(settings: "teams: [{ name: night, devices: [car-02, car-03] }]\n") { chain, _, _ in
            try await Browser.with(language: "en", folder: chain.folder) { page in
                try await page.open("http://127.0.0.1:\(chain.http)/")
                _ = try await eventually("three units on the page") {
                    let count: Int = try await page.run(Self.placed)
                    return count == 3 ? true : nil
                }
                try await page.click("#rollcall")
                try await page.choose("#call-whom", "team night")
                try await page.click("#call-go")
                _ = try await eventually("both officers of the team have answered, and nobody else was asked") {
                    let text = try await page.text("#right-body")
                    return text.contains("answered 2") && text.contains("02\n") && !text.contains("01\n") ? true : nil
                }
                // As with a mouse: the button keeps the focus when its dialog closes.
                let _: Bool = try await page.run("document.getElementById('closure').focus(); return true")
                try await page.click("#closure")
                try await page.click("#closures-draw")
                let _: Bool = try await page.run(
                    """
                    const unit = [...patrollink.state.units.values()][0];
                    for (const [a, b] of [[-1, -1], [-1, 1], [1, 1], [1, -1]]) {
                      const latlng = { lat: unit.lat + a * 0.002, lng: unit.lon + b * 0.002 };
                      patrollink.map.fire("click", { latlng, containerPoint: { x: 0, y: 0 } });
                    }
                    return true
                    """
                )
                try await page.press("\u{E007}")
                _ = try await eventually("Enter ends the drawing") {
                    let isOpen: Bool = try await page.run("return document.getElementById('closing').open")
                    return isOpen ? true : nil
                }
                try await page.click("#closing-go")
                _ = try await eventually("the closure is known") {
                    let count: Int = try await page.run("return patrollink.state.closures.length")
                    return count == 1 ? true : nil
                }
                try await page.click("#closure")
                try await page.click("[data-lift]")
                _ = try await eventually("it is lifted") {
                    let count: Int = try await page.run("return patrollink.state.closures.length")
                    return count == 0 ? true : nil
                }
                try await page.open("#reports", dialog: "report")
                try await page.click("[data-kind=workload]")
                _ = try await eventually("what each unit did") {
                    try await page.text("#report-body").contains("car-02") ? true : nil
                }
                // Nobody is registered: a head of a table alone would leave it open whether it is still at work.
                try await page.click("[data-kind=officers]")
                try await page.wait(
                    "that there are no officers",
                    "return document.querySelector('#report-body tbody')?.innerText.trim() === 'nothing'"
                )
                try await page.click("#report-heat")
                _ = try await eventually("the heat map is drawn and the map is free again") {
                    let isOpen: Bool = try await page.run("return document.getElementById('report').open")
                    return isOpen ? nil : true
                }
            }
        }
    }

    @Test("a broker that is gone is said on the page, and so is that it is back", .chain(.room))
    func brokerGone() async throws {
        let chain = try Chain.current
        try await Browser.with(language: "en", folder: chain.folder) { page in
            try await chain.withBroker { _ in
                try await page.open("http://127.0.0.1:\(chain.http)/")
                _ = try await eventually("all is well") {
                    let text: String = try await page.run(
                        "return window.patrollink && document.getElementById('lost').hidden "
                            + "? document.getElementById('link').innerText : ''"
                    )
                    return text == "connected" ? true : nil
                }
            }
            _ = try await eventually("the page says so") {
                try await page.text("#lost").contains("broker is gone") ? true : nil
            }
            try await chain.withBroker { _ in
                _ = try await eventually("all is well again", within: .seconds(40)) {
                    try await page.text("#link") == "connected" ? true : nil
                }
            }
        }
    }

    @Test("in Chinese, on a wall, without controls; the language is switched with a click")
    func wall() async throws {
        try await self.withUnits { chain, _, _ in
            try await Browser.with(language: "zh-CN", width: 3_840, height: 2_160, folder: chain.folder) { page in
                try await page.open("http://127.0.0.1:\(chain.http)/?wall=1")
                _ = try await eventually("three units on the page") {
                    let count: Int = try await page.run(Self.placed)
                    return count == 3 ? true : nil
                }
                #expect(try await page.text("#incidents-title") == "警情")
                let display: String = try await page.run(
                    "return getComputedStyle(document.getElementById('new')).display"
                )
                #expect(display == "none")
                try await page.click("#mode")
                try await page.click("#language")
                #expect(try await page.text("#incidents-title") == "Incidents")
            }
        }
    }

    @Test("a room that is gone is said, and one that is back is taken up again by itself", .chain(.broker))
    func roomGone() async throws {
        let chain = try Chain.current
        try await Browser.with(language: "en", folder: chain.folder) { page in
            try await chain.withRoom { _ in
                try await page.open("http://127.0.0.1:\(chain.http)/")
                _ = try await eventually("live") {
                    try await page.run("return !!window.patrollink && patrollink.state.isLive") ? true : nil
                }
            }
            _ = try await eventually("the page says so") {
                try await page.run("return !document.getElementById('lost').hidden") ? true : nil
            }
            try await chain.withRoom { _ in
                _ = try await eventually("live again", within: .seconds(20)) {
                    try await page.run("return patrollink.state.isLive") ? true : nil
                }
            }
        }
    }
}
