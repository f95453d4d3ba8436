package import Logging
import Threading

/// How many may come in.
package struct DoorSettings: Sendable, Hashable {
    /// Connections in all.
    package var connections: Int
    /// Connections of one address, or of one IPv6 network.
    package var perAddress: Int
    /// Proxies on whose word an address is taken; they count for all that come through them.
    package var trustedProxies: Set<String>
    /// How long each stage of a connection may take.
    package var limits = ConnectionWatch.Limits()

    /// Creates settings.
    package init(connections: Int = 1_000, perAddress: Int = 100, trustedProxies: Set<String> = []) {
        (self.connections, self.perAddress) = (connections, perAddress)
        self.trustedProxies = trustedProxies
    }

    /// An address in the form in which they are compared; `nil` for a text that is no address.
    package static func address(_ text: String) -> String? { Address.canonical(text) }

    /// Descriptors that stay for the broker, the stores, and the system's own threads.
    private static let reserve = 256

    /// The settings as far as a process can keep them.
    ///
    /// - Parameter descriptors: How many descriptors it may have open.
    /// - Returns: The settings with as many connections as leave some for the rest.
    package func fitting(descriptors: Int) -> DoorSettings {
        var fitting = self
        fitting.connections = min(self.connections, max(descriptors - Self.reserve, descriptors / 4))
        return fitting
    }
}

/// Counts open connections, and decides which new ones are accepted.
package final class Door: Sendable {
    /// What a connection may do.
    enum Answer: Sendable, Hashable {
        case welcome
        /// There is no room for it, but it can still be told so.
        case full
        /// There is not even room for that.
        case shut
    }

    private struct State: Sendable {
        var inside = 0
        var told = 0
        var byAddress: [String: Int] = [:]
        var turnedAway = 0
        var lastWord: Int64 = .min / 2
    }

    /// So many that find the house full are told so, each for two seconds at most.
    private static let mostTold = 32
    /// Between two lines about a full house, ms.
    private static let silence: Int64 = 60_000

    let settings: DoorSettings
    private let state = Locked(State())
    private let logger: Logger

    /// Opens the door.
    package init(_ settings: DoorSettings, logger: Logger) { (self.settings, self.logger) = (settings, logger) }

    /// How many connections there are, and how many were turned away so far.
    package var counts: (inside: Int, turnedAway: Int) { self.state.withLock { ($0.inside, $0.turnedAway) } }

    private func most(_ address: String) -> Int {
        if self.settings.trustedProxies.contains(address) { return self.settings.connections }
        // The machine's own programs share one address; others still find a quarter of the places.
        return Address.isThisMachine(address)
            ? max(self.settings.perAddress, self.settings.connections / 4 * 3) : self.settings.perAddress
    }

    /// A connection came; each ``Answer`` but `shut` is followed by ``leave(_:_:)``.
    func enter(_ address: String, at now: Int64) -> Answer {
        let group = Address.group(address)
        let most = self.most(address)
        let (answer, word) = self.state.withLock { state -> (Answer, Int?) in
            if state.inside < self.settings.connections, state.byAddress[group, default: 0] < most {
                state.inside += 1
                state.byAddress[group, default: 0] += 1
                return (.welcome, nil)
            }
            state.turnedAway += 1
            let isNews = now - state.lastWord >= Self.silence
            if isNews { state.lastWord = now }
            guard state.told < Self.mostTold else { return (.shut, isNews ? state.inside : nil) }
            state.told += 1
            return (.full, isNews ? state.inside : nil)
        }
        if let word {
            self.logger.warning(
                "\(word) connections are open, and \(address) gets no more: 'http' sets 'connections' and 'per_address'"
            )
        }
        return answer
    }

    /// A connection is over.
    func leave(_ address: String, _ answer: Answer) {
        let group = Address.group(address)
        self.state.withLock { state in
            switch answer {
            case .welcome:
                state.inside -= 1
                let rest = state.byAddress[group, default: 1] - 1
                state.byAddress[group] = rest > 0 ? rest : nil
            case .full: state.told -= 1
            case .shut: break
            }
        }
    }
}
