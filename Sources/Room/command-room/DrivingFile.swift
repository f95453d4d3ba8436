import ArgumentParser
import PatrolWire
import RoadMap
import RoadSearch
import Settings
import TimeToScene

/// The tables of driving as a YAML file that a chief can read and change.
enum DrivingFile {
    /// Reads a file; what it leaves out stays as it is by default.
    static func read(_ path: String) throws(SettingsError) -> Driving {
        var top = try SettingsReader(file: path)
        var driving = Driving.usual
        if var day = try top.optionalGroup("traffic") {
            driving.day.weekday = try Self.numbers(&day, "weekday", in: 0...1, count: 24) ?? driving.day.weekday
            driving.day.weekend = try Self.numbers(&day, "weekend", in: 0...1, count: 24) ?? driving.day.weekend
            try day.finish()
        }
        if let side = try top.optionalString("drives_on") {
            guard side == "right" || side == "left" else { throw top.error("drives_on", "must be right or left") }
            (driving.civil.drivesOnRight, driving.siren.drivesOnRight) = (side == "right", side == "right")
        }
        if var civil = try top.optionalGroup("civil") { try Self.read(&civil, into: &driving.civil) }
        if var siren = try top.optionalGroup("siren") { try Self.read(&siren, into: &driving.siren) }
        try top.finish()
        return driving
    }

    private static func read(_ group: inout SettingsReader, into model: inout DrivingModel) throws(SettingsError) {
        if var speeds = try group.optionalGroup("speeds_kmh") {
            for kind in RoadClass.allCases {
                guard let row = try Self.numbers(&speeds, kind.name, in: 1...250, count: 6) else { continue }
                model.speeds[kind] = DrivingModel.ClassSpeeds(
                    town: DrivingModel.Range(row[0], row[1]),
                    rural: DrivingModel.Range(row[2], row[3]),
                    limits: (row[4], row[5])
                )
            }
            try speeds.finish()
        }
        if var delays = try group.optionalGroup("delays_s") {
            for (key, path) in Self.ranges { try Self.range(&delays, key, &model.delays[keyPath: path]) }
            for (key, path) in Self.seconds {
                model.delays[keyPath: path] = try delays.number(key, in: 0...600, default: model.delays[keyPath: path])
            }
            try delays.finish()
        }
        if var licence = try group.optionalGroup("licence") {
            if licence.has("emergency_roads") {
                model.licence.usesEmergencyRoads = try licence.flag("emergency_roads")
            }
            model.licence.bannedTurn = try licence.optionalNumber("banned_turn_s", in: 0...600)
            model.licence.wrongWay = try licence.optionalNumber("wrong_way_kmh", in: 1...100)
            try licence.finish()
        }
        if var spread = try group.optionalGroup("spread") {
            try Self.range(&spread, "journey", &model.spread.journey)
            try Self.range(&spread, "minute", &model.spread.minute)
            try spread.finish()
        }
        model.shareOfLimit = try group.number("share_of_limit", in: 0.1...3, default: model.shareOfLimit)
        model.stones = try group.number("stones_kmh", in: 1...200, default: model.stones)
        model.loose = try group.number("loose_kmh", in: 1...200, default: model.loose)
        try group.finish()
    }

    private static func range(
        _ group: inout SettingsReader,
        _ key: String,
        _ value: inout DrivingModel.Range
    ) throws(SettingsError) {
        guard let pair = try Self.numbers(&group, key, in: 0...600, count: 2) else { return }
        value = DrivingModel.Range(pair[0], pair[1])
    }

    private static func numbers(
        _ group: inout SettingsReader,
        _ key: String,
        in range: ClosedRange<Double>,
        count: Int
    ) throws(SettingsError) -> [Double]? {
        guard group.has(key) else { return nil }
        let numbers = try group.strings(key, example: "[1, 2]").compactMap { Double($0) }.filter(range.contains)
        guard numbers.count == count else {
            throw group.error(key, "must be \(count) numbers from \(range.lowerBound) to \(range.upperBound)")
        }
        return numbers
    }

