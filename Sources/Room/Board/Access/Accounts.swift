import PatrolWire
import Threading

/// What somebody may do, each more than the one before.
package enum Role: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    /// Sees everything.
    case viewer
    /// Sends units, calls the roll.
    case dispatcher
    /// Changes the plan, sees the audit.
    case chief
    /// Manages accounts.
    case admin

    /// Orders roles, the smallest first.
    package static func < (lhs: Role, rhs: Role) -> Bool {
        (Self.allCases.firstIndex(of: lhs) ?? 0) < (Self.allCases.firstIndex(of: rhs) ?? 0)
    }
}

/// Who makes a request.
package struct Identity: Sendable, Hashable {
    /// The account's name.
    package let name: String
    /// What it may do.
    package let role: Role

    /// Creates an identity.
    package init(name: String, role: Role) { (self.name, self.role) = (name, role) }
}

/// The people who may use the board.
///
/// On this machine alone nobody has to log in: whoever can reach it there is at the machine already.
package enum Accounts: Sendable {
    /// Everybody on this machine, under one name.
    case thisMachine(Identity)
    /// Who logs in.
    case login(Sessions)
}
