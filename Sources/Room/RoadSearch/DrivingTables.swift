import RoadMap

extension DrivingModel {
    /// With the traffic.
    ///
    /// Sources, and what was taken from them:
    /// - *Highway Capacity Manual 2010*, chapter 18: uniform delay at lights, 0.5 C (1 - g/C)² / (1 - x g/C). With a
    ///   cycle C of 80 s, green for half of it (g/C) and an empty road (x = 0) that is 10 s, and 16 s at x = 0.75;
    ///   getting up to speed again costs 1 s on the average where few stop, and in a full town some wait twice.
    /// - European Transport Safety Council, *Reducing speeding in Europe* (PIN Flash 36, 2019): where nothing is in
    ///   the way the mean driver runs at about the limit, on motorways and on urban roads alike.
    /// - *Highway Capacity Manual*, chapter 17: 25 to 35 km/h between cars parked on both sides of a narrow street.
    /// - Chapter 19 and 21: gaps of 4 to 7 s out of a lesser road or into a roundabout, hence 2 to 8 s of delay.
    /// - A corner is taken at v = √(a r) = 4.5 m/s (a = 2 m/s², r = 10 m); from 11 m/s down to that and up again,
    ///   at 2 and 1.5 m/s², loses (11 - 4.5)² / (2 · 11) · (1/2 + 1/1.5) = 2.2 s, and the corner itself a little.
    /// - TomTom Traffic Index: in the busiest hour a trip in a middle-sized town takes 1.5 to 1.7 times as long as
    ///   in the night; smaller streets suffer less.
    package static let civil = DrivingModel(
        speeds: Self.table([
            (.motorway, Range(110, 75), Range(118, 95), (100, 120)),
            (.motorwayLink, Range(55, 38), Range(60, 48), (60, 80)),
            (.trunk, Range(76, 50), Range(90, 72), (80, 100)),
            (.trunkLink, Range(46, 32), Range(52, 42), (50, 60)),
            (.primary, Range(49, 31), Range(78, 62), (50, 90)),
            (.primaryLink, Range(40, 27), Range(46, 36), (50, 60)),
            (.secondary, Range(45, 30), Range(70, 58), (50, 80)),
            (.secondaryLink, Range(37, 26), Range(42, 34), (50, 60)),
            (.tertiary, Range(39, 27), Range(58, 50), (50, 70)),
            (.tertiaryLink, Range(33, 24), Range(38, 32), (50, 60)),
            (.unclassified, Range(31, 23), Range(46, 42), (50, 60)),
            (.residential, Range(27, 21), Range(33, 30), (50, 50)),
            (.livingStreet, Range(12, 10), Range(13, 12), (20, 20)),
            (.service, Range(14, 12), Range(16, 15), (30, 30)),
        ]),
        delays: {
            var delays = Delays()
            delays.signal = Range(11, 24)
            delays.sign = Range(4, 7)
            delays.crossing = Range(0.5, 3)
            delays.junction = Range(0.7, 1.5)
            delays.yield = Range(2.5, 7)
            delays.roundabout = Range(2, 6)
            delays.across = Range(1.5, 6)
            delays.corner = 2.5
            delays.uTurn = 15
            delays.calming = 2
            delays.gate = 15
            delays.restricted = 30
            delays.destination = 20
            return delays
        }(),
        licence: Licence(usesEmergencyRoads: false, bannedTurn: nil, wrongWay: nil),
        spread: Spread(journey: Range(0.20, 0.26), minute: Range(0.42, 0.50)),
        shareOfLimit: 1.0,
        stones: 30,
        loose: 20,
        drivesOnRight: true
    )

