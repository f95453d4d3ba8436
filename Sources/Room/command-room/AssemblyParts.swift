import Board
import BrokerLink
import History
import Intake
import Logging
import PatrolWire
import Program
import Threading
import Units

extension Assembly {
    /// A unit that has not reported for so long, ms, is not shown after a restart.
    private static let shown: Int64 = 24 * 3_600_000

    /// The units as they last reported: what a restart must not forget.
    func unitsOfBefore() async -> Units {
        var units = Units()
        do throws(HistoryError) {
            let since = SystemClock.wallMilliseconds - Self.shown
            for (station, device, records) in try await self.history.newest(since: since, kinds: UnitFacts.events)
            where self.configuration.stations.contains(station) {
                for item in records.sorted(by: { $0.record.sequence < $1.record.sequence }) {
                    units.apply(item.record, station: station, device: device, received: item.received)
                }
            }
        } catch {
            self.logger.error("What the units last reported cannot be read: \(error)")
        }
        return units
    }

    /// Who may use the board; a file that cannot be used ends the program now and not at the first login.
    func accounts() async throws -> Accounts {
        guard let file = self.configuration.accounts else {
            return .thisMachine(Identity(name: "local", role: .admin))
        }
        let book = AccountBook(file: file)
        let accounts = try book.accounts()
        let sessions = Sessions(
            isSecure: self.configuration.tls != nil,
            file: SessionFile(path: "\(self.configuration.state)/sessions.json"),
            logger: self.logger
        ) { [logger] name, password in
            await book.outcome(name: name, password: password, logger: logger)
        }
        // What changed while the room was down holds before the first request.
        await sessions.follow(accounts, now: SystemClock.wallMilliseconds)
        return .login(sessions)
    }

    /// One connection a station: each station's devices are told by a will of its own that the room is gone.
    func link(_ station: Name, _ started: Int64) -> BrokerLink {
        BrokerLink(
            BrokerLink.Configuration(
                address: self.configuration.broker,
                clientID: "command-room-\(station)",
                subscriptions: Intake.subscriptions(station),
                sessionExpiry: 3_600,
                backOff: BackOff(longest: .seconds(10))
            ),
            logger: self.logger,
            will: { try RoomPresence.message(station: station, online: false, since: started) }
        )
    }
}
