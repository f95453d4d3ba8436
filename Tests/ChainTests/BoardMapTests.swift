import Rig
import TestSupport
import Testing

/// What the map of the board does by itself, in a real browser.
@Suite(
    "The board's map",
    .serialized,
    .realPrograms,
    .timeLimit(.minutes(5)),
    .enabled(if: Browser.isThere)
)
struct BoardMapTests {
    @Test("a unit is carried on by its speed and course, and where it may be grows until nobody knows")
    func reckoning() async throws {
        try await Chain.withFleet(12) { chain in
            try await Browser.onPage(of: chain, units: 12) { page in
                let drawn: [[Double]] = try await page.run(
                    """
                    return import('/board/reckon.js').then(({ placeNow, isMoving }) => {
                      const unit = { lat: 41, lon: -8, spd: 10, cog: 90, seen: 0, online: true };
                      const east = (one, at) => { const place = placeNow(one, at); return [(place.lon + 8) * 111320 * Math.cos(41 * Math.PI / 180), place.metres, isMoving(one, at) ? 1 : 0]; };
                      return [east(unit, 5000), east(unit, 30000), east(unit, 90000), east({ ...unit, online: false }, 5000), east({ ...unit, spd: 0.2 }, 5000)];
                    })
                    """
                )
                let expected: [[Double]] = [[50, 10, 1], [150, 160, 1], [0, 0, 0], [0, 0, 0], [0, 0, 0]]
                for (row, wanted) in zip(drawn, expected) {
                    for (value, number) in zip(row, wanted) { #expect(abs(value - number) < 0.01, "\(drawn)") }
                }
                try await self.heaps(page)
                try await self.names(page)
                try await self.pictures(page)
            }
        }
    }

    /// From far away units that lie on one another are a number, and a click on it brings the map nearer.
    private func heaps(_ page: Browser) async throws {
        let _: Bool = try await page.run(
            "const one = [...patrollink.state.units.values()][0]; patrollink.map.setView([one.lat, one.lon], 9, { animate: false }); return true"
        )
        try await page.wait(
            "all units in one heap",
            """
            return import('/board/map.js').then(({ unitAt }) => {
              const size = patrollink.map.getSize();
              for (let x = 0; x < size.x; x += 10) { for (let y = 0; y < size.y; y += 10) { const found = unitAt({ x, y }); if (found?.heap?.length === 12) { window.heapAt = [x, y]; return true; } } }
              return false;
            })
            """
        )
        let _: Bool = try await page.run(
            """
            const containerPoint = L.point(...window.heapAt);
            patrollink.map.fire('click', { latlng: patrollink.map.containerPointToLatLng(containerPoint), containerPoint });
            return true
            """
        )
        try await page.wait("the map nearer", "return patrollink.map.getZoom() > 10")
        #expect(try await page.run("return document.getElementById('form').open") == false)
    }

    /// A report is drawn at once where somebody would see it; from far away it waits for the next picture.
    private func pictures(_ page: Browser) async throws {
        func seen(_ zoom: Int) async throws -> [Bool] {
            let _: Bool = try await page.run(
                """
                const one = [...patrollink.state.units.values()][0];
                patrollink.map.setView([one.lat, one.lon], \(zoom), { animate: false });
                window.drawn = patrollink.frames.drawn;
                return true
                """
            )
            try await page.wait("a picture", "return patrollink.frames.drawn > window.drawn")
            return try await page.run(
                """
                return import('/board/spots.js').then(async ({ isSeenAnew }) => {
                  // What was heard of since the picture waits for the next one, which a busy machine draws later.
                  const isDrawn = () => !isSeenAnew([...patrollink.state.units.values()][0], Date.now());
                  for (let i = 0; \(zoom) < 10 && i < 400 && !isDrawn(); i += 1) { await new Promise((done) => setTimeout(done, 50)); }
                  // From far away a quarter of a dot, which nobody sees wherever between two dots the unit is.
                  const units = [...patrollink.state.units.values()].filter((one) => !isSeenAnew(one, Date.now()));
                  const isAnySeen = units.some((one) => isSeenAnew({ ...one, lat: one.lat + 0.001 }, Date.now()));
                  const one = units[0];
                  const other = one.status === 'busy' ? 'patrol' : 'busy';
                  return [isAnySeen, isSeenAnew({ ...one, status: other }, Date.now())];
                })
                """
            )
        }
        #expect(try await seen(8) == [false, true])
        #expect(try await seen(17) == [true, true])
    }

    /// Names of streets are written once for the view, and none lies on another.
    private func names(_ page: Browser) async throws {
        let _: Bool = try await page.run(
            "const one = [...patrollink.state.units.values()][0]; patrollink.map.setView([one.lat, one.lon], 16, { animate: false }); return true"
        )
        try await page.wait(
            "names of streets",
            "return import('/map/names.js').then(({ written }) => written.length > 3)"
        )
        let isFree: Bool = try await page.run(
            """
            return import('/map/names.js').then(({ written }) => written.every((one, i) => written.every((other, j) =>
              i >= j || (one.name !== other.name ? Math.hypot(one.middle[0] - other.middle[0], one.middle[1] - other.middle[1]) > 8 : Math.hypot(one.middle[0] - other.middle[0], one.middle[1] - other.middle[1]) >= 320))))
            """
        )
        #expect(isFree)
    }

    @Test("layers are switched and stay so, a distance is measured, and a double click zooms and opens nothing")
    func tools() async throws {
        try await Chain.withFleet(2) { chain in
            try await Browser.onPage(of: chain, units: 2) { page in
                try await page.click("#layers-open")
                try await page.click("[data-layer=names]")
                try await page.wait(
                    "no names",
                    "return import('/map/names.js').then(({ written }) => written.length === 0)"
                )
                try await page.open("http://127.0.0.1:\(chain.http)/")
                try await page.wait("the page again", "return !!window.patrollink && patrollink.state.isLive")
                #expect(try await page.run("return document.querySelector('[data-layer=names]').checked") == false)
                #expect(try await page.run("return document.querySelector('[data-layer=plan]').checked") == true)
                try await page.click("#measure")
                let _: Bool = try await page.run(
                    """
                    for (const lat of [40.02, 40.03]) { patrollink.map.fire('click', { latlng: L.latLng(lat, 116.55), containerPoint: L.point(0, 0) }); }
                    return true
                    """
                )
                #expect(try await page.text("#measure") == "1.11 km")
                try await page.press("\u{E00C}")
                #expect(try await page.text("#measure") == "Measure")
                let zoom: Double = try await page.run("return patrollink.map.getZoom()")
                let spot: [Int] = try await page.run(
                    "const box = document.getElementById('map').getBoundingClientRect(); return [Math.round(box.left + box.width * 0.7), Math.round(box.top + box.height * 0.8)]"
                )
                let _: Bool = try await page.run(
                    """
                    const target = document.elementFromPoint(\(spot[0]), \(spot[1]));
                    for (const kind of ["mousedown", "mouseup", "click", "mousedown", "mouseup", "click", "dblclick"]) {
                      target.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true, view: window, clientX: \(spot[0]), clientY: \(spot[1]) }));
                    }
                    return true
                    """
                )
                try await page.wait("a nearer map", "return patrollink.map.getZoom() > \(zoom)")
                // Longer than a click waits for its second half.
                try await page.wait("a moment", "return new Promise((done) => { setTimeout(() => done(true), 400); })")
                #expect(try await page.run("return document.getElementById('form').open") == false)
                try await page.press(x: spot[0], y: spot[1], milliseconds: 20)
                try await page.wait("the drawer, by one click", "return document.getElementById('form').open")
            }
        }
    }

    @Test("roads stand out from the ground, from near and far, by day, by night and on the wall", .chain(.room))
    func contrast() async throws {
        let chain = try Chain.current
        try await Browser.onPage(of: chain, units: 0) { page in
            let weak: [String] = try await page.run(
                """
                const { colour } = await import('/map/base.js');
                const bright = (name) => {
                  const parts = colour(name).match(/[0-9a-f]{2}|[0-9a-f]/gi).map((one) => parseInt(one.padEnd(2, one), 16) / 255);
                  const [r, g, b] = parts.map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
                  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                };
                // Web Content Accessibility Guidelines 2.2, contrast ratio.
                const ratio = (a, b) => { const [low, high] = [bright(a), bright(b)].sort((x, y) => x - y); return (high + 0.05) / (low + 0.05); };
                const weak = [];
                for (const look of ['day', 'night', 'wall']) {
                  document.body.classList.remove('night', 'wall');
                  if (look !== 'day') { document.body.classList.add(look); }
                  // From nearby a road has a case around it: one of both stands out.
                  for (const kinds of [['road', 'road-case'], ['road-main', 'road-main-case'], ['road-far'], ['road-main-far']]) {
                    const most = Math.max(...kinds.map((kind) => ratio(kind, 'land')));
                    if (!(most >= 1.6)) { weak.push(`${look} ${kinds[0]} ${most.toFixed(2)}`); }
                  }
                }
                return weak;
                """
            )
            #expect(weak.isEmpty, "\(weak)")
        }
    }

    @Test("the first view asks for the map once, where it stays, and after the units")
    func firstView() async throws {
        try await Chain.withFleet(3) { chain in
            try await Browser.onPage(of: chain, units: 3) { page in
                try await page.wait(
                    "the map",
                    "const all = [...document.querySelectorAll('.leaflet-tile')]; return all.length > 0 && all.every((one) => one.isWhole)"
                )
                // The thread that paints fetches for itself: what it is asked for says what it fetches.
                try await page.tell(
                    "Page.addScriptToEvaluateOnNewDocument",
                    """
                    {"source": "window.asked = []; const post = Worker.prototype.postMessage; \
                    Worker.prototype.postMessage = function (message) { if (message.job) { window.asked.push({ ...message.job.place, at: performance.now() }); } return post.call(this, message); };"}
                    """
                )
                try await page.open("http://127.0.0.1:\(chain.http)/")
                try await page.wait(
                    "the map again",
                    "const all = [...document.querySelectorAll('.leaflet-tile')]; return all.length > 0 && all.every((one) => one.isWhole)"
                )
                let asked: [String] = try await page.run(
                    """
                    const plan = performance.getEntriesByType('resource').find((one) => one.name.endsWith('/plan'));
                    const isLate = window.asked.every((one) => one.at > plan.startTime);
                    return [...new Set(window.asked.map((one) => one.z))].map(String).concat(String(isLate),
                      String(window.asked.length === new Set(window.asked.map((one) => `${one.z}/${one.x}/${one.y}`)).size));
                    """
                )
                #expect(asked.count == 3 && asked.dropFirst() == ["true", "true"], "\(asked)")
            }
            for (path, status) in [
                ("13/3900/3062?detail=16", 400), ("13/3900/3062?detail=12", 400), ("13/3900/3062?zoom=1", 400),
                ("13/3900/3062?format=png", 400),
                ("13/3900/3062?detail=14", 200),
            ] {
                #expect(try await chain.room.ask("GET", "/api/v1/roads/\(path)").status == status, "\(path)")
            }
        }
    }

    @Test("the map is painted beside the page, anew by night, not again by who comes back; without a thread as well")
    func painting() async throws {
        try await Chain.withFleet(1) { chain in
            try await Browser.onPage(of: chain, units: 1) { page in
                let whole =
                    "const all = [...document.querySelectorAll('.leaflet-tile')]; return all.length > 0 && all.every((one) => one.isWhole)"
                try await page.wait("the map", whole)
                // The middle of the window's brightest tile, as a browser shows it: 0 to 255.
                let brightness = """
                    const tile = [...document.querySelectorAll('.leaflet-tile')].find((one) => one.drawn?.includes('water'));
                    if (!tile) { return false; }
                    const copy = Object.assign(document.createElement('canvas'), { width: 64, height: 64 }).getContext('2d');
                    copy.drawImage(tile, 0, 0, 64, 64);
                    const all = copy.getImageData(0, 0, 64, 64).data;
                    let [sum, count] = [0, 0];
                    for (let i = 0; i < all.length; i += 4) { if (all[i + 3] > 128) { sum += all[i] + all[i + 1] + all[i + 2]; count += 3; } }
                    """
                let day: Double = try await page.run(brightness + "return count > 30 ? sum / count : -1")
                #expect(day > 120, "\(day)")
                try await page.click("#night")
                try await page.wait("the map by night", brightness + "return count > 30 && sum / count < 110")
                // Who keeps the night on has it in the replay, too, from its first picture.
                try await page.open("http://127.0.0.1:\(chain.http)/replay")
                try await page.wait("the replay's map", whole)
                try await page.wait(
                    "the replay's map by night",
                    within: .seconds(20),
                    brightness + "return count > 30 && sum / count < 110"
                )
                try await page.open("http://127.0.0.1:\(chain.http)/")
                try await page.wait(
                    "the map by night again",
                    within: .seconds(60),
                    brightness + "return count > 30 && sum / count < 110"
                )
                try await page.click("#night")
                try await page.wait("the map by day", brightness + "return count > 30 && sum / count > 120")
                try await page.wait("all of the map by day", whole)
                let again: String = try await page.run(
                    """
                    const map = patrollink.map;
                    const whole = () => [...document.querySelectorAll('.leaflet-tile')].every((one) => one.isWhole);
                    const until = async (holds) => { for (let i = 0; i < 250 && !holds(); i += 1) { await new Promise((done) => setTimeout(done, 50)); } return holds(); };
                    const [zoom, first] = [map.getZoom(), new Set(document.querySelectorAll('.leaflet-tile'))];
                    map.setZoom(zoom + 3, { animate: false });
                    await until(() => ![...document.querySelectorAll('.leaflet-tile')].some((one) => first.has(one)) && whole());
                    const asked = [];
                    const post = Worker.prototype.postMessage;
                    Worker.prototype.postMessage = function (message) { if (message.job) { asked.push(JSON.stringify(message.job.place)); } return post.call(this, message); };
                    map.setZoom(zoom, { animate: false });
                    const isBack = await until(() => [...document.querySelectorAll('.leaflet-tile')].some((one) => first.has(one)) && whole());
                    return isBack ? asked.join(" ") : "none of them is there";
                    """
                )
                #expect(again.isEmpty, "what was seen before is shown as it was: \(again)")
                try await page.tell(
                    "Page.addScriptToEvaluateOnNewDocument",
                    #"{"source": "window.tried = 0; window.Worker = function () { window.tried += 1; throw new Error('none'); };"}"#
                )
                try await page.open("http://127.0.0.1:\(chain.http)/")
                try await page.wait(
                    "the map without a thread",
                    "return window.tried > 0 && [...document.querySelectorAll('.leaflet-tile')].some((one) => one.drawn?.includes('water'))"
                )
            }
        }
    }

    @Test("a link to an open incident ends where the incident is, not where all units are")
    func link() async throws {
        struct Incident: Decodable { let id: String }
        try await Chain.withFleet(3) { chain in
            try await Browser.onPage(of: chain, units: 3) { page in
                let place: [Double] = try await page.run(
                    "const one = [...patrollink.state.units.values()][0]; return [one.lat + 0.003, one.lon + 0.004]"
                )
                let body = #"{"category":"theft","priority":2,"lat":\#(place[0]),"lon":\#(place[1])}"#
                let opened = try await chain.room.ask("POST", "/api/v1/incidents", body: body)
                #expect(opened.status == 201, "\(opened.text)")
                let id = try opened.decode(Incident.self).id
                try await page.open("http://127.0.0.1:\(chain.http)/?incident=\(id)")
                try await page.wait(
                    "the map around the incident",
                    within: .seconds(60),
                    """
                    if (!window.patrollink || patrollink.view.incident !== '\(id)' || patrollink.state.units.size < 3) { return false; }
                    const all = [...document.querySelectorAll('.leaflet-tile')];
                    if (!all.length || !all.every((one) => one.isWhole)) { return false; }
                    const [spot, size] = [patrollink.map.latLngToContainerPoint([\(place[0]), \(place[1])]), patrollink.map.getSize()];
                    return Math.hypot(spot.x - size.x / 2, spot.y - size.y / 2) < 40;
                    """
                )
            }
        }
    }

    @Test("the river and the parks of the town lie under its roads, out of tiles of the room")
    func ground() async throws {
        try await Chain.withFleet(1) { chain in
            try await Browser.onPage(of: chain, units: 1) { page in
                try await page.wait(
                    "tiles of the ground",
                    "return [...document.querySelectorAll('.leaflet-tile')].some((one) => ['water', 'green', 'road'].every((name) => one.drawn?.includes(name)))"
                )
                let found: [String] = try await page.run(
                    """
                    const { readTile } = await import('/map/tiles.js');
                    const page = await (await fetch('/api/v1/page')).json();
                    const [south, west] = page.bounds[0];
                    const [north, east] = page.bounds[1];
                    const z = page.ground.max_zoom;
                    const column = (lon) => Math.floor((lon + 180) / 360 * 2 ** z);
                    const row = (lat) => Math.floor((1 - Math.asinh(Math.tan(lat * Math.PI / 180)) / Math.PI) / 2 * 2 ** z);
                    const seen = new Set();
                    for (let x = column(west); x <= column(east); x += 1) { for (let y = row(north); y <= row(south); y += 1) {
                      const layers = readTile(await (await fetch(`/api/v1/ground/${z}/${x}/${y}`)).arrayBuffer());
                      for (const [name, layer] of Object.entries(layers)) { for (const one of layer.features) { seen.add(`${name} ${one.type} ${one.kind ?? ''}`.trim()); } }
                    } }
                    return [...seen].sort()
                    """
                )
                #expect(found == ["green 3 park", "water 3", "waterway 2 river"])
                let isSame: Bool = try await page.run(
                    """
                    const { readTile } = await import('/map/tiles.js');
                    const one = [...patrollink.state.units.values()][0];
                    const z = 14;
                    const x = Math.floor((one.lon + 180) / 360 * 2 ** z);
                    const y = Math.floor((1 - Math.asinh(Math.tan(one.lat * Math.PI / 180)) / Math.PI) / 2 * 2 ** z);
                    const path = `/api/v1/roads/${z}/${x}/${y}?detail=15`;
                    const listed = (await (await fetch(path)).json()).map(([kind, name, points]) => `${kind} ${name} ${points}`);
                    const { road } = readTile(await (await fetch(`${path}&format=mvt`)).arrayBuffer());
                    const tiled = road.features.flatMap((one) => one.parts.map((points) => `${one.class} ${one.name ?? null} ${points}`));
                    return listed.length > 5 && JSON.stringify(listed.sort()) === JSON.stringify(tiled.sort());
                    """
                )
                #expect(isSame, "the roads as JSON and as a vector tile")
                let spoilt: String = try await page.run(
                    """
                    const { readTile } = await import('/map/tiles.js');
                    try { readTile(new Uint8Array([0x1a, 0xff, 0x01, 0x00]).buffer); return 'read'; } catch (error) { return error.name; }
                    """
                )
                #expect(spoilt == "RangeError")
            }
            let plain = try await RoomClient(port: chain.http).ask("GET", "/api/v1/ground/14/1/1")
            #expect(plain.status == 406 && plain.text.contains("Accept-Encoding: gzip"))
            let far = try await RoomClient(port: chain.http).ask("GET", "/api/v1/ground/23/1/1")
            #expect(far.status == 404)
        }
    }
}
