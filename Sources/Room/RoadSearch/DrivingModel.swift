package import RoadMap

/// What driving costs under one profile: all numbers that time to scene is computed from.
///
/// Times and speeds are those of an empty town; ``TrafficDay`` says how full it is, from 0 to 1, and each number
/// that traffic changes has a second one for a full town. Between the two is interpolated.
package struct DrivingModel: Sendable, Hashable {
    /// A number in the empty and in the full town.
    package struct Range: Sendable, Hashable {
        /// In the empty town.
        package var empty: Double
        /// In the busiest usual hour.
        package var full: Double

        /// Creates a range.
        package init(_ empty: Double, _ full: Double) { (self.empty, self.full) = (empty, full) }

        /// The number at a load of 0 to 1.
        func at(_ load: Double) -> Double { self.empty + (self.full - self.empty) * load }
    }

    /// Speeds on one class of road, km/h.
    package struct ClassSpeeds: Sendable, Hashable {
        /// Running speed in town, between what makes one slow down; never above the limit's share.
        package var town: Range
        /// The same out of town.
        package var rural: Range
        /// Limit to assume in town where the map has none.
        package var townLimit: Double
        /// The same out of town.
        package var ruralLimit: Double

        /// Creates the speeds.
        package init(town: Range, rural: Range, limits: (town: Double, rural: Double)) {
            (self.town, self.rural) = (town, rural)
            (self.townLimit, self.ruralLimit) = limits
        }
    }

    /// What a driver loses at one place, s.
    package struct Delays: Sendable, Hashable {
        /// At lights, those passed at green counted in.
        package var signal: Range
        /// At a stop or give-way sign.
        package var sign: Range
        /// At a crossing on foot without lights.
        package var crossing: Range
        /// At a junction without lights or signs, where one looks.
        package var junction: Range
        /// Out of a lesser road into or over a greater one.
        package var yield: Range
        /// Into a roundabout.
        package var roundabout: Range
        /// Across the oncoming traffic.
        package var across: Range
        /// At a bend or turn of more than 60 degrees; half of it from 25 on, one and a half from 120 on.
        package var corner: Double
        /// To turn round on the road or at its end.
        package var uTurn: Double
        /// At a bump.
        package var calming: Double
        /// At a gate, a barrier, a toll booth.
        package var gate: Double
        /// To get into a private road.
        package var restricted: Double
        /// To get into a road for destination traffic only.
        package var destination: Double

        /// All zero.
        package init() {
            let none = Range(0, 0)
            (self.signal, self.sign, self.crossing, self.junction) = (none, none, none, none)
            (self.yield, self.roundabout, self.across) = (none, none, none)
            (self.corner, self.uTurn, self.calming, self.gate) = (0, 0, 0, 0)
            (self.restricted, self.destination) = (0, 0)
        }
    }

    /// Where a car goes that others may not.
    package struct Licence: Sendable, Hashable {
        /// Uses roads for buses and emergency vehicles.
        package var usesEmergencyRoads: Bool
        /// Seconds that a forbidden turn costs; `nil` when it is not made.
        package var bannedTurn: Double?
        /// Speed against a one-way street, km/h; `nil` when it is not driven.
        ///
        /// Never on a motorway or in a roundabout.
        package var wrongWay: Double?

        /// Creates a licence.
        package init(usesEmergencyRoads: Bool, bannedTurn: Double?, wrongWay: Double?) {
            self.usesEmergencyRoads = usesEmergencyRoads
            self.bannedTurn = bannedTurn
            self.wrongWay = wrongWay
        }
    }

    /// How far journeys spread around their median.
    package struct Spread: Sendable, Hashable {
        /// Standard deviation of the logarithm of what a whole journey shares: the driver, the day.
        package var journey: Range
        /// The same of one minute's drive; what lies between lights is independent of what lies behind.
        package var minute: Range

        /// Creates a spread.
        package init(journey: Range, minute: Range) { (self.journey, self.minute) = (journey, minute) }
    }

    /// By class of road.
    package var speeds: [RoadClass: ClassSpeeds]
    /// At one place each.
    package var delays: Delays
    /// Where it goes.
    package var licence: Licence
    /// Around the median.
    package var spread: Spread
    /// Share of a limit that is driven where nothing else slows.
    package var shareOfLimit: Double
    /// Speed on stones, km/h, at most.
    package var stones: Double
    /// Speed on gravel and earth, km/h, at most.
    package var loose: Double
    /// Whether traffic keeps to the right.
    package var drivesOnRight: Bool
}

/// How full the roads are, by the hour of the day.
package struct TrafficDay: Sendable, Hashable {
    /// Load of 0 (empty) to 1 (the busiest usual hour) for the hours 0 to 23, Monday to Friday.
    package var weekday: [Double]
    /// The same on Saturday and Sunday.
    package var weekend: [Double]

    /// Creates a day.
    package init(weekday: [Double], weekend: [Double]) { (self.weekday, self.weekend) = (weekday, weekend) }

    /// The load at an hour, which may have a fraction; between two hours it is interpolated.
    package func load(hour: Double, isWeekend: Bool) -> Double {
        let day = isWeekend ? self.weekend : self.weekday
        guard day.count == 24, hour.isFinite else { return self.mean }
        let at = (hour - 0.5).truncatingRemainder(dividingBy: 24)
        let place = at < 0 ? at + 24 : at
        let (before, share) = (Int(place), place - place.rounded(.down))
        return day[before % 24] * (1 - share) + day[(before + 1) % 24] * share
    }

    /// The mean of a working day's hours from 7 to 21: for when nobody says the hour.
    package var mean: Double {
        guard self.weekday.count == 24 else { return 0.5 }
        return self.weekday[7..<21].reduce(0, +) / 14
    }
}
