import Glibc

/// The two sockets of one connection over a ``TroubledLine``, and the bytes on their way.
final class LinePair {
    /// What a move came to.
    enum Outcome {
        case open
        case ended
        case reset
    }

    /// One direction.
    final class End {
        let source: CInt
        let sink: CInt
        private(set) var queued: [(due: Int64, bytes: [UInt8])] = []
        private var size = 0

        /// What a network keeps on its way.
        private static let capacity = 1 << 20

        init(source: CInt, sink: CInt) {
            self.source = source
            self.sink = sink
        }

        var isFull: Bool { self.size >= Self.capacity }

        func push(_ bytes: [UInt8], due: Int64) {
            self.queued.append((due, bytes))
            self.size += bytes.count
        }

        /// Sends what is due; returns whether the other side still takes it.
        func flush(now: Int64) -> Bool {
            while let first = self.queued.first, first.due <= now {
                let sent = send(self.sink, first.bytes, first.bytes.count, CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
                if sent < 0 { return errno == EAGAIN || errno == EINTR }
                self.size -= sent
                if sent == first.bytes.count {
                    self.queued.removeFirst()
                } else {
                    self.queued[0].bytes.removeFirst(sent)
                }
            }
            return true
        }
    }

    let ends: [End]

    init(client: CInt, server: CInt) {
        var yes: CInt = 1
        for socket in [client, server] {
            setsockopt(socket, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<CInt>.size))
        }
        self.ends = [End(source: client, sink: server), End(source: server, sink: client)]
    }

    var hasQueued: Bool { self.ends.contains { !$0.queued.isEmpty } }

    /// Reads what is there and sends what is due.
    func move(_ trouble: TroubledLine.Trouble, now: Int64, chance: () -> Double) -> Outcome {
        var delay: Int64 = 0
        var resets = 0.0
        if case .slow(let milliseconds, let share) = trouble { (delay, resets) = (milliseconds, share) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        for end in self.ends {
            if !end.isFull {
                let count = recv(end.source, &buffer, buffer.count, CInt(MSG_DONTWAIT))
                if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) {
                    // What is still on its way arrives, so far as the other side takes it.
                    _ = end.flush(now: .max)
                    return .ended
                }
                if count > 0 {
                    if resets > 0, chance() < resets { return .reset }
                    end.push(Array(buffer[..<count]), due: now + delay)
                }
            }
            if !end.flush(now: now) { return .ended }
        }
        return .open
    }

    /// Closes both sides.
    func close() { for end in self.ends { Glibc.close(end.source) } }

    /// Closes both sides at once, with a reset.
    func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        for end in self.ends {
            setsockopt(end.source, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        }
        self.close()
    }
}
