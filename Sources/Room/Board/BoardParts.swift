package import Dispatching
import Ground
package import GroundMap
package import History
package import Incidents
package import Intake
package import Live
package import PatrolWire
package import People
package import Plan
package import Plans
package import Tasks
package import TimeToScene
import Units

/// All that the board is put together from; each route gets the few of them that it uses.
package struct BoardParts: Sendable {
    /// The live table.
    package var units: UnitTable
    /// The units on the roads.
    package var places: UnitPlaces
    /// The incidents.
    package var desk: IncidentDesk
    /// The roll calls.
    package var rollCalls: RollCallDesk
    /// The closures.
    package var closures: ClosureDesk
    /// The people.
    package var register: RegisterDesk
    /// What somebody is to do.
    package var tasks: TaskDesk
    /// Texts for single units.
    package var notices: NoticeDesk
    /// The roads.
    package var estimator: TimeToScene
    /// Water, green, buildings and names under the roads; `nil` where the map was imported without.
    package var ground: GroundFile?
    /// What came in.
    package var meter: IntakeMeter
    /// The records.
    package var history: History
    /// What the room did.
    package var casebook: Casebook
    /// The patrol plan.
    package var plans: PlanHolder
    /// What changes.
    package var feed: LiveFeed
    /// What does not work.
    package var health: RoomHealth
    /// The stations of the room.
    package var stations: [Name]
    /// The teams that the roll can be called of.
    package var teams: [Team]
    /// Visits that are wanted a week, by role.
    package var targets: [String: Double]
    /// Local time.
    package var zone: LocalZone
    /// The people of the board and their roles.
    package var accounts: Accounts
    /// When each of the room's own certificates ends, s since 1970 UTC, by what it is for.
    package var certificates: @Sendable () -> [String: Int] = { [:] }
    /// How many seals of tracks came to what; empty where nobody looks at them.
    package var seals: @Sendable () -> [String: Int] = { [:] }
    /// ms since 1970 UTC.
    package var now: @Sendable () -> Int64

    /// Creates the parts.
    package init(
        units: UnitTable,
        places: UnitPlaces,
        desk: IncidentDesk,
        rollCalls: RollCallDesk,
        closures: ClosureDesk,
        register: RegisterDesk,
        tasks: TaskDesk,
        notices: NoticeDesk,
        estimator: TimeToScene,
        meter: IntakeMeter,
        history: History,
        casebook: Casebook,
        plans: PlanHolder,
        feed: LiveFeed,
        health: RoomHealth,
        stations: [Name],
        teams: [Team],
        targets: [String: Double],
        zone: LocalZone,
        accounts: Accounts,
        ground: GroundFile? = nil,
        certificates: @escaping @Sendable () -> [String: Int] = { [:] },
        seals: @escaping @Sendable () -> [String: Int] = { [:] },
        now: @escaping @Sendable () -> Int64
    ) {
        (self.units, self.places, self.desk, self.rollCalls) = (units, places, desk, rollCalls)
        (self.closures, self.estimator, self.meter, self.history) = (closures, estimator, meter, history)
        (self.casebook, self.plans, self.feed, self.stations) = (casebook, plans, feed, stations)
        (self.zone, self.accounts, self.now) = (zone, accounts, now)
        self.targets = targets
        (self.teams, self.health, self.register, self.tasks) = (teams, health, register, tasks)
        (self.notices, self.ground, self.certificates, self.seals) = (notices, ground, certificates, seals)
    }
}
