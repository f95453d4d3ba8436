import AccountFile
import BrokerLink
import Ground
import Hardware
import Rig
import Settings

/// Settings of both programs, hardware profiles, tables of driving and accounts.
struct SettingsFuzz: FuzzKind {
    let name = "settings"

    private static let rest = """
        timezone: Asia/Shanghai
        teams: [{ name: community, devices: [car-01, car-02] }]
        roll_calls: { at: ["08:30", "20:30"], random_per_day: 2, seconds: 60, officer: true, team: community }
        board: { title: x, tiles: { url: "http://tiles.example/{z}/{x}/{y}.png", gcj02: true } }
        history: { keep_days: 400 }

        """

    func run(in folder: String, _ drive: FuzzDrive) async throws {
        let roads = try RoadQuestions.townFile(folder)
        let driving = try await runProgramToEnd(try sibling("command-room"), ["driving"]).output
        try writeFile("\(folder)/every-fix.yaml", ConfigurationText.everyFix)
        let device = ConfigurationText.device(
            "01",
            state: "\(folder)/state",
            broker: 1_883,
            gpsd: 2_947,
            profile: "\(folder)/every-fix.yaml"
        )
        let room = ConfigurationText.room(folder: folder, broker: 1_883, http: 8_080)
        let programs = [
            ("patrold", device + "console: { group: root }\nplan: { keys: [\"station MCowBQ\"] }\n"),
            ("command-room", room + Self.rest + "driving: \(folder)/driving.yaml\n"),
        ]
        _ = roads
        var number = 0
        try await drive { random in
            number += 1
            try Self.parse(Spoiling.bytes(Array((device + room + driving).utf8), isText: true, &random), folder)
            try writeFile("\(folder)/profile.yaml", Spoiling.text(ConfigurationText.everyFix, &random))
            do throws(SettingsError) { _ = try HardwareProfile(file: "\(folder)/profile.yaml") } catch {
                _ = "\(error)"
            }
            let accounts = "li:viewer:scrypt:1024:AAAA:\(String(repeating: "A", count: 43))=\n"
            do throws(AccountFile.Problem) {
                _ = try AccountFile(Spoiling.text(accounts, &random), path: "accounts").text
            } catch { _ = "\(error)" }
            // A program is started for some only: that takes as long as a hundred of the others.
            guard number % 50 == 1, let (program, text) = programs.randomElement(using: &random) else { return }
            try writeFile("\(folder)/driving.yaml", Spoiling.text(driving, &random))
            try writeFile("\(folder)/spoilt.yaml", Spoiling.text(text, &random))
            try await expectEnd(program, ["check", "--config", "\(folder)/spoilt.yaml"], [0, 78])
        }
    }

    private static func parse(_ bytes: [UInt8], _ folder: String) throws {
        do throws(SettingsError) {
            let node = try YAMLParser.parse(bytes, file: "spoilt.yaml")
            var top = try SettingsReader(node, file: "spoilt.yaml", name: "the file")
            if let broker = try top.optionalGroup("broker") { _ = try BrokerAddress(broker) }
        } catch {
            guard "\(error)".hasPrefix("spoilt.yaml") else { throw FuzzFinding("refused with '\(error)'") }
        }
    }
}

/// Tables of units.
struct TableFuzz: FuzzKind {
    let name = "csv"

    func run(in folder: String, _ drive: FuzzDrive) async throws {
        let roads = try RoadQuestions.townFile(folder)
        let table = "device,lat,lon,cog,age_s,acc\r\nfar,40.012,116.545,,3,5\r\nnear,40.0215,116.5553,90,0,\r\n"
        try await drive { random in
            try writeFile("\(folder)/units.csv", Spoiling.text(table, &random))
            try await expectEnd(
                "command-room",
                ["rank", "--roads", roads, "--scene", "40.0201,116.5553", "--units", "\(folder)/units.csv"],
                [0, 65]
            )
        }
    }
}

/// Runs a program, which must end with one of these statuses and, where it complains, in one line of its own; `check`
/// (status 78) in as many as there are faults.
func expectEnd(_ program: String, _ arguments: [String], _ statuses: Set<Int32>) async throws {
    let result = try await runProgramToEnd(try sibling(program), arguments)
    guard statuses.contains(result.status) else {
        throw FuzzFinding("\(program) \(arguments[0]) ended with \(result.status): \(result.errors.suffix(600))")
    }
    let lines = result.errors.split(separator: "\n")
    guard lines.allSatisfy({ $0.hasPrefix("\(program): ") }), result.status == 0 || !lines.isEmpty,
        result.status == 78 || lines.count <= 1
    else {
        throw FuzzFinding("\(program) \(arguments[0]) said: \(result.errors.suffix(600))")
    }
}
