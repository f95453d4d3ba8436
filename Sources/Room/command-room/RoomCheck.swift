import AccountFile
import Board
import BrokerLink
import FoundationEssentials
import Glibc
import GroundMap
import History
import Operation
import Plan
import PlanSigning
import Plans
import RoadMap
import SetupCheck
import SystemErrors
import Threading
import Zones

/// Opens everything that a configuration names and says all that is wrong with it; changes nothing.
struct RoomCheck {
    /// User of the unit that is shipped.
    static let service = "command-room"

    private(set) var findings = Findings()
    /// The roads; `nil` when they cannot be used.
    private(set) var network: RoadNetwork?
    /// The plan; `nil` where the configuration has none, or it cannot be used.
    private(set) var plan: PatrolPlan?
    /// How many may log in; `nil` where nobody has to, or the file cannot be used.
    private(set) var accounts: Int?

    /// What lies under the roads of the map, in words.
    private(set) var ground = ""

    init(_ configuration: Configuration) {
        let now = SystemClock.wallMilliseconds / 1_000
        if let files = configuration.broker.credentials {
            let identity = TLSIdentity(certificate: files.certificate, key: files.key, authority: files.authority)
            self.findings.identity(identity, key: "broker.tls", service: Self.service, name: nil, now: now)
        }
        if let files = configuration.tls {
            let identity = TLSIdentity(certificate: files.certificate, key: files.key)
            self.findings.identity(identity, key: "http.tls", service: Self.service, name: nil, now: now)
        }
        if self.findings.readable(configuration.roads, key: "roads", service: Self.service) {
            self.network = self.findings.attempt { try openRoads(configuration.roads) }
        }
        self.ground = self.lookAtGround(GroundFile.path(besideRoads: configuration.roads))
        self.findings.writableFolder(configuration.state, key: "state")
        do throws(HistoryError) { try UnfinishedRestore.refuse(configuration.state) } catch {
            self.findings.fault("\(error)")
        }
        if let file = configuration.accounts { self.checkAccounts(file) }
        if let plan = configuration.plan { self.checkPlan(plan) }
        if let driving = configuration.driving,
            self.findings.readable(driving, key: "driving", service: Self.service)
        {
            _ = self.findings.attempt { try loadDriving(driving) }
        }
        for name in ["leaflet.js", "leaflet.css"] where access("\(configuration.page.leaflet)/\(name)", R_OK) != 0 {
            self.findings.fault(
                "\(configuration.page.leaflet)/\(name): \(SystemError.last); the page draws its map with it: "
                    + "'apt install libjs-leaflet', or say in 'board.leaflet' where it is"
            )
        }
    }

    /// Without it the board draws roads only; one that cannot be used is a fault.
    private mutating func lookAtGround(_ path: String) -> String {
        guard access(path, F_OK) == 0 else { return "none: the board draws roads only" }
        guard self.findings.readable(path, key: "roads", service: Self.service) else { return path }
        do throws(GroundError) {
            _ = try GroundFile(path: path)
            return path
        } catch {
            self.findings.fault("\(error)")
            return path
        }
    }

    /// What a running service warns of: secrets that others may read.
    static func exposures(_ configuration: Configuration) -> [String] {
        [
            configuration.tls?.key, configuration.broker.credentials?.key, configuration.plan?.key,
            configuration.accounts,
        ]
        .compactMap { $0 }
        .compactMap { Findings.exposure(of: $0, service: Self.service) }
    }

    private mutating func checkAccounts(_ file: String) {
        guard self.findings.readable(file, key: "accounts", service: Self.service) else { return }
        self.findings.secret(file, service: Self.service)
        guard let accounts = self.findings.attempt({ try AccountBook(file: file).load().accounts }) else { return }
        self.accounts = accounts.count
        if accounts.isEmpty {
            self.findings.fault(
                "\(file): has no account, so nobody could log in; make one with 'patrolctl account add'"
            )
        }
    }

    private mutating func checkPlan(_ files: PlanFiles) {
        if self.findings.readable(files.key, key: "plan.key", service: Self.service) {
            self.findings.secret(files.key, service: Self.service)
            let text = self.bytes(of: files.key, key: "plan.key").map { String(decoding: $0, as: UTF8.self) }
            if let text, PlanSigner(keyFile: text) == nil {
                self.findings.fault("\(files.key): is no key of 'patrolctl plan keygen'; make one")
            }
        }
        guard self.findings.readable(files.file, key: "plan.file", service: Self.service),
            let bytes = self.bytes(of: files.file, key: "plan.file")
        else { return }
        do throws(PlanError) {
            self.plan = try PlanReader { ZoneFiles.zone(named: $0) }.read(bytes)
        } catch {
            for problem in error.problems { self.findings.fault("\(files.file): \(problem)") }
        }
    }

    private mutating func bytes(of file: String, key: String) -> [UInt8]? {
        do { return Array(try Data(contentsOf: URL(filePath: file))) } catch {
            self.findings.fault("\(file): cannot be read; check '\(key)'")
            return nil
        }
    }
}
