package import Dispatching
import Ground
package import History
package import Incidents
package import Intake
package import PatrolWire
package import Plan
package import Threading
package import TimeToScene
package import Units

/// All that the board shows and acts on.
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
    /// The roads.
    package var estimator: TimeToScene
    /// What came in.
    package var meter: IntakeMeter
    /// The records.
    package var history: History
    /// What the room did.
    package var casebook: Casebook
    /// The patrol plan.
    package var plans: any PlanDesk
    /// What changes.
    package var feed: LiveFeed
    /// Whether the broker of each station is there.
    package var links: Locked<[String: Bool]>
    /// What does not work.
    package var health: RoomHealth
    /// The stations of the room.
    package var stations: [Name]
    /// The teams that the roll can be called of.
    package var teams: [Team]
    /// Local time.
    package var zone: LocalZone
    /// The people of the board and their roles.
    package var accounts: Accounts
    /// ms since 1970 UTC.
    package var now: @Sendable () -> Int64

    /// Creates the parts.
    package init(
        units: UnitTable,
        places: UnitPlaces,
        desk: IncidentDesk,
        rollCalls: RollCallDesk,
        closures: ClosureDesk,
        estimator: TimeToScene,
        meter: IntakeMeter,
        history: History,
        casebook: Casebook,
        plans: any PlanDesk,
        feed: LiveFeed,
        links: Locked<[String: Bool]>,
        health: RoomHealth,
        stations: [Name],
        teams: [Team],
        zone: LocalZone,
        accounts: Accounts,
        now: @escaping @Sendable () -> Int64
    ) {
        (self.units, self.places, self.desk, self.rollCalls) = (units, places, desk, rollCalls)
        (self.closures, self.estimator, self.meter, self.history) = (closures, estimator, meter, history)
        (self.casebook, self.plans, self.feed, self.stations) = (casebook, plans, feed, stations)
        (self.links, self.zone, self.accounts, self.now) = (links, zone, accounts, now)
        (self.teams, self.health) = (teams, health)
    }
}

extension BoardParts {
    /// Writes down who looked at whose track or list.
    func note(_ what: String, of subject: String, _ context: BoardContext) throws {
        try self.casebook.note(
            Casebook.Deed(
                time: self.now(),
                actor: context.actor,
                origin: context.origin,
                what: what,
                subject: subject
            )
        )
    }
}

/// The patrol plan, and the means to replace it.
package protocol PlanDesk: Sendable {
    /// The plan in force; `nil` without one.
    var view: PlanView? { get }

    /// Puts another plan in force and sends it to the devices.
    ///
    /// - Throws: ``PlanRefusal`` when it cannot be; then the old one stays.
    func replace(with text: [UInt8]) throws(PlanRefusal)
}

/// Why a plan is not put in force.
package struct PlanRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// Whether the plan itself is wrong, and not the room.
    package let isFaulty: Bool
    /// What is wrong and what to do.
    package let description: String

    /// Creates a refusal.
    package init(isFaulty: Bool, _ description: String) { (self.isFaulty, self.description) = (isFaulty, description) }
}

/// The patrol plan as the board needs it.
package struct PlanView: Sendable {
    /// The plan.
    package let plan: PatrolPlan
    /// Its GeoJSON, in WGS 84.
    package let geoJSON: [UInt8]
    /// Which grid each piece of road belongs to, the finest; numbered as in the plan.
    package let areas: Reach.Areas

    /// Creates a view.
    package init(plan: PatrolPlan, geoJSON: [UInt8], areas: Reach.Areas) {
        (self.plan, self.geoJSON, self.areas) = (plan, geoJSON, areas)
    }
}

/// What the board closes and slows.
package actor ClosureDesk {
    private var closures: [Closure]
    private let casebook: Casebook
    private let changed: @Sendable ([Closure]) -> Void

    /// Creates a desk.
    package init(_ kept: [Closure], casebook: Casebook, changed: @escaping @Sendable ([Closure]) -> Void) {
        (self.closures, self.casebook, self.changed) = (kept, casebook, changed)
    }

    /// What holds at a time, ms since 1970 UTC.
    package func holding(at now: Int64) -> [Closure] { self.closures.filter { $0.holds(at: now) } }

    /// Begins a closure.
    func begin(_ closure: Closure, origin: String) throws {
        try self.save(closure, what: "close", actor: closure.actor, origin: origin, version: 1, now: closure.from)
        self.closures.append(closure)
        self.changed(self.closures)
    }

    /// Ends a closure before its time; `nil` when there is none.
    func lift(_ id: String, actor: String, origin: String, now: Int64) throws -> Closure? {
        guard let index = self.closures.firstIndex(where: { $0.id == id && !$0.isLifted }) else { return nil }
        var closure = self.closures[index]
        closure.isLifted = true
        try self.save(closure, what: "lift", actor: actor, origin: origin, version: 2, now: now)
        self.closures[index] = closure
        self.changed(self.closures)
        return closure
    }

    private func save(
        _ closure: Closure,
        what: String,
        actor: String,
        origin: String,
        version: Int,
        now: Int64
    ) throws {
        try self.casebook.save(
            Casebook.Item(
                kind: "closure",
                id: closure.id,
                time: closure.from,
                isOpen: !closure.isLifted,
                version: version,
                body: try jsonBytes(closure)
            ),
            Casebook.Deed(time: now, actor: actor, origin: origin, what: what, subject: closure.id)
        )
    }
}
