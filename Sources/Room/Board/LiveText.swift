import Dispatching
import Ground
import Incidents
import Intake
import Live
import PatrolWire
import RoadMap
import RoadSearch
import Threading
import TimeToScene
import Units

/// What a page is told of what changed.
struct LiveText: Sendable {
    let units: UnitTable
    let places: UnitPlaces
    let desk: IncidentDesk
    let rollCalls: RollCallDesk
    let closures: ClosureDesk
    let estimator: TimeToScene
    let feed: LiveFeed
    let health: RoomHealth
    let stations: [Name]
    let now: @Sendable () -> Int64

    /// Ended incidents are shown so long, ms.
    private static let endedShown: Int64 = 12 * 3_600_000

    /// The text over the changes after a number; `nil` when there are none.
    func frame(after version: UInt64) async throws -> LiveFeed.Frame? {
        let (keys, upTo) = self.feed.changes(after: version)
        guard version == 0 || !keys.isEmpty else { return nil }
        let body = version == 0 ? try await self.everything() : try await self.some(keys)
        var text = Array("id: \(self.feed.epoch)-\(upTo)\ndata: ".utf8)
        text += body
        text += [10, 10]
        return LiveFeed.Frame(after: version, upTo: upTo, text: text)
    }

    /// The first message of the stream by itself, as JSON, with where the stream goes on from: `after`.
    func whole() async throws -> [UInt8] {
        let (_, upTo) = self.feed.changes(after: 0)
        return Array("{\"after\":\"\(self.feed.epoch)-\(upTo)\",".utf8) + (try await self.everything()).dropFirst()
    }

    private func everything() async throws -> [UInt8] {
        let now = self.now()
        let recent = await self.desk.all.filter { !$0.state.isEnded || now - $0.changed < Self.endedShown }
        var text = self.head(now, isWhole: true)
        self.add("units", self.text(of: self.units.all), to: &text)
        self.add("incidents", try jsonBytes(recent.map(IncidentAnswer.init)), to: &text)
        try await self.addShared(to: &text, now)
        let calls = await self.rollCalls.recent.map { RollCallRoutes.Answer($0, now: now) }
        self.add("rollcalls", try jsonBytes(calls), to: &text)
        return text + [0x7D]
    }

    private func some(_ keys: [LiveFeed.Key]) async throws -> [UInt8] {
        let now = self.now()
        var (devices, incidents, calls): (Set<UnitID>, Set<String>, Set<String>) = ([], [], [])
        var isShared = false
        for key in keys {
            switch key {
            case .unit(let id): devices.insert(id)
            case .incident(let id): incidents.insert(id)
            case .rollCall(let id): calls.insert(id)
            case .alarms, .closures, .responses, .links: isShared = true
            }
        }
        var text = self.head(now, isWhole: false)
        if !devices.isEmpty {
            self.add("units", self.text(of: self.units.keyed(devices)), to: &text)
        }
        if !incidents.isEmpty {
            let changed = await self.desk.all.filter { incidents.contains($0.id) }
            self.add("incidents", try jsonBytes(changed.map(IncidentAnswer.init)), to: &text)
        }
        if isShared || !incidents.isEmpty { try await self.addShared(to: &text, now) }
        if !calls.isEmpty {
            let changed = await self.rollCalls.recent.filter { calls.contains($0.id) }
            self.add("rollcalls", try jsonBytes(changed.map { RollCallRoutes.Answer($0, now: now) }), to: &text)
        }
        return text + [0x7D]
    }

    private func addShared(to text: inout [UInt8], _ now: Int64) async throws {
        self.add("room", try jsonBytes(RoomHealthAnswer(self.health)), to: &text)
        self.add("links", try jsonBytes(self.links), to: &text)
        self.add("alarms", try jsonBytes(await self.desk.alarms.map(AlarmAnswer.init)), to: &text)
        self.add("responses", try jsonBytes(await self.responses(now)), to: &text)
        let closures = await self.closures.holding.map(ClosureRoutes.Answer.init)
        self.add("closures", try jsonBytes(closures), to: &text)
    }

    /// By station, whether its broker is connected.
    private var links: [String: Bool] {
        let down = Set(self.health.all.filter { $0.what == RoomHealth.Part.broker.rawValue }.compactMap(\.station))
        return Dictionary(uniqueKeysWithValues: self.stations.map { ($0.text, !down.contains($0.text)) })
    }

    /// What the units that were sent still have to drive.
    private func responses(_ now: Int64) async -> [ResponseAnswer] {
        var answers: [ResponseAnswer] = []
        for incident in await self.desk.all where !incident.state.isEnded {
            guard let scene = incident.scene else { continue }
            for assignment in incident.assignments where assignment.isActive && assignment.arrived == nil {
                guard let id = assignment.id, let unit = self.units[id],
                    let place = self.places.unit(unit, now: now),
                    let way = self.way(of: place, to: scene)
                else { continue }
                answers.append(
                    ResponseAnswer(
                        incident: incident.id,
                        station: assignment.station,
                        device: assignment.device,
                        seconds: way.journey.seconds.rounded(decimals: 1),
                        p10: way.journey.p10.rounded(decimals: 1),
                        p90: way.journey.p90.rounded(decimals: 1),
                        metres: way.journey.metres.rounded(),
                        estimated: assignment.forecast?.seconds,
                        sent: assignment.assigned,
                        line: way.line.map { [$0.longitude.rounded(decimals: 6), $0.latitude.rounded(decimals: 6)] }
                    )
                )
            }
        }
        return answers
    }

    private func way(of unit: UnitOnRoad, to scene: Coordinate) -> (journey: Estimate.Journey, line: [Coordinate])? {
        if let way = self.estimator.way(of: unit, to: scene, profile: .siren) { return way }
        // No road leads there.
        guard let journey = StraightLine.rank([unit.position], scene: scene).first?.journey else { return nil }
        return (journey, [unit.position.coordinate, scene])
    }

    private func head(_ now: Int64, isWhole: Bool) -> [UInt8] { Array("{\"at\":\(now),\"whole\":\(isWhole)".utf8) }

    private func add(_ key: String, _ value: [UInt8], to text: inout [UInt8]) {
        text += Array(",\"\(key)\":".utf8)
        text += value
    }

    private func text(of units: [Unit]) -> [UInt8] {
        var text: [UInt8] = [0x5B]
        text.reserveCapacity(units.count * 220)
        for (number, unit) in units.enumerated() {
            if number > 0 { text.append(0x2C) }
            UnitText.add(unit, to: &text)
        }
        text.append(0x5D)
        return text
    }
}
