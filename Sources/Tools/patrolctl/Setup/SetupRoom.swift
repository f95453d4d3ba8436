import AccountFile
import ArgumentParser
import Authority
import Glibc
import PatrolWire
import Program
import Settings
import Threading
import Zones

/// `patrolctl setup room`: authority, broker, certificates, first account, map, configuration, services, and a test.
struct SetupRoom: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "room",
        abstract: say("Set up the command room and its broker.", "安装指挥室及其消息服务器。"),
        discussion: "Exit status: 0 all of it works, 1 the last test found a fault, 2 an answer is missing or wrong."
    )
    @OptionGroup var options: SetupOptions
    @OptionGroup var places: AuthorityOptions
    @Option(help: "The station's short name, as devices use it.") var station: String?
    @Option(help: "The station's name, as people write it.") var name: String?
    @Option(help: "Host names or addresses by which devices reach this machine.") var host: String?
    @Option(help: "Host names or addresses of the board's page; '' for this machine only.") var board: String?
    @Option(help: "The first account, a chief's.") var account: String?
    @Option(help: "A file whose first line is its password; without it the password is asked for.")
    var passwordFile: String?
    @Option(help: "The city's map, an OpenStreetMap extract.") var map: String?
    @Option(help: "The station's time zone.") var timezone: String?
    @Option(help: "Port of the broker for devices.") var port: String?
    @Option(help: "Port of the broker for the room, on this machine only.") var roomPort: String?
    @Option(help: "Port of the board's page.") var boardPort: String?
    @Option(help: "Address that broker and board listen on; all of this machine without it.") var bind: String?
    @Option(help: "Folder of the room's store and map.") var state = "/var/lib/command-room"
    @Option(help: "The file that mosquitto reads.") var brokerConfig = "/etc/mosquitto/conf.d/patrollink.conf"

    private var configurationPath: String { RoomConfiguration.path(in: self.options.folder) }
    private var roads: String { "\(self.state)/city.roads" }

    func run() async throws {
        // What services read is not closed to them, whatever root's own mask is.
        umask(0o022)
        let saved = "\(self.options.folder)/setup-room.answers"
        let answers = try Answers(self.questions, flags: self.flags, file: self.options.answers, saved: saved)
        let ports = ["port", "room-port", "board-port"].map { answers[$0] }
        guard Set(ports).count == ports.count else {
            throw ProgramFailure(.usage, "--port, --room-port and --board-port must be different")
        }
        try self.makeFolders()
        let configuration = RoomConfiguration(answers, folder: self.options.folder, state: self.state)
        // Before anything is changed: what somebody wrote by hand is not left behind by other answers.
        let standing = try configuration.standing(isForced: self.options.force)
        var work = SetupWork()
        try await self.makeAuthority(answers, &work)
        try await self.makeAccount(answers, &work)
        try await self.importMap(answers, &work)
        work.step("The configuration", "配置")
        try configuration.write(standing)
        try needs(
            await runThrough("command-room", ["check", "--config", configuration.path], isQuiet: true),
            of: "command-room",
            otherwise: .configuration,
            say(
                "\(configuration.path): mend what is said above, and run this again",
                "\(configuration.path)：请按上面的提示修正后重新运行"
            )
        )
        try answers.save(to: saved)
        try await self.start(&work)
        try await self.test(answers, &work)
    }

    private var flags: [String: String] {
        [
            "station": self.station, "name": self.name, "host": self.host, "board": self.board,
            "account": self.account, "map": self.map, "timezone": self.timezone, "port": self.port,
            "room-port": self.roomPort, "board-port": self.boardPort, "bind": self.bind,
        ]
        .compactMapValues(\.self)
    }

    private func makeFolders() throws {
        guard access(self.options.folder, F_OK) == 0 || mkdir(self.options.folder, 0o755) == 0 else {
            throw ProgramFailure(.unavailable, "\(self.options.folder): cannot be made; run this as root")
        }
        guard access(self.options.folder, W_OK) == 0 else {
            throw ProgramFailure(.unavailable, "\(self.options.folder): cannot be written; run this as root")
        }
        if mkdir(self.state, 0o750) == 0, geteuid() == 0, let user = getpwnam("command-room") {
            chown(self.state, user.pointee.pw_uid, user.pointee.pw_gid)
        }
        guard access(self.state, W_OK) == 0 else {
            throw ProgramFailure(.unavailable, "\(self.state): is not there, or cannot be written; run this as root")
        }
    }

    private func makeAuthority(_ answers: Answers, _ work: inout SetupWork) async throws {
        let places = ["--authority", self.places.authority, "--broker", self.places.broker, "--restart", ""]
        work.step("The station's authority", "本单位的证书颁发机构")
        if access("\(self.places.authority)/ca.crt", F_OK) == 0 {
            print("\(self.places.authority) is there and stays.")
        } else {
            try await work.command(PKICommands.Init.self, ["--name=\(answers["name"])"] + places)
        }
        work.step("The broker", "消息服务器")
        let hosts = answers.list("host").flatMap { ["--host", $0] }
        try await work.command(
            BrokerCommands.Setup.self,
            hosts + ["--port", answers["port"], "--room-port", answers["room-port"], "--config", self.brokerConfig]
                + (answers["bind"].isEmpty ? [] : ["--bind", answers["bind"]]) + places
        )
        work.step("Certificates of the room and of its page", "指挥室及其网页的证书")
        let output = ["--output", self.options.folder]
        try await work.command(PKICommands.Room.self, ["--station", answers["station"]] + output + places)
        let names = answers.list("board")
        guard !names.isEmpty else { return }
        let all = names + ["localhost", "127.0.0.1"].filter { !names.contains($0) }
        try await work.command(
            PKICommands.Server.self,
            all.flatMap { ["--host", $0] } + ["board"] + output + places
        )
    }

    private func makeAccount(_ answers: Answers, _ work: inout SetupWork) async throws {
        work.step("The first account", "第一个账号")
        let accounts = try AccountCommands.Options.parse(["--file", "\(self.options.folder)/accounts"])
        defer { accounts.letRoomRead() }
        let name = answers["account"]
        if let known = try accounts.load().accounts.first(where: { $0.name == name }) {
            return print("\(name) is there, as \(known.role), and stays.")
        }
        var password: String?
        if let path = self.passwordFile {
            let lines = try contents(of: path).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            guard let first = lines.first, !first.isEmpty else {
                throw ProgramFailure(.data, "\(path): its first line is empty; it has to be the password")
            }
            password = String(first)
        }
        try accounts.add(name, role: "chief", password: password)
    }

    /// A map is imported again when it is another one than the last time, or when one of the two files is not there.
    private func importMap(_ answers: Answers, _ work: inout SetupWork) async throws {
        work.step("The map", "地图")
        let ground = self.roads.dropLast(".roads".count) + ".ground"
        defer { for path in [self.roads, String(ground)] { letEverybodyRead(path) } }
        let map = answers["map"]
        let isThere = access(self.roads, F_OK) == 0 && access(String(ground), F_OK) == 0
        var status = stat()
        guard !map.isEmpty else {
            guard isThere else {
                throw ProgramFailure(.usage, "--map is missing: the city's map, such as CITY.osm.pbf")
            }
            return print("\(self.roads) is there and stays.")
        }
        guard stat(map, &status) == 0 else { throw ProgramFailure(.data, "\(map): cannot be read") }
        let mark = "\(map) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_ino)\n"
        let marked = "\(self.options.folder)/setup-room.map"
        if isThere, !self.options.force, access(marked, F_OK) == 0, try contents(of: marked) == mark {
            return print("\(self.roads) was made of \(map) and stays.")
        }
        try needs(
            await runThrough("command-room", ["roads", "import", map, "--output", self.roads]),
            of: "command-room",
            otherwise: .data,
            "\(map): is no map that can be used; give an OpenStreetMap extract as --map"
        )
        try explained { try PrivateFile.write(mark, to: marked, mode: 0o600) }
    }
}

