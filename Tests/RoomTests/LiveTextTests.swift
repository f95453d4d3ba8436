import Dispatching
import FoundationEssentials
import Incidents
import Intake
import Ledger
import Live
import PatrolWire
import RoadMap
import Testing
import Threading
import TimeToScene
import Units

@testable import Board

@Suite("What a page is told of what changed")
struct LiveTextTests {
    /// A room with one station, without programs around it.
    private struct Room {
        let units: UnitTable
        let desk: IncidentDesk
        let feed: LiveFeed
        let health: RoomHealth
        let text: LiveText
        let clock: Locked<Int64>

        func hear(_ record: Record, from device: String = "car-01", isBacklog: Bool = false) throws {
            let id = try #require(UnitID(station: "jinzhan", device: device))
            let name = LogName(station: id.station, device: id.device, log: record.log)
            let stored = StoredRecord(record: record, body: [], received: record.time)
            let delivery = LogDelivery(name: name, records: [stored])
            self.units.apply(delivery, received: record.time, isBacklog: isBacklog)
            self.feed.touch(.unit(id))
        }

        /// The frame as a page reads it.
        func frame(after version: UInt64) async throws -> (page: Page, upTo: UInt64)? {
            guard let frame = try await self.text.frame(after: version) else { return nil }
            let text = String(decoding: frame.text, as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            // One event is two lines and an empty one: nothing that a device sends can begin another.
            #expect(lines.count == 4 && lines[2].isEmpty && lines[3].isEmpty)
            #expect(lines[0] == "id: 7-\(frame.upTo)" && lines[1].hasPrefix("data: "))
            let page = try JSONDecoder().decode(Page.self, from: Data(lines[1].dropFirst(6).utf8))
            return (page, frame.upTo)
        }
    }

    private struct Page: Decodable {
        struct Car: Decodable {
            let device: String
            let unit: String
            let grids: [String]?
        }
        struct Scene: Decodable {
            let id: String
            let note: String?
        }
        struct Health: Decodable { let status: String }

        let at: Int64
        let whole: Bool
        let units: [Car]?
        let incidents: [Scene]?
        let room: Health?
        let links: [String: Bool]?
    }

