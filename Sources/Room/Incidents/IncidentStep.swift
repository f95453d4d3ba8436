/// What may be done to an incident.
package enum IncidentStep: Sendable, Hashable {
    /// A unit is sent.
    case assign(UnitToSend)
    /// A unit is called back; `station` is needed where two stations have a device of that name on the incident.
    case recall(device: String, station: String? = nil)
    /// The incident is not one.
    case cancel(reason: String?)
    /// All is done.
    case close(Incident.Disposition)
    /// It was not done after all.
    case reopen
    /// Something more is known.
    case amend(Amendment)
    /// Something remains to be done.
    case follow(Incident.FollowUp)
    /// What remained was done.
    case followed
    /// Somebody takes care of an alarm.
    case take(alarm: String)
    /// A device did something, or the room saw that it did; `station` as for a recall.
    case device(String, station: String? = nil, DeviceStep, at: Int64)

    /// A unit that is to be sent.
    package struct UnitToSend: Sendable, Hashable {
        /// Station of the unit.
        package let station: String
        /// Device.
        package let device: String
        /// Call sign.
        package let unit: String
        /// Id of the command that will carry the order.
        package let order: String
        /// The unit that is soonest, as the dispatcher saw it.
        package let offered: [Assignment.Offer]
        /// What is estimated of this one.
        package let forecast: Assignment.Forecast?

        /// Creates one.
        package init(
            station: String,
            device: String,
            unit: String,
            order: String,
            offered: [Assignment.Offer],
            forecast: Assignment.Forecast?
        ) {
            (self.station, self.device, self.unit, self.order) = (station, device, unit, order)
            (self.offered, self.forecast) = (offered, forecast)
        }
    }

    /// What more is known; what is `nil` stays.
    package struct Amendment: Sendable, Hashable, Codable {
        /// What kind.
        package var category: String?
        /// The upper level of a new ``category``: the desk knows it.
        package internal(set) var group: String?
        /// 1 to 4.
        package var priority: Int?
        /// The place in words.
        package var place: String?
        /// What the caller said.
        package var note: String?

        /// Creates one.
        package init(category: String? = nil, priority: Int? = nil, place: String? = nil, note: String? = nil) {
            (self.category, self.priority, self.place, self.note) = (category, priority, place, note)
        }
    }

    /// What a device does with an order.
    package enum DeviceStep: Sendable, Hashable {
        /// It has the order.
        case delivered
        /// The officer goes.
        case accepted
        /// The officer cannot go.
        case declined(reason: String)
        /// It drives.
        case departed
        /// It is there.
        case arrived
        /// It is done.
        case cleared

        var name: String {
            switch self {
            case .delivered: "delivered"
            case .accepted: "accepted"
            case .declined: "declined"
            case .departed: "enroute"
            case .arrived: "scene"
            case .cleared: "cleared"
            }
        }
    }
}

/// Why a step is not possible now.
package struct IncidentRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of refusal.
    package enum Kind: Sendable, Hashable {
        /// There is no such thing.
        case unknown
        /// Somebody or something was faster.
        case conflict
        /// It makes no sense.
        case invalid
    }

    /// What kind.
    package let kind: Kind
    /// Why, for a page that says it in its own language.
    package enum Reason: String, Sendable, Hashable, CaseIterable {
        /// Somebody has changed the incident meanwhile: `actor`.
        case changed
        /// The unit is on its way to another incident: `actor`, `unit`, `incident`.
        case sentElsewhere = "sent_elsewhere"
        /// The unit is on its way to this one already: `actor`, `unit`.
        case sentAlready = "sent_already"
        /// The unit was not sent to it, or is there no more: `unit`.
        case notSent = "not_sent"
        /// It has ended: `state`.
        case ended
        /// It is open already.
        case open
        /// Nothing remains to be done for it.
        case nothingLeft = "nothing_left"
        /// Somebody has taken the alarm: `actor`.
        case alarmTaken = "alarm_taken"
    }

    /// What is wrong, in a sentence for the dispatcher.
    package let description: String
    /// Why; `nil` for what only a program can have got wrong.
    package let reason: Reason?
    /// What the reason names.
    package let names: [String: String]

    /// Creates a refusal.
    package init(_ kind: Kind, _ description: String, _ reason: Reason? = nil, _ names: [String: String] = [:]) {
        (self.kind, self.description, self.reason, self.names) = (kind, description, reason, names)
    }
}
