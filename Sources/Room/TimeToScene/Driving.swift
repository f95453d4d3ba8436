package import RoadSearch

/// All that is assumed about driving: both profiles and the day's traffic.
package struct Driving: Sendable, Hashable {
    /// With the traffic.
    package var civil: DrivingModel
    /// With lights and siren.
    package var siren: DrivingModel
    /// How full the roads are.
    package var day: TrafficDay

    /// Creates assumptions.
    package init(civil: DrivingModel, siren: DrivingModel, day: TrafficDay) {
        (self.civil, self.siren, self.day) = (civil, siren, day)
    }

    /// What is assumed unless a driving file says otherwise.
    package static let usual = Driving(civil: .civil, siren: .siren, day: .usual)

    /// The model of a profile.
    package subscript(profile: RoadWeights.Profile) -> DrivingModel {
        switch profile {
        case .civil: self.civil
        case .siren: self.siren
        }
    }
}

extension DrivingModel.Spread {
    /// Standard deviation of a drive's logarithm.
    func deviation(seconds: Double, load: Double) -> Double {
        func at(_ range: DrivingModel.Range) -> Double { range.empty + (range.full - range.empty) * load }
        let minute = at(self.minute)
        let journey = at(self.journey)
        return (journey * journey + minute * minute * 60 / max(seconds, 30)).squareRoot()
    }
}
