package import Cases
import PatrolWire

/// Something of the personnel register; it is taken back, never deleted, so that what was done keeps its names.
package protocol Entry: Case, Hashable {
    /// Where the register has the entries of this type, by id.
    static var table: WritableKeyPath<Register, [String: Self]> { get }
    /// When the entry was made, ms since 1970 UTC.
    var began: Int64 { get set }
    /// When it was taken back, ms since 1970 UTC; `nil` while it holds.
    var left: Int64? { get set }
    /// Changes so far.
    var version: Int { get set }
    /// What is wrong with the entry by itself; `nil` when nothing is.
    var fault: String? { get }
}

extension Entry {
    /// The register is read whole at each start, and so all of it is, what was taken back too.
    package var isPending: Bool { true }

    /// Whether it says the same as another, changes left aside.
    package func isSame(as other: Self) -> Bool {
        var (one, two) = (self, other)
        (one.version, two.version, one.began, two.began) = (0, 0, 0, 0)
        return one == two
    }
}

/// Somebody who works for the station.
package struct Officer: Entry {
    package static var table: WritableKeyPath<Register, [String: Officer]> { \.officers }
    package static let kind = "officer"

    /// What somebody is.
    package enum Role: String, Sendable, Hashable, Codable, CaseIterable {
        /// 民警.
        case police
        /// 辅警.
        case auxiliary
        /// 警务助理.
        case assistant
        /// 网格员.
        case grid
        /// 义警 and other volunteers.
        case volunteer
        /// Whoever is none of these.
        case other
    }

    /// Service number: what an officer signs in with.
    package var number: String
    /// Name.
    package var name: String
    /// What somebody is.
    package var role: Role
    /// Rank, in the station's own words.
    package var rank: String?
    /// The team's id.
    package var team: String?
    /// Call sign.
    package var callSign: String?
    /// Telephone.
    package var phone: String?
    /// When the entry was made, ms since 1970 UTC.
    package var began: Int64
    /// When the officer left, ms since 1970 UTC; `nil` for one who is there.
    package var left: Int64?
    /// Changes so far.
    package var version: Int

    /// Creates an officer.
    package init(
        number: String,
        name: String,
        role: Role,
        rank: String? = nil,
        team: String? = nil,
        callSign: String? = nil,
        phone: String? = nil,
        began: Int64 = 0,
        left: Int64? = nil,
        version: Int = 1
    ) {
        (self.number, self.name, self.role, self.rank) = (number, name, role, rank)
        (self.team, self.callSign, self.phone) = (team, callSign, phone)
        (self.began, self.left, self.version) = (began, left, version)
    }

    private enum CodingKeys: String, CodingKey {
        case number, name, role, rank, team, phone, began, left, version
        case callSign = "call_sign"
    }

    /// The number.
    package var id: String { self.number }

    /// What is wrong with the entry by itself; `nil` when nothing is.
    package var fault: String? {
        if !PersonID.isValid(self.number) {
            return "'number' must be \(PersonID.rule), not '\(self.number.prefix(64))'"
        }
        if self.name.isEmpty || WireLimits.isTooLong(self.name, WireLimits.name) {
            return "'name' must have 1 to \(WireLimits.name) characters"
        }
        for (key, text) in [("rank", self.rank), ("call_sign", self.callSign), ("phone", self.phone)] {
            if let text, WireLimits.isTooLong(text, WireLimits.name) {
                return "'\(key)' must have at most \(WireLimits.name) characters"
            }
        }
        return nil
    }
}

/// Officers who work together: three or so to a group, some groups to a team, and their helpers.
package struct PoliceTeam: Entry {
    package static var table: WritableKeyPath<Register, [String: PoliceTeam]> { \.teams }
    package static let kind = "team"

    /// Id.
    package var id: String
    /// Name.
    package var name: String
    /// The team that this is a group of; `nil` for one that stands by itself.
    package var parent: String?
    /// Number of the officer who leads it.
    package var leader: String?
    /// Number of the officer who leads it when the leader does not.
    package var deputy: String?
    /// When the entry was made, ms since 1970 UTC.
    package var began: Int64
    /// When it was dissolved, ms since 1970 UTC.
    package var left: Int64?
    /// Changes so far.
    package var version: Int

    /// Creates a team.
    package init(
        id: String,
        name: String,
        parent: String? = nil,
        leader: String? = nil,
        deputy: String? = nil,
        began: Int64 = 0,
        left: Int64? = nil,
        version: Int = 1
    ) {
        (self.id, self.name, self.parent, self.leader) = (id, name, parent, leader)
        (self.deputy, self.began, self.left, self.version) = (deputy, began, left, version)
    }

    /// What is wrong with the entry by itself; `nil` when nothing is.
    package var fault: String? {
        if !PersonID.isValid(self.id) { return "'id' must be \(PersonID.rule), not '\(self.id.prefix(64))'" }
        if self.name.isEmpty || WireLimits.isTooLong(self.name, WireLimits.name) {
            return "'name' must have 1 to \(WireLimits.name) characters"
        }
        return self.parent == self.id ? "'parent' must be another team" : nil
    }
}

/// Whose a grid is: one officer and one helper from the community (一警务网格一民警一社区网格一辅警).
package struct Responsibility: Entry {
    package static var table: WritableKeyPath<Register, [String: Responsibility]> { \.responsibilities }
    package static let kind = "responsibility"

    /// The grid's id in the plan.
    package var grid: String
    /// Number of the officer.
    package var officer: String?
    /// Number of the helper.
    package var helper: String?
    /// When the entry was made, ms since 1970 UTC.
    package var began: Int64
    /// When it was taken back, ms since 1970 UTC.
    package var left: Int64?
    /// Changes so far.
    package var version: Int

    /// Creates one.
    package init(
        grid: String,
        officer: String? = nil,
        helper: String? = nil,
        began: Int64 = 0,
        left: Int64? = nil,
        version: Int = 1
    ) {
        (self.grid, self.officer, self.helper) = (grid, officer, helper)
        (self.began, self.left, self.version) = (began, left, version)
    }

    /// The grid.
    package var id: String { self.grid }

    /// What is wrong with the entry by itself; `nil` when nothing is.
    package var fault: String? {
        let isNamed = !self.grid.isEmpty && !WireLimits.isTooLong(self.grid, WireLimits.name)
        return isNamed ? nil : "'grid' must have 1 to \(WireLimits.name) characters"
    }
}

/// The rule for numbers and ids of people, teams and shifts: they stand in paths and tables.
package enum PersonID {
    /// The rule in words.
    package static let rule = "1 to 32 letters, digits, '.', '_' or '-'"

    /// Whether a text follows it.
    package static func isValid(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
    }
}
