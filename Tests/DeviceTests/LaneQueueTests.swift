import Delivery
import Testing

@Suite("Live lane queue")
struct LaneQueueTests {
    @Test("events go before positions, in order; of positions only the newest goes")
    func order() {
        var queue = LaneQueue<String>()
        queue.offer(position: "p1")
        queue.offer(event: "e1")
        queue.offer(position: "p2")
        queue.offer(event: "e2")
        var sent: [String] = []
        while let next = queue.next() { sent.append(next.record) }
        #expect(sent == ["e1", "e2", "p2"])
        #expect(queue.isEmpty)
    }

    @Test("what could not be sent comes again, unless a newer position is there")
    func giveBack() {
        var queue = LaneQueue<String>()
        queue.giveBack("p1", isEvent: false)
        queue.offer(position: "p2")
        queue.giveBack("p1", isEvent: false)
        queue.offer(event: "e2")
        queue.giveBack("e1", isEvent: true)
        var sent: [String] = []
        while let next = queue.next() { sent.append(next.record) }
        #expect(sent == ["e1", "e2", "p2"])
    }

    @Test("keeps no more events than it may")
    func bounded() {
        var queue = LaneQueue<Int>(mostEvents: 3)
        for number in 0..<10 { queue.offer(event: number) }
        var sent: [Int] = []
        while let next = queue.next() { sent.append(next.record) }
        #expect(sent == [7, 8, 9])
    }
}
