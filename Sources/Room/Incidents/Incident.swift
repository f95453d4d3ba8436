import Cases
package import Ground
package import Units

/// Something that units are needed for, from the call to the last unit that left.
///
/// Times are ms since 1970 UTC by the room's clock, except what a device saw: that is when it happened there.
package struct Incident: Case, Hashable {
    package static let kind = "incident"

    /// How far the response has come: as far as its furthest unit.
    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case received, assigned, accepted, enroute, scene
        /// Every unit that was there has left, and nobody has closed it yet.
        case awaiting
        case cleared, cancelled

        /// Whether nothing more is expected.
        package var isEnded: Bool { self == .cleared || self == .cancelled }
    }

    /// What the caller says, and what the dispatcher makes of it.
    package struct Report: Sendable, Hashable, Codable {
        /// Where, degrees.
        package var latitude: Double
        /// Where, degrees.
        package var longitude: Double
        /// The place in words.
        package var place: String?
        /// What kind: the lower level of the station's ``Categories``.
        package var category: String?
        /// The upper level; `nil` where the station has none for it.
        package internal(set) var group: String?
        /// 1 (at once) to 4 (when somebody is free).
        package var priority: Int
        /// What the caller said.
        package var note: String?

        /// Creates a report.
        package init(
            latitude: Double,
            longitude: Double,
            place: String? = nil,
            category: String? = nil,
            priority: Int = 2,
            note: String? = nil
        ) {
            (self.latitude, self.longitude, self.place) = (latitude, longitude, place)
            (self.category, self.priority, self.note) = (category, priority, note)
        }
    }

    /// How it ended.
    package struct Disposition: Sendable, Hashable, Codable {
        /// A code such as `settled`, or the dispatcher's own words.
        package var result: String
        /// Whether it was handed to mediation.
        package var isReferred: Bool
        /// What else there is to say.
        package var note: String?

        /// Creates a disposition.
        package init(result: String, isReferred: Bool, note: String? = nil) {
            (self.result, self.isReferred, self.note) = (result, isReferred, note)
        }
    }

    /// An officer's call for help (SOS) that made this incident.
    package struct Distress: Sendable, Hashable, Codable {
        /// Station of the device.
        package let station: String
        /// Device.
        package let device: String
        /// Call sign.
        package let unit: String
        /// When the officer called, ms since 1970 UTC.
        package let since: Int64
        /// When the room heard of it, ms since 1970 UTC.
        package let heard: Int64
        /// When the incident's place was measured, ms since 1970 UTC; `nil` while the device has no place.
        package internal(set) var placed: Int64?

        /// Later than this, ms, a call was not heard at once: it waited on the device.
        private static let prompt: Int64 = 60_000

        /// The device's name in the room.
        package var id: UnitID? { UnitID(station: self.station, device: self.device) }

        /// Whether it waited on the device before the room could hear it.
        package var isLate: Bool { self.heard - self.since > Self.prompt }
    }

    /// A unit that came upon an incident and deals with it.
    package struct Finder: Sendable, Hashable, Codable {
        /// Station of the device.
        package let station: String
        /// Device.
        package let device: String
        /// Call sign.
        package let unit: String
    }

    /// What is still to be done when the units have left.
    package struct FollowUp: Sendable, Hashable, Codable {
        /// What remains to be done.
        package var text: String
        /// Whose it is.
        package var owner: String
        /// Until when.
        package var due: Int64
        /// When it was done; `nil` while it is open.
        package var done: Int64?

        /// Creates a follow-up.
        package init(text: String, owner: String, due: Int64, done: Int64?) {
            (self.text, self.owner, self.due, self.done) = (text, owner, due, done)
        }
    }

    /// Who did what and when.
    package struct Entry: Sendable, Hashable, Codable {
        /// When it happened, ms since 1970 UTC.
        package let time: Int64
        /// The account or device that did it.
        package let actor: String
        /// What was done, in one word.
        package let what: String
        /// To which unit, or in which words.
        package let text: String?
    }

    /// Id, unique in this room.
    package let id: String
    /// The station whose units go.
    package let station: String?
    /// What it is.
    package internal(set) var report: Report
    /// When the room received it.
    package let received: Int64
    /// Who entered it.
    package let actor: String
    /// How far it has come.
    package internal(set) var state = State.received
    /// The units that were sent.
    package internal(set) var assignments: [Assignment] = []
    /// How it ended.
    package internal(set) var disposition: Disposition?
    /// What remains to be done.
    package internal(set) var followUp: FollowUp?
    /// The call for help that it is; `nil` for any other incident.
    package internal(set) var distress: Distress?
    /// The unit that came upon it by itself; `nil` for one that the room was told of.
    package internal(set) var finder: Finder?
    /// Alarms that somebody took: the alarm's name and who.
    package internal(set) var taken: [String: String] = [:]
    /// All steps, in order.
    package internal(set) var entries: [Entry] = []
    /// Changes so far; a change to an older version is refused, and says so.
    package internal(set) var version = 1
    /// When the last change was.
    package internal(set) var changed: Int64

    init(
        id: String,
        station: String?,
        report: Report,
        received: Int64,
        actor: String,
        distress: Distress? = nil,
        finder: Finder? = nil
    ) {
        (self.id, self.station, self.report, self.distress, self.finder) = (id, station, report, distress, finder)
        (self.received, self.actor, self.changed) = (received, actor, received)
        if let finder { self.begin(finder, at: received) }
    }

    /// The order that stands for a unit which came upon the incident; `nil` where none did.
    package var ownOrder: String? { self.finder == nil ? nil : "\(self.id)-own" }

    /// The finder is on the spot from the beginning: nobody sent it, and nothing was estimated.
    private mutating func begin(_ finder: Finder, at time: Int64) {
        var own = Assignment(
            station: finder.station,
            device: finder.device,
            unit: finder.unit,
            order: "\(self.id)-own",
            actor: finder.device,
            assigned: time,
            offered: [],
            rank: nil,
            forecast: nil
        )
        (own.delivered, own.accepted, own.departed, own.arrived) = (time, time, time, time)
        (self.assignments, self.state) = ([own], .scene)
    }

    package var began: Int64 { self.received }

    /// Until it has ended and what remained was done.
    package var isPending: Bool { !self.state.isEnded || (self.followUp.map { $0.done == nil } ?? false) }

    /// Where; `nil` while an officer calls for help from a device that has never had a position.
    package var scene: Coordinate? {
        if let distress, distress.placed == nil { return nil }
        return Coordinate(latitude: self.report.latitude, longitude: self.report.longitude)
    }

    /// The first arrival, ms since 1970 UTC.
    package var firstArrival: Int64? { self.assignments.compactMap(\.arrived).min() }
}

