import Glibc
package import Ground

/// Writes NMEA 0183 sentences as a GPS and BeiDou receiver does.
package enum NMEA {
    /// What a receiver knows at one moment.
    package struct Moment: Sendable {
        /// ms since 1970 UTC.
        package var time: Int64
        /// Where; `nil` without a fix.
        package var coordinate: Coordinate?
        /// m/s.
        package var speed: Double
        /// Degrees from true north.
        package var course: Double
        /// Height above mean sea level, metres.
        package var altitude: Double
        /// Whether the receiver carries it on by its own sensors.
        package var isReckoned = false

        /// Creates a moment.
        package init(time: Int64, coordinate: Coordinate?, speed: Double, course: Double, altitude: Double = 42) {
            self.time = time
            self.coordinate = coordinate
            self.speed = speed
            self.course = course
            self.altitude = altitude
        }
    }

    /// The sentences of one cycle: RMC, GGA, GSA and, once a second, GSV.
    package static func cycle(_ moment: Moment, withSky: Bool) -> String {
        let clock = Clock(moment.time)
        let place =
            moment.coordinate.map {
                "\(degrees($0.latitude, 2)),\($0.latitude < 0 ? "S" : "N"),\(degrees($0.longitude, 3)),\($0.longitude < 0 ? "W" : "E")"
            } ?? ",,,"
        let isFixed = moment.coordinate != nil
        let knots = decimals(moment.speed / 0.514_444, 2)
        let course = decimals(moment.course, 1)
        var sentences = [
            "GNRMC,\(clock.time),\(isFixed ? "A" : "V"),\(place),\(isFixed ? knots : ""),\(isFixed ? course : ""),\(clock.date),,,\(isFixed ? moment.isReckoned ? "E" : "A" : "N")",
            "GNGGA,\(clock.time),\(place),\(isFixed ? moment.isReckoned ? 6 : 1 : 0),\(isFixed ? "11" : "00"),\(isFixed ? "0.8" : "99.9"),\(isFixed ? decimals(moment.altitude, 1) : ""),M,\(isFixed ? "-9.0" : ""),M,,",
            "GNGSA,A,\(isFixed ? 3 : 1),\(isFixed ? "02,05,07,13,15,29" : ",,,,,"),,,,,,,1.5,0.8,1.3,1",
            "GNGSA,A,\(isFixed ? 3 : 1),\(isFixed ? "06,09,16,22,36" : ",,,,"),,,,,,,,1.5,0.8,1.3,4",
        ]
        if withSky {
            sentences += [
                "GPGSV,2,1,06,02,45,120,41,05,67,210,44,07,33,310,38,13,21,060,36,1",
                "GPGSV,2,2,06,15,52,170,42,29,18,250,33,1",
                "BDGSV,2,1,05,06,58,190,43,09,41,240,40,16,63,140,44,22,29,080,37,1",
                "BDGSV,2,2,05,36,35,300,39,1",
            ]
        }
        return sentences.map { "$\($0)*\(checksum($0))\r\n" }.joined()
    }

    /// The checksum of what stands between `$` and `*`: all bytes, exclusive or, two hex digits.
    package static func checksum(_ sentence: String) -> String {
        let sum = sentence.utf8.reduce(0, ^)
        let hex = String(sum, radix: 16, uppercase: true)
        return sum < 16 ? "0" + hex : hex
    }

    private struct Clock {
        let time: String
        let date: String

        init(_ milliseconds: Int64) {
            var seconds = time_t(milliseconds / 1_000)
            var parts = tm()
            gmtime_r(&seconds, &parts)
            let hundredths = Int(milliseconds % 1_000) / 10
            self.time = "\(two(parts.tm_hour))\(two(parts.tm_min))\(two(parts.tm_sec)).\(two(Int32(hundredths)))"
            self.date = "\(two(parts.tm_mday))\(two(parts.tm_mon + 1))\(two(parts.tm_year % 100))"
        }
    }

    /// Degrees and minutes run together, minutes with five decimals: about 2 cm.
    private static func degrees(_ value: Double, _ digits: Int) -> String {
        let minutes = Int((abs(value) * 60 * 100_000).rounded())
        let whole = minutes / (60 * 100_000)
        let rest = minutes % (60 * 100_000)
        return padded(whole, digits) + padded(rest / 100_000, 2) + "." + padded(rest % 100_000, 5)
    }

    private static func decimals(_ value: Double, _ count: Int) -> String {
        let scale = count == 1 ? 10 : 100
        let number = Int((abs(value) * Double(scale)).rounded())
        return "\(value < 0 ? "-" : "")\(number / scale).\(padded(number % scale, count))"
    }

    private static func two(_ value: Int32) -> String { padded(Int(value), 2) }

    private static func padded(_ value: Int, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
