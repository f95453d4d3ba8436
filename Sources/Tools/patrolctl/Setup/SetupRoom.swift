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

    private var configurationPath: String { "\(self.options.folder)/command-room.yaml" }
    private var roads: String { "\(self.state)/city.roads" }

    func run() async throws {
        try self.makeFolders()
        let answers = try Answers(
            self.questions,
            flags: self.flags,
            file: self.options.answers,
            saved: "\(self.options.folder)/setup-room.answers"
        )
        var work = SetupWork()
        try await self.makeAuthority(answers, &work)
        try await self.makeAccount(answers, &work)
        try await self.importMap(answers, &work)
        try await self.configure(answers, &work)
        try await self.start(&work)
        try await self.test(answers, &work)
    }

    private var flags: [String: String] {
        [
            "station": self.station, "name": self.name, "host": self.host, "board": self.board,
            "account": self.account, "map": self.map, "timezone": self.timezone, "port": self.port,
            "room-port": self.roomPort, "board-port": self.boardPort,
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
            try await work.command(PKICommands.Init.self, ["--name", answers["name"]] + places)
        }
        work.step("The broker", "消息服务器")
        let hosts = answers.list("host").flatMap { ["--host", $0] }
        try await work.command(
            BrokerCommands.Setup.self,
            hosts + ["--port", answers["port"], "--room-port", answers["room-port"], "--config", self.brokerConfig]
                + (self.bind.map { ["--bind", $0] } ?? []) + places
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
        let name = answers["account"]
        guard try !accounts.load().accounts.contains(where: { $0.name == name }) else {
            return print("\(name) is there and stays.")
        }
        var password: String?
        if let path = self.passwordFile {
            password = try contents(of: path).split(separator: "\n").first.map(String.init)
        }
        try accounts.add(name, role: "chief", password: password)
    }

    /// A map is imported again when it is newer than what was made of it.
    private func importMap(_ answers: Answers, _ work: inout SetupWork) async throws {
        work.step("The map", "地图")
        let map = answers["map"]
        var (old, new) = (stat(), stat())
        let isThere = stat(self.roads, &old) == 0
        guard !map.isEmpty, stat(map, &new) == 0 else {
            guard isThere else {
                throw ProgramFailure(.usage, "--map is missing: the city's map, such as CITY.osm.pbf")
            }
            return print("\(self.roads) is there and stays.")
        }
        if isThere, old.st_mtim.tv_sec >= new.st_mtim.tv_sec {
            return print("\(self.roads) was made of \(map) and stays.")
        }
        try needs(
            await runThrough("command-room", ["roads", "import", map, "--output", self.roads]),
            of: "command-room",
            otherwise: .data,
            "\(map): is no map that can be used; give an OpenStreetMap extract as --map"
        )
    }

    private func configure(_ answers: Answers, _ work: inout SetupWork) async throws {
        work.step("The configuration", "配置")
        let path = self.configurationPath
        if access(path, F_OK) == 0, !self.options.force {
            print("\(path) is there and stays as it is; --force replaces it.")
        } else {
            try explained { try PrivateFile.write(self.text(answers), to: path, mode: 0o644) }
            print("\(path) is written.")
        }
        try needs(
            await runThrough("command-room", ["check", "--config", path], isQuiet: true),
            of: "command-room",
            otherwise: .configuration,
            "\(path): mend what is said above, and run this again"
        )
    }

    private func text(_ answers: Answers) -> String {
        let folder = self.options.folder
        func file(_ name: String) -> String { "\(folder)/\(name)".quotedYAML }
        let isOpen = !answers.list("board").isEmpty
        let host = self.bind ?? (isOpen ? "0.0.0.0" : "127.0.0.1")
        let tls = isOpen ? ", tls: { certificate: \(file("board.crt")), key: \(file("board.key")) }" : ""
        return """
            stations: [\(answers["station"].quotedYAML)]
            broker:
              host: 127.0.0.1
              port: \(answers["room-port"])
              tls: { ca: \(file("ca.crt")), certificate: \(file("command-room.crt")), key: \(file("command-room.key")) }
            roads: \(self.roads.quotedYAML)
            state: \(self.state.quotedYAML)
            http: { host: \(host.quotedYAML), port: \(answers["board-port"])\(tls) }
            accounts: \(file("accounts"))
            timezone: \(answers["timezone"].quotedYAML)
            board: { title: \(answers["name"].quotedYAML) }
            history: { keep_days: 400 }

            """
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
                example: "mqtt.station.example"
            ),
            Question(
                key: "board",
                words: say("host names or addresses of the board's page", "网页的主机名或地址"),
                example: "room.station.example",
                standard: ""
            ),
            Question(key: "account", words: say("the first account, a chief's", "第一个账号（所长）"), example: "li") {
                AccountFile.isName($0) ? nil : say("letters, digits, '-', '.' and '_', up to 32", "字母、数字、-、.、_，最多 32 个")
            },
            Question(
                key: "map",
                words: say("the city's map, an OpenStreetMap extract", "城市地图（OpenStreetMap 数据文件）"),
                example: "/root/CITY.osm.pbf",
                standard: access(self.roads, F_OK) == 0 ? "" : nil
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
            throw ProgramFailure(.failure, "the room does not work yet: mend what is said above, and run this again")
        }
        let authority = try self.places.station().authority
        let names = answers.list("board")
        let scheme = names.isEmpty ? "http" : "https"
        print(
            "The page: \(scheme)://\(names.first ?? "127.0.0.1"):\(answers["board-port"])/, account \(answers["account"])."
        )
        if !names.isEmpty {
            print("Browsers have to know the station's authority: \(self.options.folder)/ca.crt")
        }
        print("The authority's fingerprint, for devices: \(try EnrolmentBundle.fingerprint(of: authority.certificate))")
        print("Next, on each device: 'patrolctl setup device'.")
    }
}