extension SetupRoom {
    private var questions: [Question] {
        [
            Question(
                key: "station",
                words: say("the station's short name, as devices use it", "单位的简称，设备使用"),
                example: "jinzhan"
            ) { Name($0) == nil ? Name.rule : nil },
            Question(
                key: "name",
                words: say("the station's name, as people write it", "单位的全称"),
                example: "金盏派出所"
            ) { $0.count > 64 ? say("64 characters at most", "最多 64 个字") : nil },
            Question(
                key: "host",
                words: say("host names or addresses by which devices reach this machine", "设备访问本机的主机名或地址"),
                example: "mqtt.station.example",
                fault: hostsFault
            ),
            Question(
                key: "board",
                words: say(
                    "host names or addresses of the board's page, none for this machine only",
                    "网页的主机名或地址，仅本机使用时留空"
                ),
                example: "room.station.example",
                standard: "",
                fault: hostsFault
            ),
            Question(key: "account", words: say("the first account, a chief's", "第一个账号（所长）"), example: "li") {
                AccountFile.isName($0) ? nil : say("letters, digits, '-', '.' and '_', up to 32", "字母、数字、-、.、_，最多 32 个")
            },
            Question(
                key: "map",
                words: say("the city's map, an OpenStreetMap extract", "城市地图（OpenStreetMap 数据文件）"),
                example: "/root/CITY.osm.pbf",
                standard: access(self.roads, F_OK) == 0 ? "" : nil,
                isKept: false
            ) { access($0, R_OK) == 0 ? nil : "\($0) cannot be read" },
            Question(
                key: "timezone",
                words: say("the station's time zone", "时区"),
                example: "Asia/Shanghai",
                standard: "Asia/Shanghai"
            ) { ZoneFiles.zone(named: $0) == nil ? "'\($0)' is no time zone of this machine" : nil },
            Question(
                key: "port",
                words: say("the broker's port for devices", "消息服务器的设备端口"),
                example: "8883",
                standard: "8883",
                fault: portFault
            ),
            Question(
                key: "room-port",
                words: say("the broker's port for the room", "消息服务器的指挥室端口"),
                example: "8884",
                standard: "8884",
                fault: portFault
            ),
            Question(
                key: "board-port",
                words: say("the page's port", "网页的端口"),
                example: "8443",
                standard: "8443",
                fault: portFault
            ),
            Question(
                key: "bind",
                words: say(
                    "the address that broker and page listen on, none for all of this machine",
                    "监听地址，留空表示本机所有地址"
                ),
                example: "192.0.2.10",
                standard: ""
            ) { StationAuthority.isHost($0) ? nil : say("one address", "填写一个地址") },
        ]
    }

