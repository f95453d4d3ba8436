/// Why no positions come; none of it is an error that ends anything: the source keeps trying.
package enum PositionTrouble: Error, Sendable, Hashable, CustomStringConvertible {
    /// gpsd cannot be reached at `endpoint`.
    case unreachable(endpoint: String, reason: String)

    /// gpsd closed a session that was open.
    case lost(endpoint: String)

    /// gpsd is there, and has said nothing for so many seconds.
    case silent(endpoint: String, seconds: Int)

    /// What happened, and to what.
    package var description: String {
        switch self {
        case .unreachable(let endpoint, let reason): "gpsd at \(endpoint) cannot be reached: \(reason)"
        case .lost(let endpoint): "gpsd at \(endpoint) closed the session"
        case .silent(let endpoint, let seconds): "gpsd at \(endpoint) has said nothing for \(seconds) s"
        }
    }

    /// What the person at the vehicle does, if anything.
    package var recovery: String {
        switch self {
        case .unreachable: "run 'systemctl status gpsd.socket' and compare the address with the profile; trying on"
        case .lost: "a new session is being opened; if it repeats, look at gpsd's log"
        case .silent: "check the receiver's cable and DEVICES in /etc/default/gpsd; waiting on"
        }
    }
}
