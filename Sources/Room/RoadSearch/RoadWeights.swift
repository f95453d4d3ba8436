package import RoadMap

/// Milliseconds that each arc and each turn takes under one profile.
package struct RoadWeights: Sendable {
    /// How a car is driven.
    package enum Profile: String, Sendable, Hashable, CaseIterable {
        /// With the traffic.
        case civil
        /// With lights and siren.
        case siren
    }

    /// What may not be driven.
    package static let closed = UInt32.max

    /// A piece of road that takes a whole day is no way to a scene, ms; what is longer counts as closed.
    private static let longest = 86_400_000.0

    /// Milliseconds along each arc, an edge's two behind each other; ``closed`` where it may not be driven.
    package let arcs: [UInt32]

    /// Milliseconds of each turn; ``closed`` where it may not be made.
    package let turns: [UInt32]

    /// Milliseconds to turn round on the road.
    package let turnAround: UInt32

    /// Computes the weights of a network.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - model: What driving costs.
    ///   - load: How full the roads are, 0 to 1.
    ///   - closures: What is closed or slow for a time.
    package init(_ network: RoadNetwork, model: DrivingModel, load: Double, closures: RoadClosures = RoadClosures()) {
        let pricing = ArcPricing(model, load: load)
        var arcs: [UInt32] = []
        arcs.reserveCapacity(network.edgeCount * 2)
        for (index, edge) in network.edges.enumerated() {
            let slowing = closures.slowing(ofEdge: index)
            for forward in [true, false] {
                guard let seconds = pricing.seconds(edge, forward: forward), let slowing,
                    seconds * slowing * 1_000 < Self.longest
                else {
                    arcs.append(Self.closed)
                    continue
                }
                arcs.append(UInt32((seconds * slowing * 1_000).rounded()))
            }
        }
        self.arcs = arcs
        self.turns = network.turns.map { turn in
            // What follows is forbidden anyway, or there is a rule against it.
            guard arcs[Int(network.base(turn.to))] != Self.closed, let seconds = pricing.seconds(turn) else {
                return Self.closed
            }
            return UInt32(clamping: Int((seconds * 1_000).rounded()))
        }
        self.turnAround = UInt32(model.delays.uTurn * 1_000)
    }

    /// Creates weights from numbers, for a test.
    package init(arcs: [UInt32], turns: [UInt32], turnAround: UInt32) {
        (self.arcs, self.turns, self.turnAround) = (arcs, turns, turnAround)
    }
}

/// A model at one load, ready to price arcs and turns.
private struct ArcPricing {
    /// km/h in 1 m/s.
    private static let kilometresPerHour = 3.6
    /// Where the model says nothing of a class: a track, m/s.
    private static let unknownSpeed = 4.0
    /// Where the model says nothing of a class: the limit in towns of most countries, km/h.
    private static let unknownLimit = 50.0
    /// Slower than a walk, m/s, nobody drives.
    private static let slowest = 1.0
    /// To the near side one waits for the cars of one direction only: this share of the wait.
    private static let nearSideShare = 0.6
    /// Turns of at least this angle, degrees, are to a side: the far side's cross the other direction's cars.
    private static let sideAngle = 45.0
    /// Up to which angle, degrees, a turn is what share of a right-angled corner: straight on, a bend, a corner; a hairpin
    /// beyond.
    private static let (straight, bend, corner) = (25.0, 60.0, 120.0)
    private static let (bendShare, hairpinShare) = (0.5, 1.5)

    private let model: DrivingModel
    private let load: Double
    /// m/s by class, town before country.
    private let running: [(town: Double, rural: Double)]
    private let signal, sign, crossing, junction, yield, roundabout, across: Double

    init(_ model: DrivingModel, load: Double) {
        let load = min(1, max(0, load))
        (self.model, self.load) = (model, load)
        self.running = RoadClass.allCases.map { kind in
            guard let speeds = model.speeds[kind] else { return (Self.unknownSpeed, Self.unknownSpeed) }
            return (
                speeds.town.at(load) / Self.kilometresPerHour, speeds.rural.at(load) / Self.kilometresPerHour
            )
        }
        let delays = model.delays
        (self.signal, self.sign) = (delays.signal.at(load), delays.sign.at(load))
        (self.crossing, self.junction) = (delays.crossing.at(load), delays.junction.at(load))
        (self.yield, self.roundabout) = (delays.yield.at(load), delays.roundabout.at(load))
        self.across = delays.across.at(load)
    }

