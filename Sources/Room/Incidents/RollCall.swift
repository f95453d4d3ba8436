import Cases
package import Units

/// A roll call (点名): which units were asked, and what each answered when.
package struct RollCall: Case, Hashable {
    package static let kind = "rollcall"

    /// What became of one unit.
    package enum Result: String, Sendable, Hashable, Codable {
        /// Asked, time is not over.
        case waiting
        /// In time and where it belongs.
        case answered
        /// After the time.
        case late
        /// Not at all.
        case silent
        /// In time, but not where it belongs.
        case outside
    }

    /// One unit that was asked.
    package struct Member: Sendable, Hashable, Codable {
        /// Station.
        package let station: String
        /// Device.
        package let device: String
        /// Call sign.
        package let unit: String
        /// When the device answered by itself, ms since 1970 UTC.
        package internal(set) var deviceAnswered: Int64?
        /// When the officer answered.
        package internal(set) var officerAnswered: Int64?
        /// Where it was then, degrees.
        package internal(set) var latitude: Double?
        /// Where it was then, degrees.
        package internal(set) var longitude: Double?
        /// Whether that was inside the grid it answers for; `nil` when no grid is its own.
        package internal(set) var isInside: Bool?

        /// Creates a member that has not answered.
        package init(station: String, device: String, unit: String) {
            (self.station, self.device, self.unit) = (station, device, unit)
        }

        /// The device's name in the room.
        package var id: UnitID? { UnitID(station: self.station, device: self.device) }
    }

    /// Id, unique in this room.
    package let id: String
    /// When, ms since 1970 UTC.
    package let started: Int64
    /// Until when an answer is in time, ms since 1970 UTC.
    package let deadline: Int64
    /// Who called; `schedule` or `chance` when nobody did.
    package let actor: String
    /// Whether the officer has to answer, and not the device alone.
    package let needsOfficer: Bool
    /// All units that were asked, by station and device.
    package internal(set) var members: [Member]
    /// Changes so far.
    package internal(set) var version = 1

    /// Creates a roll call.
    package init(
        id: String,
        started: Int64,
        seconds: Double,
        actor: String,
        needsOfficer: Bool,
        members: [Member]
    ) {
        (self.id, self.started, self.actor, self.needsOfficer) = (id, started, actor, needsOfficer)
        self.deadline = started + Int64(seconds * 1_000)
        self.members = members.sorted { ($0.station, $0.device) < ($1.station, $1.device) }
    }

    package var began: Int64 { self.started }

    /// Nothing: late answers are taken by what is in memory, and count for the record only.
    package var isPending: Bool { false }

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - device: The device that answers.
    ///   - station: Its station.
    ///   - isOfficer: Whether the officer gave it.
    ///   - time: When, ms since 1970 UTC.
    ///   - place: Where, degrees.
    ///   - isInside: Whether that is where it belongs; `nil` when it belongs nowhere.
    /// - Returns: Whether anything changed.
    package mutating func answer(
        _ device: String,
        of station: String,
        isOfficer: Bool,
        at time: Int64,
        place: (latitude: Double, longitude: Double)?,
        isInside: Bool?
    ) -> Bool {
        guard let index = self.members.firstIndex(where: { $0.device == device && $0.station == station }) else {
            return false
        }
        let before = self.members[index]
        let time = max(time, self.started)
        if isOfficer {
            self.members[index].officerAnswered = min(time, before.officerAnswered ?? .max)
        } else {
            self.members[index].deviceAnswered = min(time, before.deviceAnswered ?? .max)
        }
        if before.latitude == nil || isOfficer, let place {
            (self.members[index].latitude, self.members[index].longitude) = place
            self.members[index].isInside = isInside
        }
        guard self.members[index] != before else { return false }
        self.version += 1
        return true
    }

    /// What became of a unit at a time, ms since 1970 UTC.
    package func result(of member: Member, at now: Int64) -> Result {
        guard let answered = self.needsOfficer ? member.officerAnswered : member.deviceAnswered else {
            return now < self.deadline ? .waiting : .silent
        }
        if answered > self.deadline { return .late }
        return member.isInside == false ? .outside : .answered
    }

    /// Whether nothing is expected any more.
    package func isOver(at now: Int64) -> Bool { now >= self.deadline }
}
