extension BrokerError {
    /// What an installer does about it.
    package var remedy: String {
        switch self {
        case .notConnected, .unreachable:
            "is there a network ('ip route'), does the name resolve ('getent hosts NAME'), is the broker's port open there, "
                + "and does its certificate bear the name that 'broker.host' gives?"
        case .refused:
            "was this machine put out, or its name given anew ('patrolctl pki list' in the command room)? enrol it again; "
                + "is its station among those that the broker knows ('patrolctl broker setup')?"
        case .credentials: "correct 'broker.tls'; an enrolment's bundle brings all three files"
        case .invalidMessage, .library: "report this line"
        }
    }
}
