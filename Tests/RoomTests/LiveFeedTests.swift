import Live
import PatrolWire
import Testing
import Units

@Suite("The feed of the pages")
struct LiveFeedTests {
    private func unit(_ device: String) throws -> LiveFeed.Key {
        .unit(try #require(UnitID(station: "jinzhan", device: device)))
    }

    @Test("a page that was slow gets each thing once, and nothing that it has")
    func slowPage() throws {
        let feed = LiveFeed(epoch: 7)
        let (_, start) = feed.changes(after: 0)
        for _ in 0..<100 { feed.touch(try self.unit("car-01")) }
        feed.touch(.alarms)
        let (keys, upTo) = feed.changes(after: start)
        let car = try self.unit("car-01")
        #expect(Set(keys) == [car, .alarms])
        #expect(keys.count == 2)
        let nothing = feed.changes(after: upTo)
        #expect(nothing.keys.isEmpty && nothing.upTo == upTo)
        feed.touch(.closures)
        #expect(feed.changes(after: upTo).keys == [.closures])
    }

    @Test("pages are counted while they look on")
    func pages() {
        let feed = LiveFeed(epoch: 7)
        feed.enter()
        feed.enter()
        feed.leave()
        #expect(feed.pages == 1)
    }
}