    // Safety: never changed.
    nonisolated(unsafe) private static let ranges:
        [(String, WritableKeyPath<DrivingModel.Delays, DrivingModel.Range>)] = [
            ("signal", \.signal), ("sign", \.sign), ("crossing", \.crossing), ("junction", \.junction),
            ("yield", \.yield),
            ("roundabout", \.roundabout), ("across", \.across),
        ]

    // Safety: never changed.
    nonisolated(unsafe) private static let seconds: [(String, WritableKeyPath<DrivingModel.Delays, Double>)] = [
        ("corner", \.corner), ("u_turn", \.uTurn), ("calming", \.calming), ("gate", \.gate),
        ("restricted", \.restricted), ("destination", \.destination),
    ]

    /// The whole of it as YAML, which reads back to the same.
    static func text(_ driving: Driving) -> String {
        """
        # What time to scene assumes of driving. Give it to the room as 'driving: FILE'; what is left out keeps the
        # number that 'command-room driving' prints. Two numbers are an empty and a full town; 'traffic' says how full
        # it is at each hour, from 0 to 1.
        drives_on: \(driving.civil.drivesOnRight ? "right" : "left")
        traffic:
          # Hours 0 to 23. Shape: TomTom Traffic Index, middle-sized towns.
          weekday: \(Self.list(driving.day.weekday))
          weekend: \(Self.list(driving.day.weekend))
        # With the traffic. Highway Capacity Manual 2010, chapters 17 to 21; ETSC PIN Flash 36.
        civil:
        \(Self.text(driving.civil))
        # With lights and siren: 31 to 38 % less time in town. Ho and Casey 1998, Hunt 1995, Brown 2000.
        siren:
        \(Self.text(driving.siren))
        """
    }

    private static func text(_ model: DrivingModel) -> String {
        var lines = ["  # running speed in town (empty, full) and country (empty, full); limit where none is signed"]
        lines.append("  speeds_kmh:")
        for kind in RoadClass.allCases {
            guard let row = model.speeds[kind] else { continue }
            let numbers = [
                row.town.empty, row.town.full, row.rural.empty, row.rural.full, row.townLimit, row.ruralLimit,
            ]
            lines.append("    \(kind.name): \(Self.list(numbers))")
        }
        lines.append("  share_of_limit: \(model.shareOfLimit)")
        lines.append("  stones_kmh: \(Self.short(model.stones))")
        lines.append("  loose_kmh: \(Self.short(model.loose))")
        lines.append("  delays_s:")
        for (key, path) in Self.ranges {
            let range = model.delays[keyPath: path]
            lines.append("    \(key): \(Self.list([range.empty, range.full]))")
        }
        for (key, path) in Self.seconds { lines.append("    \(key): \(Self.short(model.delays[keyPath: path]))") }
        lines.append("  # banned_turn_s and wrong_way_kmh switch on what is off: forbidden turns, one-way streets")
        lines.append("  licence:")
        lines.append("    emergency_roads: \(model.licence.usesEmergencyRoads)")
        if let price = model.licence.bannedTurn { lines.append("    banned_turn_s: \(Self.short(price))") }
        if let speed = model.licence.wrongWay { lines.append("    wrong_way_kmh: \(Self.short(speed))") }
        lines.append("  # standard deviation of the logarithm: of a whole journey, and of one minute of it")
        lines.append("  spread:")
        lines.append("    journey: \(Self.list([model.spread.journey.empty, model.spread.journey.full]))")
        lines.append("    minute: \(Self.list([model.spread.minute.empty, model.spread.minute.full]))")
        return lines.joined(separator: "\n")
    }

    private static func list(_ numbers: [Double]) -> String {
        "[" + numbers.map(Self.short).joined(separator: ", ") + "]"
    }

    private static func short(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? "\(number)" }
}

/// `command-room driving`: the tables as they are, to be changed.
struct DrivingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "driving",
        abstract: "Print what time to scene assumes of driving, as the YAML file that can be changed."
    )

    @Option(help: "Print what such a file means instead of the defaults.")
    var config: String?

    func run() async throws {
        guard let config else { return print(DrivingFile.text(.usual)) }
        print(DrivingFile.text(try loadDriving(config)))
    }
}
