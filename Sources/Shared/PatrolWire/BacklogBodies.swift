extension Backlog {
    /// The bytes of each record of a backlog message, as its device wrote them: keys that this version does not know included.
    ///
    /// - Parameter message: The message; it was read already, so it is JSON.
    /// - Returns: A body a record, and the place of all of them; `nil` when the message is spelt so that they cannot be told apart.
    static func bodies(in message: [UInt8]) -> (bodies: [[UInt8]], range: Range<Int>)? {
        let name = Array("records".utf8)
        var (depth, bodies): (Int, [[UInt8]]) = (0, [])
        var (range, lists) = (0..<0, 0)
        // The last text of the message itself, which is a key when a colon follows.
        var (key, isRecords, start) = (0..<0, false, 0)
        var place = 0
        while place < message.count {
            switch message[place] {
            case UInt8(ascii: "\""):
                let begin = place + 1
                place = begin
                while place < message.count, message[place] != UInt8(ascii: "\"") {
                    place += message[place] == UInt8(ascii: "\\") ? 2 : 1
                }
                if depth == 1, place < message.count { key = begin..<place }
            case UInt8(ascii: ":") where depth == 1: isRecords = message[key].elementsEqual(name)
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                if depth == 1, isRecords { (range, lists) = (place + 1..<place + 1, lists + 1) }
                if depth == 2, isRecords { start = place }
                depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                guard depth >= 0 else { return nil }
                if depth == 2, isRecords { bodies.append(Array(message[start...place])) }
                if depth == 1, isRecords { (range, isRecords) = (range.lowerBound..<place, false) }
            default: break
            }
            place += 1
        }
        // Between the records of a list there are commas and nothing else; what stands there else is for the decoder to refuse.
        return depth == 0 && lists == 1 && Self.isList(message[range], of: bodies) ? (bodies, range) : nil
    }

    private static func isList(_ text: ArraySlice<UInt8>, of bodies: [[UInt8]]) -> Bool {
        bodies.allSatisfy { $0.first == UInt8(ascii: "{") }
            && text.elementsEqual(bodies.joined(separator: [UInt8(ascii: ",")]))
    }
}
