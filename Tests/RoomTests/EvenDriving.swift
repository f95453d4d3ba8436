import RoadMap
import RoadSearch
import TimeToScene

extension DrivingModel {
    /// 36 km/h everywhere and no time lost anywhere but to turn round: ten metres a second.
    static let even = {
        var model = DrivingModel.civil
        let speed = DrivingModel.Range(36, 36)
        for kind in RoadClass.allCases {
            model.speeds[kind] = ClassSpeeds(town: speed, rural: speed, limits: (36, 36))
        }
        model.delays = Delays()
        model.delays.uTurn = 10
        model.shareOfLimit = 1
        return model
    }()
}

extension Driving {
    /// ``DrivingModel/even`` for everybody.
    static let even = Driving(civil: .even, siren: .even, day: .usual)
}

extension Reach {
    /// Reach under ``Driving/even``.
    static func even(_ network: RoadNetwork) -> Reach? {
        TimeToScene(network, driving: .even).roads(.civil).flatMap { Reach(network, $0) }
    }
}

extension [UnitPosition] {
    /// The units on a network's roads.
    func placed(on network: RoadNetwork) -> [UnitOnRoad] { self.map { UnitOnRoad($0, on: network) } }
}
