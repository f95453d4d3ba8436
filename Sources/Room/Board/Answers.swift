import Dispatching
import Ground
import Hummingbird
import Live
import PatrolWire
import TimeToScene
import Units

/// A place in an answer.
struct PlaceAnswer: Codable, Sendable {
    var lat: Double
    var lon: Double
}

/// The position in a unit's answer: the record's own keys, and its age.
struct PositionAnswer: Encodable, Sendable {
    let lat: Double
    let lon: Double
    let acc: Double?
    let alt: Double?
    let spd: Double?
    let cog: Double?
    let mode: Int?
    let sat: Int?
    let src: String?
    let t: Int64
    let tq: String
    let seq: Int64
    let log: String
    let ageSeconds: Double?

    private enum CodingKeys: String, CodingKey {
        case lat, lon, acc, alt, spd, cog, mode, sat, src, t, tq, seq, log
        case ageSeconds = "age_s"
    }

    init?(_ unit: Unit, now: Int64) {
        guard let record = unit.position, let lat = record.latitude, let lon = record.longitude else { return nil }
        self.lat = lat
        self.lon = lon
        self.acc = record.accuracy
        self.alt = record.altitude
        self.spd = record.speed
        self.cog = record.course
        self.mode = record.mode
        self.sat = record.satellites
        self.src = record.source?.rawValue
        self.t = record.time
        self.tq = record.timeQuality.rawValue
        self.seq = record.sequence
        self.log = record.log
        self.ageSeconds = unit.positionAge(at: now)?.rounded(decimals: 1)
    }
}

/// A unit, as `GET units` has it.
struct UnitAnswer: Encodable, Sendable {
    let station: String
    let device: String
    let unit: String
    let status: String?
    let online: Bool
    let profile: String?
    let version: String?
    let position: PositionAnswer?
    /// Service numbers of the officers who are signed in.
    let officers: [String]?
    let ign: Bool?
    let camera: Bool?
    let light: Bool?
    let siren: Bool?
    let bat: Double?
    let gnss: String?
    let grids: [String]?
    let line: LinePosition?
    let health: DeviceHealth?
    let trouble: [String]

    init(_ unit: Unit, now: Int64) {
        self.station = unit.station.text
        self.device = unit.device.text
        self.unit = unit.callSign
        self.status = unit.status?.rawValue
        self.online = unit.isOnline
        self.profile = unit.state?.profile
        self.version = unit.state?.version
        self.position = PositionAnswer(unit, now: now)
        let facts = unit.facts
        (self.officers, self.ign, self.camera) = (facts.officers, facts.ignition, facts.camera)
        (self.light, self.siren, self.bat) = (facts.light, facts.siren, facts.battery)
        self.gnss = facts.reception?.rawValue
        (self.grids, self.line, self.health) = (unit.position?.grids, unit.position?.line, unit.health)
        self.trouble = unit.troubles.map(\.rawValue)
    }
}

/// `GET units`.
struct UnitsAnswer: Encodable, Sendable {
    let at: Int64
    let units: [UnitAnswer]
}

/// A unit that could go.
struct CandidateAnswer: Encodable, Sendable {
    let station: String
    let device: String
    let unit: String
    let status: String?
    let online: Bool
    let seconds: Double?
    let p90: Double?
    let p10: Double?
    /// The chance to be there within 1, 3 and 5 minutes.
    let chances: [Double]?
    /// Whether it might as well be the first.
    let tied: Bool
    let metres: Double?
    let snappedMetres: Double?
    let ageSeconds: Double?
    let reason: String?
    let trouble: [String]
    /// Share of all road, 0…1, that nobody else reaches within 3 minutes; `nil` while that is not known.
    ///
    /// It is what sending the unit away costs.
    let coverageLost: Double?
    /// The way of one of the first three, longitude before latitude.
    let line: [[Double]]?

    private enum CodingKeys: String, CodingKey {
        case station, device, unit, status, online, seconds, p90, p10, tied, metres, reason, trouble, line
        case coverageLost = "coverage_lost"
        case chances = "within_1_3_5_min"
        case snappedMetres = "snapped_m"
        case ageSeconds = "age_s"
    }

    init(_ candidate: Candidates.Candidate, losses: [String: Double]? = nil, line: [Coordinate]? = nil) {
        self.station = candidate.unit.station.text
        self.device = candidate.unit.device.text
        self.unit = candidate.unit.callSign
        self.status = candidate.unit.status?.rawValue
        self.online = candidate.unit.isOnline
        self.seconds = candidate.estimate?.journey?.seconds.rounded(decimals: 1)
        self.p90 = candidate.estimate?.journey?.p90.rounded(decimals: 1)
        self.p10 = candidate.estimate?.journey?.p10.rounded(decimals: 1)
        self.chances = candidate.estimate?.journey.map { journey in
            [60, 180, 300].map { journey.chance(within: $0).rounded(decimals: 3) }
        }
        self.tied = candidate.isTied
        self.metres = candidate.estimate?.journey?.metres.rounded(decimals: 0)
        self.snappedMetres = candidate.estimate?.snapped?.rounded(decimals: 1)
        self.ageSeconds = candidate.age?.rounded(decimals: 1)
        self.reason = candidate.reason?.rawValue
        self.trouble = candidate.unit.troubles.map(\.rawValue)
        self.coverageLost = losses.map { ($0["\(candidate.unit.id)"] ?? 0).rounded(decimals: 4) }
        self.line = line?.map { [$0.longitude.rounded(decimals: 6), $0.latitude.rounded(decimals: 6)] }
    }
}

/// `GET incidents/{id}/candidates`.
struct CandidatesAnswer: Encodable, Sendable {
    let incident: String
    let scene: PlaceAnswer
    let profile: String
    let at: Int64
    /// Whether no road is near the scene, and times are those of a straight line.
    let straight: Bool
    let units: [CandidateAnswer]
    let belowLine: [CandidateAnswer]

    private enum CodingKeys: String, CodingKey {
        case incident, scene, profile, at, straight, units
        case belowLine = "below_line"
    }
}

/// `GET /healthz`.
struct HealthAnswer: Encodable, Sendable {
    let status: String
    let faults: [RoomHealth.Fault]
    /// Changes of incidents that the store has not taken yet.
    let unkept: Int
    let units: Int
    let messages: Int
    let records: Int
    let stored: Int
    let duplicates: Int
    let rejected: [String: Int]
    /// Records that could not be stored; their devices send them again.
    let notStored: Int
    /// Logs of devices of which the room has two records under one number.
    let forks: Int

    private enum CodingKeys: String, CodingKey {
        case status, faults, unkept, units, messages, records, stored, duplicates, rejected, forks
        case notStored = "not_stored"
    }
}