    /// Seconds along an edge in one direction; `nil` where it is not driven.
    func seconds(_ edge: RoadEdge, forward: Bool) -> Double? {
        guard edge.access != .emergencyOnly || self.model.licence.usesEmergencyRoads else { return nil }
        var speed = self.speed(edge, limit: forward ? edge.forwardLimit : edge.backwardLimit)
        if !edge.isAllowed(forward: forward) {
            guard let wrongWay = self.model.licence.wrongWay, !edge.roadClass.isMotorroad, !edge.isRoundabout else {
                return nil
            }
            speed = min(speed, wrongWay / Self.kilometresPerHour)
        }
        var seconds = edge.metres / speed
        seconds += Double(edge.signals(forward: forward)) * self.signal
        seconds += Double(edge.signs(forward: forward)) * self.sign
        seconds += Double(edge.crossings) * self.crossing
        seconds += Double(edge.obstacles & 0xF) * self.model.delays.calming
        seconds += Double(edge.obstacles >> 4) * self.model.delays.gate
        return seconds
    }

    /// m/s.
    private func speed(_ edge: RoadEdge, limit: UInt8) -> Double {
        let kind = edge.roadClass
        let row = self.running[Int(kind.rawValue)]
        let assumed = self.model.speeds[kind].map { edge.isRural ? $0.ruralLimit : $0.townLimit } ?? Self.unknownLimit
        let limit = limit > 0 ? Double(limit) : assumed
        var speed = edge.isRural ? row.rural : row.town
        // A signed limit above the usual one is a better road than its class says.
        if limit > assumed { speed *= (limit / assumed).squareRoot() }
        speed = min(speed, limit * self.model.shareOfLimit / Self.kilometresPerHour)
        if edge.hasBusLane, self.model.licence.usesEmergencyRoads { speed = max(speed, self.emptySpeed(edge)) }
        switch edge.surface {
        case .paved: break
        case .stones: speed = min(speed, self.model.stones / Self.kilometresPerHour)
        case .loose: speed = min(speed, self.model.loose / Self.kilometresPerHour)
        }
        return max(Self.slowest, speed)
    }

    /// The bus lane is free when the road is full, m/s.
    private func emptySpeed(_ edge: RoadEdge) -> Double {
        guard let speeds = self.model.speeds[edge.roadClass] else { return Self.slowest }
        return (edge.isRural ? speeds.rural.empty : speeds.town.empty) / Self.kilometresPerHour
    }

    /// Seconds of a turn; `nil` where it is not made.
    func seconds(_ turn: RoadTurn) -> Double? {
        let delays = self.model.delays
        var seconds = 0.0
        if turn.has(RoadTurn.banned) {
            let isExempt = turn.has(RoadTurn.emergencyExempt) && self.model.licence.usesEmergencyRoads
            if !isExempt {
                guard let price = self.model.licence.bannedTurn else { return nil }
                seconds += price
            }
        }
        if turn.has(RoadTurn.uTurn) { return seconds + delays.uTurn }
        let angle = Double(turn.angle)
        if turn.has(RoadTurn.junction) {
            if turn.has(RoadTurn.signal) {
                seconds += self.signal
            } else if turn.has(RoadTurn.entersRoundabout) {
                seconds += self.roundabout
            } else if turn.has(RoadTurn.yield) {
                seconds += self.yield * (self.isNearSide(angle) ? Self.nearSideShare : 1)
            } else {
                seconds += self.junction
            }
            if self.isFarSide(angle), !turn.has(RoadTurn.entersRoundabout) { seconds += self.across }
        } else if turn.has(RoadTurn.signal) {
            seconds += self.signal
        }
        switch abs(angle) {
        case ..<Self.straight: break
        case ..<Self.bend: seconds += delays.corner * Self.bendShare
        case ..<Self.corner: seconds += delays.corner
        default: seconds += delays.corner * Self.hairpinShare
        }
        return seconds + self.entry(turn)
    }

    private func entry(_ turn: RoadTurn) -> Double {
        if turn.has(RoadTurn.entersRestricted) { return self.model.delays.restricted }
        return turn.has(RoadTurn.entersDestination) ? self.model.delays.destination : 0
    }

    private func isNearSide(_ angle: Double) -> Bool {
        self.model.drivesOnRight ? angle > Self.sideAngle : angle < -Self.sideAngle
    }

    private func isFarSide(_ angle: Double) -> Bool {
        self.model.drivesOnRight ? angle < -Self.sideAngle : angle > Self.sideAngle
    }
}
