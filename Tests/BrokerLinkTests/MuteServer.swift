import Simulation

/// A TCP server that takes connections and never says a word.
struct MuteServer {
    private let line: ReceiverLine

    init(port: UInt16) throws { self.line = try ReceiverLine.tcp(port: port) }

    var connectionCount: Int { self.line.listenerCount }

    func close() { self.line.close() }
}
