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

    /// The town.
    package nonisolated let town: Town

    /// Its streets.
    package nonisolated let streets: Streets

    private var vehicles: [Vehicle] = []

    /// Puts so many cars into a town; the same seed gives the same day.
    package init(town: Town, cars: Int, seed: UInt64) {
        self.town = town
        self.streets = Streets(town)
        for car in 0..<cars {
            if let vehicle = Vehicle(on: self.streets, seed: seed &* 1_000 &+ UInt64(car)) {
                self.vehicles.append(vehicle)
            }
        }
    }

    /// Lets all cars drive for so many seconds.
    package func advance(_ seconds: Double) {
        for index in self.vehicles.indices { self.vehicles[index].drive(seconds) }
    }

    /// Drives in real time until cancelled.
    package func run() async {
        let clock = ContinuousClock()
        var last = clock.now
        while !Task.isCancelled {
            await pause(for: .milliseconds(100))
            let now = clock.now
            self.advance((now - last) / .seconds(1))
            last = now
        }
    }

    /// What is seen of a car.
    package func sight(_ car: Int) -> Sight {
        let vehicle = self.vehicles[car]
        return Sight(
            point: vehicle.point,
            coordinate: self.town.coordinate(of: vehicle.point),
            speed: vehicle.speed,
            course: vehicle.course,
            mission: vehicle.mission
        )
    }

    /// The node of the streets that is nearest to a place and can be reached from everywhere.
    package nonisolated func node(near place: Coordinate) -> Int {
        let point = TangentPlane(at: self.town.coordinate(of: PlanePoint(east: 0, north: 0)))
        let wanted = point.project(place)
        return self.streets.homes.min { a, b in
            point.project(self.town.coordinate(of: self.streets.points[a])).distance(to: wanted)
                < point.project(self.town.coordinate(of: self.streets.points[b])).distance(to: wanted)
        } ?? 0
    }

    /// Sends a car to a node with lights and siren.
    package func respond(_ car: Int, to node: Int) { self.vehicles[car].respond(to: node) }

    /// Sends a car back on patrol.
    package func patrol(_ car: Int) { self.vehicles[car].patrol() }
}