    private func start(_ work: inout SetupWork) async throws {
        work.step("The services", "服务")
        guard self.options.startsServices else {
            return print(
                """
                No service is started here. Start 'mosquitto -c /etc/mosquitto/mosquitto.conf' and \
                'command-room run --config \(self.configurationPath)', and run this again.
                """
            )
        }
        try await work.systemctl("enable", "mosquitto", service: "mosquitto")
        try await self.places.restartBroker()
        try await work.systemctl("enable", "command-room", "command-room-backup.timer", service: "command-room")
        try await work.systemctl("restart", "command-room", "command-room-backup.timer", service: "command-room")
        print("mosquitto, command-room and its nightly backup run, and start with the machine.")
    }

    /// The room's own doctor is the test: it looks at all of it, from the disk to the devices.
    private func test(_ answers: Answers, _ work: inout SetupWork) async throws {
        work.step("The test", "检验")
        let look = ["doctor", "--config", self.configurationPath]
        let end = ContinuousClock.now + .seconds(self.options.startsServices ? self.options.wait : 0)
        while await runThrough("command-room", look, isQuiet: true) == .exited(1), ContinuousClock.now < end {
            await pause(for: .seconds(1))
        }
        guard await runThrough("command-room", look).isSuccess else {
            throw ProgramFailure(
                .failure,
                say(
                    "the room does not work yet: mend what is said above, and run this again",
                    "指挥室尚未正常工作：请按上面的提示处理后重新运行"
                )
            )
        }
        let authority = try self.places.station().authority
        let names = answers.list("board")
        let host = names.first.map { $0.contains(":") ? "[\($0)]" : $0 } ?? "127.0.0.1"
        let page = "\(names.isEmpty ? "http" : "https")://\(host):\(answers["board-port"])/"
        print(say("The page: \(page)", "网页：\(page)"))
        if !names.isEmpty {
            let path = "\(self.options.folder)/ca.crt"
            print(say("Browsers have to know the station's authority: \(path)", "浏览器需要信任本单位的颁发机构：\(path)"))
        }
        let print64 = try EnrolmentBundle.fingerprint(of: authority.certificate)
        print(say("The authority's fingerprint, for devices: \(print64)", "颁发机构指纹（供设备核对）：\(print64)"))
        let port = answers["port"] == "8883" ? "" : " --port \(answers["port"])"
        print(
            say(
                "Next, on each device 'patrolctl setup device', and here:",
                "下一步：在每台设备上运行 'patrolctl setup device'，在本机运行："
            )
                + """

                  patrolctl enrol sign DEVICE.request --station \(answers["station"]) --host \
                \(answers.list("host").first ?? "HOST")\(port) --unit CALL-SIGN --output DEVICE.bundle
                """
        )
    }
}
