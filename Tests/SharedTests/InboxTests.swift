import Testing
import Threading

@Suite("Inbox")
struct InboxTests {
    @Test("hands over everything from a thread, in order, and ends when closed", .timeLimit(.minutes(3)))
    func handsOver() async {
        let inbox = Inbox<Int>(limit: 10)
        startThread("test") {
            for number in 0..<10_000 { inbox.push(number) }
            inbox.close()
        }
        var received: [Int] = []
        while let batch = await inbox.nextBatch() { received += batch }
        #expect(received == Array(0..<10_000))
    }

    @Test("says when it is full")
    func full() {
        let inbox = Inbox<Int>(limit: 2)
        inbox.push(1)
        #expect(!inbox.isFull)
        inbox.push(2)
        #expect(inbox.isFull)
    }

    @Test("a cancelled consumer is let go", .timeLimit(.minutes(3)))
    func cancelled() async {
        let inbox = Inbox<Int>(limit: 2)
        let consumer = Task { await inbox.nextBatch() }
        consumer.cancel()
        #expect(await consumer.value == nil)
    }
}
