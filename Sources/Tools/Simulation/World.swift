package import Ground
import Threading

/// The town with its cars, moved on step by step.
package actor World {
    /// What is seen of one car.
    package struct Sight: Sendable {
        /// Where it is.
        package let point: PlanePoint
        /// The same in degrees.
        package let coordinate: Coordinate
        /// m/s.
        package let speed: Double
        /// Degrees from true north.
        package let course: Double
        /// What it is doing.
        package let mission: Vehicle.Mission
    }

    /// The plane that all of it is laid on.
    package nonisolated let plane: TangentPlane

    /// The streets.
    package nonisolated let streets: Streets

    private var vehicles: [Vehicle] = []

    /// Puts so many cars into a town; the same seed gives the same day.
    package init(town: Town, cars: Int, seed: UInt64) {
        self.init(plane: town.plane, streets: Streets(town), cars: cars, seed: seed)
    }

    /// Puts so many cars into a city; the same seed gives the same day.
    package init(city: CityStreets, cars: Int, seed: UInt64) {
        self.init(plane: city.plane, streets: city.streets, cars: cars, seed: seed)
    }

    private init(plane: TangentPlane, streets: Streets, cars: Int, seed: UInt64) {
        (self.plane, self.streets) = (plane, streets)
        for car in 0..<cars {
            if let vehicle = Vehicle(on: streets, seed: seed &* 1_000 &+ UInt64(car)) {
                self.vehicles.append(vehicle)
            }
        }
    }

    /// Where a point of the plane is on Earth.
    package nonisolated func coordinate(of point: PlanePoint) -> Coordinate {
        // A city is some kilometres wide: no point of it leaves the Earth.
        self.plane.coordinate(of: point) ?? self.plane.origin
    }

    /// Lets all cars drive for so many seconds.
    package func advance(_ seconds: Double) {
        for index in self.vehicles.indices { self.vehicles[index].drive(seconds) }
    }

    /// A step is no longer, s.
    private static let longestStep = 0.5
    /// A machine that is busy is late by so much at most, s; what is longer was a halt.
    private static let latest = 10.0

    /// The steps, s, in which cars catch up with the clock: a busy machine does not make them slow, and after a halt
    /// of the machine nobody has driven on.
    package static func steps(of late: Double) -> [Double] {
        guard late > 0 else { return [] }
        guard late <= Self.latest else { return [Self.longestStep] }
        let whole = (late / Self.longestStep).rounded(.down)
        let rest = late - whole * Self.longestStep
        return Array(repeating: Self.longestStep, count: Int(whole)) + (rest > 0 ? [rest] : [])
    }

    /// Drives in real time until cancelled.
    package func run() async {
        let clock = ContinuousClock()
        var last = clock.now
        while !Task.isCancelled {
            await pause(for: .milliseconds(100))
            let now = clock.now
            let late = (now - last) / .seconds(1)
            last = now
            for step in Self.steps(of: late) { self.advance(step) }
        }
    }

    /// What is seen of a car.
    package func sight(_ car: Int) -> Sight {
        let vehicle = self.vehicles[car]
        return Sight(
            point: vehicle.point,
            coordinate: self.coordinate(of: vehicle.point),
            speed: vehicle.speed,
            course: vehicle.course,
            mission: vehicle.mission
        )
    }

    /// The node of the streets that is nearest to a place and can be reached from everywhere.
    package nonisolated func node(near place: Coordinate) -> Int {
        let wanted = self.plane.project(place)
        var (best, least) = (0, Double.infinity)
        for node in self.streets.homes {
            let distance = self.streets.points[node].distance(to: wanted)
            if distance < least { (best, least) = (node, distance) }
        }
        return best
    }

    /// Sends a car to a node with lights and siren.
    package func respond(_ car: Int, to node: Int) { self.vehicles[car].respond(to: node) }

    /// Sends a car back on patrol.
    package func patrol(_ car: Int) { self.vehicles[car].patrol() }
}
