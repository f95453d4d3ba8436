package import Ground

/// Calls for help in a city: where and when they come, and what they are about.
///
/// The same seed gives the same calls.
///
/// They come thickest around some places, each of which has its own hours; the hour of the day sets how many there are.
package struct CityCalls: Sendable {
    /// One call.
    package struct Call: Sendable {
        /// Where.
        package let scene: Coordinate
        /// The street, where one is near.
        package let place: String?
        /// What it is about, as the page calls it.
        package let category: String
        /// 1 is the most urgent.
        package let priority: Int
        /// What the caller says.
        package let note: String
    }

    private let city: CityStreets
    private let hotSpots: [(node: Int, hour: Int)]
    private var random: SplitMix64

    private static let stories: [(category: String, priority: Int, note: String)] = [
        ("fight", 1, "几个人在打架，有人受伤"), ("theft", 2, "手机被偷，人刚跑"), ("dispute", 3, "邻里因停车争吵"),
        ("traffic", 2, "两车相撞，堵住路口"), ("help", 3, "老人迷路，找不到家"), ("dispute", 3, "夜间噪声扰民"),
        ("theft", 2, "电动车被盗"), ("traffic", 3, "车辆违停堵住小区出口"), ("help", 1, "有人落水"), ("other", 4, "捡到一个钱包"),
    ]

    /// Draws the hot spots of a city.
    package init(_ city: CityStreets, seed: UInt64) {
        var random = SplitMix64(seed: seed &+ 77)
        self.city = city
        self.hotSpots = (0..<14).compactMap { _ in
            city.streets.homes.randomElement(using: &random).map { ($0, Int.random(in: 0..<24, using: &random)) }
        }
        self.random = random
    }

    /// How many calls come at an hour of the day beside the mean one: few before dawn, most in the evening.
    package static func intensity(hour: Int) -> Double {
        let table = [
            0.8, 0.6, 0.4, 0.3, 0.3, 0.4, 0.6, 0.9, 1.1, 1.1, 1.0, 1.1, 1.2, 1.1, 1.1, 1.1, 1.2, 1.4, 1.5, 1.5, 1.5,
            1.4, 1.2, 1.0,
        ]
        return table.indices.contains(hour) ? table[hour] : 1
    }

    /// The next call at an hour of the day.
    package mutating func next(hour: Int) -> Call? {
        let streets = self.city.streets
        guard var node = streets.homes.randomElement(using: &self.random) else { return nil }
        // Two of three come from a hot spot whose hours these are.
        let near = self.hotSpots.filter { abs($0.hour - hour) < 6 || abs($0.hour - hour) > 18 }
        if Int.random(in: 0..<3, using: &self.random) > 0, let spot = near.randomElement(using: &self.random) {
            node = self.wander(from: spot.node)
        }
        guard let scene = self.city.plane.coordinate(of: streets.points[node]),
            let story = Self.stories.randomElement(using: &self.random)
        else { return nil }
        let street = self.city.named.first { $0.nodes.contains(node) }?.name
        return Call(
            scene: scene,
            place: street,
            category: story.category,
            priority: story.priority,
            note: story.note
        )
    }

    /// Some streets away.
    private mutating func wander(from start: Int) -> Int {
        var node = start
        for _ in 0..<Int.random(in: 0...25, using: &self.random) {
            guard let arc = self.city.streets.arcs[node].randomElement(using: &self.random) else { break }
            node = arc.to
        }
        return node
    }
}
