import Testing
import Threading

@Suite("Queues of the console and the chain")
struct QueueTests {
    @Test("clients take turns, and who has too much waiting is refused alone")
    func turns() {
        var queue = TurnQueue<String>(mostOfEach: 3)
        let taken = [("a1", 1), ("a2", 1), ("a3", 1), ("a4", 1), ("b1", 2), ("c1", 3), ("b2", 2)].map {
            element,
            client in
            queue.add(element, of: client)
        }
        #expect(taken == [true, true, true, false, true, true, true])
        queue.forget(3)
        var order: [String] = []
        while let (_, element) = queue.next() { order.append(element) }
        #expect(order == ["a1", "b1", "a2", "b2", "a3"])
    }

    @Test("what is urgent goes first and is never pushed out; positions go for what counts more")
    func urgent() {
        var queue = UrgentQueue<String>(limit: 3)
        let came: [(String, UrgentQueue<String>.Rank, goes: String?)] = [
            ("order", .refusable, nil), ("p1", .replaceable, nil), ("p2", .replaceable, nil), ("sos", .urgent, nil),
            ("p3", .replaceable, "p1"), ("input", .kept, "p2"), ("ask", .refusable, "p3"),
            ("ask again", .refusable, "ask again"), ("p4", .replaceable, "p4"), ("stop", .kept, nil),
        ]
        for (element, rank, goes) in came {
            let gone = queue.add(element, rank)
            #expect(gone == goes, "\(element)")
        }
        var order: [String] = []
        while let element = queue.next() { order.append(element) }
        #expect(order == ["sos", "order", "input", "ask", "stop"])
    }

    @Test("what is handed over one at a time arrives whole, and the consumer ends when it is closed")
    func handover() async {
        let handover = Handover(UrgentQueue<Int>(limit: 100_000))
        let consumer = Task {
            var seen: [Int] = []
            while let number = await handover.next({ $0.next() }) { seen.append(number) }
            return seen
        }
        await withTaskGroup(of: Void.self) { group in
            for part in 0..<4 {
                group.addTask { for number in 0..<5_000 { _ = handover.add { $0.add(part * 5_000 + number, .kept) } } }
            }
        }
        handover.close()
        #expect(await consumer.value.sorted() == Array(0..<20_000))
        let late = handover.add { $0.add(1, .kept) }
        #expect(late == nil)
    }

    @Test("a consumer that is cancelled stops waiting")
    func cancelled() async {
        let handover = Handover(UrgentQueue<Int>(limit: 1))
        let consumer = Task { await handover.next { $0.next() } }
        consumer.cancel()
        #expect(await consumer.value == nil)
    }
}
