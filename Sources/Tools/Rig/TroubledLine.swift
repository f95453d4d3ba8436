import Glibc
import SystemPackage
import Threading

/// A TCP line between a program and the broker that can be made bad: what a mobile network does, on loopback.
package final class TroubledLine: Sendable {
    /// What is wrong with the line.
    package enum Trouble: Sendable, Hashable {
        /// Nothing.
        case none
        /// Nothing gets through, and nobody is told: connections look open.
        case halfOpen
        /// Connections are closed as soon as they are made.
        case cut
        /// Bytes arrive so many milliseconds late; each packet resets its connection with this chance.
        case slow(milliseconds: Int64, resets: Double)
    }

    private struct State: Sendable {
        var trouble = Trouble.none
        var isOpen = true
        var connections = 0
        var resets = 0
    }

    private let listener: CInt
    private let target: UInt16
    private let state = Locked(State())
    private let wake: WakeEvent

    /// Where to connect to, instead of the target.
    package let port: UInt16

    /// Lays a line from a free loopback port to `target`.
    ///
    /// - Throws: ``RigError`` when there is no port to listen on; `OutOfDescriptors`.
    package init(to target: UInt16, seed: UInt64 = 1) throws {
        self.port = try FreePort.take(1)[0]
        self.target = target
        self.wake = try WakeEvent()
        self.listener = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        var address = loopback(port: self.port)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(self.listener, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isBound, listen(self.listener, 64) == 0 else {
            let reason = Errno(rawValue: errno).description
            Glibc.close(self.listener)
            throw RigError.system("listen on port \(self.port)", reason)
        }
        startThread("line") { [self] in self.carry(seed: seed) }
    }

    /// What is wrong with the line, from now on.
    package var trouble: Trouble {
        get { self.state.withLock { $0.trouble } }
        set {
            self.state.withLock { $0.trouble = newValue }
            self.wake.signal()
        }
    }

    /// Connections made and connections reset so far.
    package var counts: (connections: Int, resets: Int) { self.state.withLock { ($0.connections, $0.resets) } }

    /// Takes the line down, with all its connections.
    package func close() {
        self.state.withLock { $0.isOpen = false }
        self.wake.signal()
    }

    /// The thread's body: moves bytes both ways until the line is closed.
    private func carry(seed: UInt64) {
        var pairs: [LinePair] = []
        var random = ChanceSource(state: seed)
        while true {
            let (trouble, isOpen) = self.state.withLock { ($0.trouble, $0.isOpen) }
            guard isOpen else { break }
            if trouble == .cut {
                for pair in pairs { pair.reset() }
                pairs = []
            }
            var waiting = [
                pollfd(fd: self.wake.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: self.listener, events: Int16(POLLIN), revents: 0),
            ]
            for pair in pairs where trouble != .halfOpen {
                for end in pair.ends where !end.isFull {
                    waiting.append(pollfd(fd: end.source, events: Int16(POLLIN), revents: 0))
                }
            }
            let isBusy = trouble != .halfOpen && pairs.contains { $0.hasQueued }
            poll(&waiting, nfds_t(waiting.count), isBusy ? 2 : 100)
            if waiting[0].revents != 0 { self.wake.clear() }
            if waiting[1].revents != 0, let pair = self.accepted(while: trouble) { pairs.append(pair) }
            guard trouble != .halfOpen else { continue }
            let now = SystemClock.bootMilliseconds
            pairs.removeAll { pair in
                switch pair.move(trouble, now: now, chance: { random.next() }) {
                case .open: return false
                case .reset:
                    self.state.withLock { $0.resets += 1 }
                    pair.reset()
                    return true
                case .ended:
                    pair.close()
                    return true
                }
            }
        }
        for pair in pairs { pair.reset() }
        Glibc.close(self.listener)
    }

    private func accepted(while trouble: Trouble) -> LinePair? {
        let client = accept(self.listener, nil, nil)
        guard client >= 0 else { return nil }
        guard trouble != .cut, let server = LoopbackPort.connect(self.target) else {
            Glibc.close(client)
            return nil
        }
        self.state.withLock { $0.connections += 1 }
        return LinePair(client: client, server: server)
    }
}

/// Chances in 0..<1 from a seed (the generator is SplitMix64 of Steele, Lea and Flood, 2014).
private struct ChanceSource {
    var state: UInt64

    mutating func next() -> Double {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((mixed ^ (mixed >> 31)) >> 11) / Double(1 << 53)
    }
}
