import Ground
package import PatrolWire

/// What a unit is doing, and for whom: the officer's own word, and dispatches on top of it.
///
/// A pure value, kept over restarts. A dispatch covers what was there before and never wipes it: when it is cleared,
/// cancelled or declined, that comes back, be it the officer's own status or an earlier dispatch.
package struct UnitDuty: Sendable, Hashable, Codable {
    /// An order to go to an incident.
    package struct Dispatch: Sendable, Hashable, Codable {
        /// How far it has come.
        package enum Phase: String, Sendable, Hashable, Codable {
            /// Received, not yet answered.
            case offered
            /// Accepted, on the way.
            case enroute
            /// There.
            case scene
        }

        /// The incident's id.
        package let incident: String
        /// Where, degrees.
        package fileprivate(set) var latitude: Double
        /// Where, degrees.
        package fileprivate(set) var longitude: Double
        /// What the dispatcher wrote for the officer.
        package let text: String
        /// How far it has come.
        package fileprivate(set) var phase = Phase.offered

        /// Creates an order; `nil` where there is no such place.
        package init?(incident: String, latitude: Double, longitude: Double, text: String) {
            guard !incident.isEmpty, Coordinate(latitude: latitude, longitude: longitude) != nil else { return nil }
            (self.incident, self.latitude, self.longitude, self.text) = (incident, latitude, longitude, text)
        }
    }

    /// Who moved something on.
    package enum Mover: String, Sendable, Hashable, Codable {
        case officer, room, position
    }

    /// What may befall a duty.
    package enum Step: Sendable, Hashable {
        case say(UnitStatus)
        case checkin([String])
        case checkout([String])
        case dispatch(Dispatch)
        /// The incident is elsewhere by now.
        case redirect(Dispatch)
        case cancel(incident: String)
        case accept
        case decline(reason: String)
        case arrive(Mover)
        /// The officer came upon an incident and deals with it.
        case find(Dispatch)
        case clear
    }

    /// Why a step is not possible now.
    package struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        /// The reason, in a few words.
        package let description: String
    }

    /// Something to be recorded.
    package struct Change: Sendable, Hashable {
        /// The event that the change is told as.
        package let event: EventKind
        /// What belongs to it.
        package let data: [String: JSONValue]
    }

    /// What the officer said last.
    package private(set) var own = UnitStatus.patrol
    /// Numbers of the officers checked in.
    package private(set) var officers: [String] = []
    /// Orders, the newest last.
    package private(set) var dispatches: [Dispatch] = []

    /// Creates the duty of a unit that is on patrol: without a word from an officer it is free.
    package init() {}

    /// What the unit is doing.
    package var status: UnitStatus {
        switch self.current?.phase {
        case .enroute: .enroute
        case .scene: .scene
        case .offered, nil: self.own
        }
    }

    /// The order that is being followed.
    package var current: Dispatch? { self.dispatches.last { $0.phase != .offered } }

    /// The order that waits for an answer.
    package var offered: Dispatch? { self.dispatches.last { $0.phase == .offered } }

    /// Takes a step.
    ///
    /// - Returns: What is to be recorded, in order.
    /// - Throws: ``Refusal``; then nothing changed.
    package mutating func take(_ step: Step) throws(Refusal) -> [Change] {
        let before = self.status
        var changes: [Change]
        let by: Mover
        switch step {
        case .say(let status): (changes, by) = (self.say(status), .officer)
        case .checkin(let officers): (changes, by) = (try self.checkin(officers), .officer)
        case .checkout(let officers): (changes, by) = (try self.checkout(officers), .officer)
        case .dispatch(let dispatch): (changes, by) = (try self.offer(dispatch), .room)
        case .redirect(let dispatch): (changes, by) = (try self.redirect(dispatch), .room)
        case .cancel(let incident): (changes, by) = (try self.cancel(incident), .room)
        case .accept: (changes, by) = (try self.accept(), .officer)
        case .decline(let reason): (changes, by) = (try self.decline(reason), .officer)
        case .arrive(let mover): (changes, by) = (try self.arrive(mover), mover)
        case .find(let dispatch): (changes, by) = (try self.find(dispatch), .officer)
        case .clear: (changes, by) = (try self.clear(), .officer)
        }
        if self.status != before {
            changes.append(
                Change(
                    event: .unitStatus,
                    data: [
                        "from": .string(before.rawValue), "to": .string(self.status.rawValue),
                        "by": .string(by.rawValue),
                    ]
                )
            )
        }
        return changes
    }

    private mutating func say(_ status: UnitStatus) -> [Change] {
        self.own = status
        return []
    }

    private mutating func checkin(_ officers: [String]) throws(Refusal) -> [Change] {
        let new = officers.filter { !$0.isEmpty && !self.officers.contains($0) }
        guard !new.isEmpty else { throw Refusal(description: "nobody new: name an officer who is not checked in") }
        self.officers += new
        if self.own == .off { self.own = .patrol }
        return [Change(event: .unitCheckin, data: self.officerData(new))]
    }

    private mutating func checkout(_ officers: [String]) throws(Refusal) -> [Change] {
        let gone = officers.isEmpty ? self.officers : officers.filter(self.officers.contains)
        guard !gone.isEmpty else { throw Refusal(description: "nobody of that number is checked in") }
        self.officers.removeAll(where: gone.contains)
        if self.officers.isEmpty { self.own = .off }
        return [Change(event: .unitCheckout, data: self.officerData(gone))]
    }

    private func officerData(_ who: [String]) -> [String: JSONValue] {
        ["officers": .array(who.map { .string($0) }), "present": .array(self.officers.map { .string($0) })]
    }

    private mutating func offer(_ dispatch: Dispatch) throws(Refusal) -> [Change] {
        guard !self.dispatches.contains(where: { $0.incident == dispatch.incident }) else {
            throw Refusal(description: "already has an order to \(dispatch.incident)")
        }
        self.dispatches.append(dispatch)
        return [self.change(.dispatchReceived, dispatch)]
    }

    private mutating func find(_ dispatch: Dispatch) throws(Refusal) -> [Change] {
        guard !self.dispatches.contains(where: { $0.incident == dispatch.incident }) else {
            throw Refusal(description: "has \(dispatch.incident) already")
        }
        var found = dispatch
        found.phase = .scene
        self.dispatches.append(found)
        return [self.change(.incidentFound, found)]
    }

    private mutating func redirect(_ dispatch: Dispatch) throws(Refusal) -> [Change] {
        guard let index = self.dispatches.firstIndex(where: { $0.incident == dispatch.incident }) else {
            throw Refusal(description: "has no order to \(dispatch.incident)")
        }
        (self.dispatches[index].latitude, self.dispatches[index].longitude) = (dispatch.latitude, dispatch.longitude)
        return []
    }

    private mutating func cancel(_ incident: String) throws(Refusal) -> [Change] {
        guard let index = self.dispatches.firstIndex(where: { $0.incident == incident }) else {
            throw Refusal(description: "has no order to \(incident)")
        }
        self.dispatches.remove(at: index)
        return []
    }

    private mutating func accept() throws(Refusal) -> [Change] {
        guard let index = self.dispatches.lastIndex(where: { $0.phase == .offered }) else {
            throw Refusal(description: "no order waits for an answer")
        }
        var dispatch = self.dispatches.remove(at: index)
        dispatch.phase = .enroute
        self.dispatches.append(dispatch)
        return [self.change(.dispatchAccepted, dispatch)]
    }

    private mutating func decline(_ reason: String) throws(Refusal) -> [Change] {
        guard let index = self.dispatches.lastIndex(where: { $0.phase == .offered }) else {
            throw Refusal(description: "no order waits for an answer")
        }
        let dispatch = self.dispatches.remove(at: index)
        return [self.change(.dispatchDeclined, dispatch, more: ["reason": .string(reason)])]
    }

    private mutating func arrive(_ mover: Mover) throws(Refusal) -> [Change] {
        guard let index = self.dispatches.lastIndex(where: { $0.phase == .enroute }) else {
            throw Refusal(description: "not on the way to anything")
        }
        self.dispatches[index].phase = .scene
        return [self.change(.dispatchArrived, self.dispatches[index], more: ["by": .string(mover.rawValue)])]
    }

    private mutating func clear() throws(Refusal) -> [Change] {
        guard let index = self.dispatches.lastIndex(where: { $0.phase != .offered }) else {
            throw Refusal(description: "no order is being followed")
        }
        return [self.change(.dispatchCleared, self.dispatches.remove(at: index))]
    }

    private func change(_ event: EventKind, _ dispatch: Dispatch, more: [String: JSONValue] = [:]) -> Change {
        Change(event: event, data: more.merging(["incident": .string(dispatch.incident)]) { _, new in new })
    }
}
