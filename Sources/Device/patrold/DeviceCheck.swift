import BrokerLink
import Console
import FoundationEssentials
import Glibc
import Hardware
import PatrolWire
import Plan
import SetupCheck
import SystemErrors
import Threading
import Zones

/// Opens everything that a configuration names and says all that is wrong with it; changes nothing.
struct DeviceCheck {
    /// User of the unit that is shipped.
    static let service = "patrold"

    private(set) var findings = Findings()
    /// The plan of the configuration; `nil` where it comes from the room, or cannot be read.
    private(set) var plan: PatrolPlan?

    init(_ configuration: Configuration) {
        if let credentials = configuration.broker.credentials {
            self.findings.identity(
                TLSIdentity(
                    certificate: credentials.certificate,
                    key: credentials.key,
                    authority: credentials.authority
                ),
                key: "broker.tls",
                service: Self.service,
                name: configuration.device.text,
                now: SystemClock.wallMilliseconds / 1_000
            )
        }
        self.findings.writableFolder(configuration.state, key: "state")
        if let file = configuration.planFile { self.checkPlan(file) }
        if let fault = configuration.console.fault(service: Self.service, state: configuration.state) {
            self.findings.fault(fault)
        }
        for input in configuration.profile.inputs { self.check(input) }
    }

    /// What a running service warns of: keys that others may read.
    static func exposures(_ configuration: Configuration) -> [String] {
        [configuration.broker.credentials?.key].compactMap { $0 }
            .compactMap { Findings.exposure(of: $0, service: Self.service) }
    }

    private mutating func checkPlan(_ file: String) {
        guard self.findings.readable(file, key: "plan.file", service: Self.service) else { return }
        do {
            let bytes = Array(try Data(contentsOf: URL(filePath: file)))
            self.plan = try PlanReader { ZoneFiles.zone(named: $0) }.read(bytes)
        } catch let error as PlanError {
            for problem in error.problems { self.findings.fault("\(file): \(problem)") }
        } catch {
            self.findings.fault("\(file): cannot be read; check 'plan.file'")
        }
    }

    private mutating func check(_ input: InputSpec) {
        switch input.source {
        case .gpio(let chip, _, _):
            // A chip may also be named by its label or number; a name that looks like the kernel's must be there.
            guard chip.hasPrefix("gpiochip") || chip.hasPrefix("/") else { return }
            let path = chip.hasPrefix("/") ? chip : "/dev/\(chip)"
            guard access(path, F_OK) != 0 else { return }
            self.findings.fault(
                "input \(input.name): \(path) is not here; correct 'gpio' in the hardware profile ('gpiodetect' lists the chips)"
            )
        case .sysfs(let path, _):
            guard access(path, R_OK) != 0 else { return }
            self.findings.fault(
                "input \(input.name): \(path): \(SystemError.last); correct 'sysfs' in the hardware profile"
            )
        case .socket: break
        }
    }
}