    /// With lights and siren.
    ///
    /// A siren does not make a car faster on a free road, it opens a full one: the speeds of the full town come
    /// close to those of the empty one, lights cost the seconds that it takes to see that all have stopped, and
    /// nobody is waited for. The tables together give what was measured on real runs.
    /// Sources: Ho, Casey, *Time saved with use of emergency warning lights and sirens during response to requests
    /// for emergency medical aid in an urban environment*, Ann. Emerg. Med. 32 (1998): 38.5 % less time; Hunt et al.,
    /// *Is ambulance transport time with lights and siren faster than that without?*, Ann. Emerg. Med. 25 (1995);
    /// Brown et al., *Do warning lights and sirens reduce ambulance response times?*, Prehosp. Emerg. Care 4 (2000):
    /// 31 % less, single runs between 425 s saved and 210 s lost.
    package static let siren = DrivingModel(
        speeds: Self.table([
            (.motorway, Range(125, 105), Range(130, 115), (100, 120)),
            (.motorwayLink, Range(60, 50), Range(66, 58), (60, 80)),
            (.trunk, Range(88, 72), Range(100, 88), (80, 100)),
            (.trunkLink, Range(52, 44), Range(58, 52), (50, 60)),
            (.primary, Range(60, 48), Range(88, 76), (50, 90)),
            (.primaryLink, Range(46, 38), Range(52, 44), (50, 60)),
            (.secondary, Range(54, 44), Range(78, 70), (50, 80)),
            (.secondaryLink, Range(42, 35), Range(48, 42), (50, 60)),
            (.tertiary, Range(46, 39), Range(66, 60), (50, 70)),
            (.tertiaryLink, Range(38, 32), Range(43, 38), (50, 60)),
            (.unclassified, Range(37, 32), Range(54, 50), (50, 60)),
            (.residential, Range(32, 28), Range(38, 36), (50, 50)),
            (.livingStreet, Range(15, 13), Range(18, 16), (20, 20)),
            (.service, Range(17, 15), Range(20, 18), (30, 30)),
        ]),
        delays: {
            var delays = Delays()
            delays.signal = Range(4, 8)
            delays.sign = Range(2, 3)
            delays.crossing = Range(0.3, 1)
            delays.junction = Range(0.7, 1)
            delays.yield = Range(1.5, 3)
            delays.roundabout = Range(1.5, 3)
            delays.across = Range(1, 2.5)
            delays.corner = 2.5
            delays.uTurn = 10
            delays.calming = 2
            delays.gate = 15
            delays.restricted = 15
            delays.destination = 0
            return delays
        }(),
        licence: Licence(usesEmergencyRoads: true, bannedTurn: nil, wrongWay: nil),
        spread: Spread(journey: Range(0.20, 0.24), minute: Range(0.38, 0.44)),
        shareOfLimit: 1.25,
        stones: 35,
        loose: 25,
        drivesOnRight: true
    )

    private typealias Row = (RoadClass, Range, Range, (Double, Double))

    private static func table(_ rows: [Row]) -> [RoadClass: ClassSpeeds] {
        Dictionary(
            uniqueKeysWithValues: rows.map { kind, town, rural, limits in
                (kind, ClassSpeeds(town: town, rural: rural, limits: limits))
            }
        )
    }
}

extension TrafficDay {
    /// The shape that most towns share: a steep morning, a day at two thirds, a long evening, a Saturday like a
    /// working day's noon.
    ///
    /// Source of the shape: TomTom Traffic Index, congestion by hour of the day, middle-sized towns of Europe and
    /// China; the busiest hour is 1.
    package static let usual = TrafficDay(
        weekday: [
            0.08, 0.05, 0.03, 0.02, 0.03, 0.06, 0.20, 0.60, 1.00, 0.85, 0.68, 0.66,
            0.70, 0.70, 0.68, 0.72, 0.80, 0.95, 1.00, 0.80, 0.50, 0.32, 0.22, 0.14,
        ],
        weekend: [
            0.16, 0.13, 0.10, 0.07, 0.05, 0.05, 0.07, 0.12, 0.20, 0.32, 0.45, 0.52,
            0.52, 0.46, 0.46, 0.50, 0.54, 0.56, 0.56, 0.50, 0.42, 0.34, 0.27, 0.20,
        ]
    )
}
