import Delivery
import Ground
import Ledger
import Numbering
import PatrolWire

/// One night of a fleet and its room in simulated time, all of it out of a seed: the rules of the programs, and around
/// them models of disks, links, a broker and clocks that fail.
package final class Night {
    /// What became of a night.
    package struct Outcome: Sendable {
        /// What it came out of.
        package let seed: UInt64
        /// Inputs that the machines took.
        package let inputs: Int
        /// What was wrong; `nil` when nothing was.
        package let violation: String?
        /// What happened last, oldest first; empty when nothing was wrong.
        package let steps: [String]
    }

    let seed: UInt64
    let planted: PlantedFault?
    var random: SplitMix64
    let weather: Weather
    let table = RecordTable()
    let station: Name
    var units: [UnitNode] = []
    let room: RoomNode
    var broker = Broker()
    var queue = EventQueue<Happening>()
    /// ms since the night began.
    var now: Int64 = 0
    /// Whether everything is well again, and what is left gets its time.
    var isCalm = false
    var inputs = 0
    var messages = 0
    var truth = Truth()
    private var steps: [(time: Int64, text: () -> String)] = []
    private var firstStep = 0
    private let mostSteps: Int

    /// When the night began, ms since 1970 UTC.
    static let beginning: Int64 = 1_795_314_000_000
    /// What is left gets this long at the end, ms.
    private static let patience: Int64 = 30 * 60_000

    private init?(seed: UInt64, planted: PlantedFault?, steps: Int) {
        guard let station = Name("jinzhan") else { return nil }
        (self.seed, self.planted, self.station, self.mostSteps) = (seed, planted, station, steps)
        self.random = SplitMix64(seed: seed)
        self.weather = Weather(&self.random)
        self.room = RoomNode(self.table)
        for index in 0..<self.weather.devices {
            guard let name = Name.device("car-\(index + 1)") else { return nil }
            self.units.append(UnitNode(index: index, name: name, log: self.table.newLog()))
        }
    }

    /// Runs a night.
    ///
    /// - Parameters:
    ///   - seed: What it comes out of.
    ///   - planted: A fault that it is given; `nil` for none.
    ///   - steps: So many of the last steps are told of a night that went wrong.
    /// - Returns: What became of it.
    package static func run(seed: UInt64, planted: PlantedFault? = nil, steps: Int = 50) -> Outcome {
        guard let night = Night(seed: seed, planted: planted, steps: max(1, steps)) else {
            return Outcome(seed: seed, inputs: 0, violation: "the names of the night are none", steps: [])
        }
        night.run()
        let violation = night.truth.violation
        return Outcome(
            seed: seed,
            inputs: night.inputs,
            violation: violation,
            steps: violation == nil ? [] : night.lastSteps
        )
    }

    private func run() {
        self.prepare()
        while self.truth.violation == nil, let next = self.queue.next(before: self.weather.length) {
            self.now = next.time
            self.happen(next.event)
        }
        self.now = max(self.now, self.weather.length)
        self.calmDown()
        let end = self.now + Self.patience
        var look = self.now + 60_000
        while self.truth.violation == nil, self.now < end {
            if let next = self.queue.next(before: look) {
                self.now = next.time
                self.happen(next.event)
            } else {
                (self.now, look) = (look, look + 5_000)
                if self.unsettled == nil { break }
            }
        }
        self.judge()
    }

    private func prepare() {
        for unit in self.units {
            unit.disk.lagsBehind = self.planted == .reuseNumbers
            unit.disk.hidesDropped = self.planted == .dropSilently
            unit.disk.forgot = { [unowned self] bodies in self.forgot(bodies) }
            self.plan(.start(unit: unit.index, isBoot: true), in: self.draw(0...5_000))
            self.plan(.second(unit: unit.index), in: self.draw(0...1_000))
            self.plan(.fix(unit: unit.index), in: self.draw(0...1_000))
            self.plan(.officer(unit: unit.index), in: self.draw(0...60_000))
            self.plan(.connect(unit: unit.index), in: self.draw(0...20_000))
        }
        self.plan(.roomStart, in: self.draw(0...30_000))
        if let every = self.weather.strikeEvery { self.plan(.strike, in: self.draw(0...2 * every)) }
    }

    func plan(_ event: Happening, in milliseconds: Int64) { self.queue.plan(event, at: self.now + milliseconds) }

    func draw(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self.random) }

    func chance(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &self.random) < probability
    }

    /// A way through the network.
    var delay: Int64 { self.draw(0...(self.isCalm ? 50 : self.weather.delay)) }

    /// Notes a step, for the story of a night that went wrong.
    func note(_ text: @autoclosure @escaping () -> String) {
        if self.steps.count < self.mostSteps {
            self.steps.append((self.now, text))
        } else {
            self.steps[self.firstStep] = (self.now, text)
            self.firstStep = (self.firstStep + 1) % self.mostSteps
        }
    }

    private var lastSteps: [String] {
        (self.steps[self.firstStep...] + self.steps[..<self.firstStep]).map { "\($0.time) ms: \($0.text())" }
    }

    private func happen(_ event: Happening) {
        switch event {
        case .second(let unit):
            self.plan(event, in: 1_000)
            self.secondPassed(self.units[unit])
        case .fix(let unit):
            self.plan(event, in: self.weather.fixEvery)
            self.move(self.units[unit])
        case .officer(let unit):
            self.plan(event, in: self.draw(5_000...120_000))
            self.officerActs(self.units[unit])
        case .start(let unit, let isBoot): self.start(self.units[unit], isBoot: isBoot)
        case .connect(let unit): self.connect(self.units[unit])
        case .disconnect(let unit): self.disconnect(self.units[unit])
        case .done(let unit, let generation, let event):
            if self.units[unit].generation == generation { self.take(event, self.units[unit]) }
        case .read(let unit, let generation, let query, let through):
            if self.units[unit].generation == generation { self.read(query, through: through, self.units[unit]) }
        case .reachBroker(let message, let connection, let number, let generation):
            self.reachBroker(message, connection: connection, number: number, generation: generation)
        case .answer(let unit, let generation, let number, let isTaken):
            if self.units[unit].generation == generation { self.answered(number, isTaken, self.units[unit]) }
        case .reachRoom(let message, let connection): self.reachRoom(message, connection: connection)
        case .reachUnit(let unit, let connection, let word):
            if self.units[unit].connection == connection { self.hear(word, self.units[unit]) }
        case .roomBatch(let generation): if self.room.generation == generation { self.roomLooks() }
        case .roomSecond(let generation):
            guard self.room.generation == generation else { return }
            self.plan(event, in: 1_000)
            self.publishDue()
        case .roomStart: self.roomStarts()
        case .strike: self.strike()
        case .end(let strike, let unit): self.end(strike, self.units[unit])
        }
    }
}