/// One unit on its way to an incident.
package struct Assignment: Sendable, Hashable, Codable {
    /// A unit that was offered to the dispatcher.
    package struct Offer: Sendable, Hashable, Codable {
        /// Device.
        package let device: String
        /// Median, s.
        package let seconds: Double

        /// Creates an offer.
        package init(device: String, seconds: Double) { (self.device, self.seconds) = (device, seconds) }
    }

    /// What was estimated.
    package struct Forecast: Sendable, Hashable, Codable {
        /// Median, s.
        package let seconds: Double
        /// One of ten is sooner, s.
        package let p10: Double
        /// One of ten is later, s.
        package let p90: Double
        /// By road, metres.
        package let metres: Double

        /// Creates a forecast.
        package init(seconds: Double, p10: Double, p90: Double, metres: Double) {
            (self.seconds, self.p10, self.p90, self.metres) = (seconds, p10, p90, metres)
        }
    }

    /// Station of the unit.
    package let station: String
    /// Device.
    package let device: String
    /// Call sign.
    package let unit: String
    /// Id of the command that carries the order.
    package let order: String
    /// Who sent it.
    package let actor: String
    /// When the unit was sent, ms since 1970 UTC.
    package let assigned: Int64
    /// The first five that were offered then, soonest first.
    package let offered: [Offer]
    /// Which of them was taken, from 1 on; `nil` when it was none of them.
    package let rank: Int?
    /// What was estimated then.
    package let forecast: Forecast?
    /// When the device had the order.
    package internal(set) var delivered: Int64?
    /// When the officer accepted.
    package internal(set) var accepted: Int64?
    /// When it drove off.
    package internal(set) var departed: Int64?
    /// When it was there.
    package internal(set) var arrived: Int64?
    /// When it was done.
    package internal(set) var cleared: Int64?
    /// When it was called back, or said no.
    package internal(set) var ended: Int64?
    /// Why it said no.
    package internal(set) var refusal: String?

    /// Whether the unit is still on it.
    package var isActive: Bool { self.cleared == nil && self.ended == nil }

    /// How far it has come.
    package var state: Incident.State {
        if self.ended != nil { return .cancelled }
        if self.cleared != nil { return .cleared }
        if self.arrived != nil { return .scene }
        if self.departed != nil { return .enroute }
        return self.accepted != nil ? .accepted : .assigned
    }

    /// The device's name in the room.
    package var id: UnitID? { UnitID(station: self.station, device: self.device) }
}
