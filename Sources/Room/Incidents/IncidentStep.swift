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
    /// What is wrong, in a sentence for the dispatcher.
    package let description: String

    /// Creates a refusal.
    package init(_ kind: Kind, _ description: String) { (self.kind, self.description) = (kind, description) }
}
