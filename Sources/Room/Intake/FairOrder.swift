import BrokerLink

/// Puts the messages of a batch in an order in which no device waits for another's flood.
///
/// Each device's messages keep their order; devices take turns.
enum FairOrder {
    /// Returns portions of a batch, each of at most `size` messages.
    static func portions(of batch: [ReceivedMessage], size: Int) -> [[ReceivedMessage]] {
        guard batch.count > size else { return [batch] }
        var queues: [Substring: [ReceivedMessage]] = [:]
        var order: [Substring] = []
        for message in batch {
            // All but the last word of a topic names its device.
            let device = message.topic.lastIndex(of: "/").map { message.topic[..<$0] } ?? message.topic[...]
            if queues[device] == nil { order.append(device) }
            queues[device, default: []].append(message)
        }
        var portions: [[ReceivedMessage]] = [[]]
        var turn = 0
        while !order.isEmpty {
            order.removeAll { device in
                guard let queue = queues[device], turn < queue.count else { return true }
                if portions[portions.count - 1].count >= size { portions.append([]) }
                portions[portions.count - 1].append(queue[turn])
                return false
            }
            turn += 1
        }
        return portions
    }
}
