extension Backlog {
    /// The bytes of each record of a backlog message, as its device wrote them: keys that this version does not know included.
    ///
    /// - Parameter message: The message; it was read already, so it is JSON.
    /// - Returns: A body a record; `nil` when the message is spelt so that they cannot be told apart.
    public static func bodies(in message: [UInt8]) -> [[UInt8]]? {
        let name = Array("records".utf8)
        var (depth, bodies): (Int, [[UInt8]]) = (0, [])
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
                if depth == 2, isRecords { start = place }
                depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                guard depth >= 0 else { return nil }
                if depth == 2, isRecords { bodies.append(Array(message[start...place])) }
                if depth == 1 { isRecords = false }
            default: break
            }
            place += 1
        }
        return depth == 0 ? bodies : nil
    }
}