    private func withRoom(_ body: (Room) async throws -> Void) async throws {
        try await ASCIIMap("a-b-c").withNetwork { network in
            let store = MemoryStore()
            let clock = Locked<Int64>(1_000)
            let now: @Sendable () -> Int64 = { clock.withLock { $0 } }
            let feed = LiveFeed(epoch: 7)
            let (units, places) = (UnitTable(), UnitPlaces(network))
            let health = RoomHealth { feed.touch(.links) }
            let desk = IncidentDesk([], store: store, now: now) { feed.touch(.incident($0.id)) }
            let text = LiveText(
                units: units,
                places: places,
                desk: desk,
                rollCalls: RollCallDesk([], store: store, now: now, isInside: { _ in nil }, changed: { _ in }),
                closures: ClosureDesk([], store: store, now: now, changed: {}),
                estimator: TimeToScene(network, driving: .even),
                feed: feed,
                health: health,
                stations: [try #require(Name("jinzhan"))],
                now: now
            )
            try await body(
                Room(units: units, desk: desk, feed: feed, health: health, text: text, clock: clock)
            )
        }
    }

    @Test("a page that comes is told everything, one that stays what changed, and nothing when nothing did")
    func changes() async throws {
        try await self.withRoom { room in
            try room.hear(record(1, time: 1_000))
            try room.hear(record(1, time: 1_000, device: "car-02"), from: "car-02")
            let (all, first) = try #require(try await room.frame(after: 0))
            #expect(all.whole && all.units?.map(\.device).sorted() == ["car-01", "car-02"])
            #expect(all.incidents?.isEmpty == true && all.room?.status == "ok" && all.links == ["jinzhan": true])
            #expect(try await room.text.frame(after: first) == nil)
            try room.hear(record(2, time: 2_000))
            let (some, second) = try #require(try await room.frame(after: first))
            #expect(!some.whole && some.units?.map(\.device) == ["car-01"] && some.incidents == nil)
            #expect(try await room.text.frame(after: second) == nil)
            // A page that was away for both gets both at once.
            #expect(try await room.frame(after: 1)?.page.units?.count == 2)
        }
    }

    @Test("pages that came at different moments are told with one text, and one that was away does not make it longer")
    func shared() async throws {
        try await self.withRoom { room in
            let frames = LiveFrames(room.text)
            try room.hear(record(1, time: 1_000))
            let (_, early) = try #require(try await room.frame(after: 0))
            try room.hear(record(2, time: 2_000))
            let (_, late) = try #require(try await room.frame(after: 0))
            try room.hear(record(3, time: 3_000))
            let first = try #require(try await frames.frame(after: early))
            room.clock.withLock { $0 += 1 }
            let second = try #require(try await frames.frame(after: late))
            #expect(second.upTo == first.upTo && second.text == first.text)
            #expect(try await frames.frame(after: first.upTo) == nil)
            // From now on they are in step; the text says when it was made.
            try room.hear(record(4, time: 4_000))
            let told = try #require(try await frames.frame(after: first.upTo))
            room.clock.withLock { $0 += 1 }
            #expect(try await frames.frame(after: second.upTo)?.text == told.text)
            try room.hear(record(1, time: 1_000, device: "car-02"), from: "car-02")
            let own = try #require(try await frames.frame(after: 1))
            #expect(own.after == 1 && own.upTo > told.upTo)
            let next = try #require(try await frames.frame(after: told.upTo))
            #expect(next.after == told.upTo)
            // Many at once wait for one text.
            try room.hear(record(5, time: 5_000))
            let all = try await withThrowingTaskGroup(of: LiveFeed.Frame?.self) { group in
                for _ in 0..<20 { group.addTask { try await frames.frame(after: next.upTo) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(all.count == 20 && all.allSatisfy { $0?.upTo == all[0]?.upTo && $0?.after == next.upTo })
        }
    }

    @Test("whatever a device writes into its names, the frame stays one event of JSON")
    func hostile() async throws {
        try await self.withRoom { room in
            var hostile = record(1, time: 1_000)
            hostile.unit = "a\"}\n\nevent: beat\ndata: 0\u{1}\u{2028}\\"
            hostile.grids = ["g\"\r\n\u{0}", "\u{7F}</script>"]
            try room.hear(hostile)
            let page = try #require(try await room.frame(after: 0)).page
            #expect(page.units?.first?.unit == hostile.unit && page.units?.first?.grids == hostile.grids)
        }
    }

    @Test("an ended incident is shown for twelve hours more, one that is open as long as it is open")
    func ended() async throws {
        try await self.withRoom { room in
            func open(_ note: String) async throws -> Incident {
                try await room.desk.open(
                    Incident.Report(latitude: 41.15, longitude: -8.61, note: note),
                    station: nil,
                    actor: "li",
                    origin: "test"
                )
            }
            let (over, still) = (try await open("over"), try await open("still"))
            try await room.desk.take(.cancel(reason: nil), with: over.id, actor: "li", origin: "test")
            room.clock.withLock { $0 += 11 * 3_600_000 }
            let both = try #require(try await room.frame(after: 0)).page.incidents?.map(\.id)
            #expect(both.map(Set.init) == [over.id, still.id])
            room.clock.withLock { $0 += 2 * 3_600_000 }
            #expect(try #require(try await room.frame(after: 0)).page.incidents?.map(\.id) == [still.id])
        }
    }

    @Test("a broker that is gone is told to every page as it happens, with whose it is")
    func broker() async throws {
        try await self.withRoom { room in
            let (_, first) = try #require(try await room.frame(after: 0))
            room.health.note(.broker, station: Name("jinzhan"), detail: "gone", now: 1_000)
            let (down, second) = try #require(try await room.frame(after: first))
            #expect(down.room?.status == "degraded" && down.links == ["jinzhan": false])
            room.health.clear(.broker, station: Name("jinzhan"))
            let (up, _) = try #require(try await room.frame(after: second))
            #expect(up.room?.status == "ok" && up.links == ["jinzhan": true])
        }
    }
}
