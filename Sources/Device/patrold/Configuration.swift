import BrokerLink
import Console
import Hardware
import PatrolWire
import Settings

/// What `patrold.yaml` says.
struct Configuration: Sendable {
    var station: Name
    var device: Name
    var unit: String
    var profile: HardwareProfile
    var state: String
    var broker: BrokerAddress
    var gpsd: HostPort
    /// Ed25519 public keys that the room's plans may be signed with, by name.
    var planKeys: [String: [UInt8]] = [:]
    /// A plan that the administrator gives.
    var planFile: String?
    /// Where officers and the car's own screen speak to the device.
    var console: ConsoleServer.Configuration

    /// Reads the file and the hardware profile that it names.
    init(file: String, executable: String) throws(SettingsError) {
        var top = try SettingsReader(file: file)
        let station = try top.string("station", example: "jinzhan")
        guard let stationName = Name(station) else {
            throw top.error("station", "must be \(Name.rule), not '\(station)'")
        }
        self.station = stationName
        let device = try top.string("device", example: "car-01")
        guard let deviceName = Name.device(device) else {
            throw top.error("device", "must be \(Name.rule), and not 'room'; it is '\(device)'")
        }
        self.device = deviceName
        self.unit = try top.string("unit", example: "\"01\"")
        let profile = try top.string("profile", example: "vehicle-usb-gnss")
        self.profile = try HardwareProfile.find(
            profile,
            in: HardwareProfile.standardFolders(executable: executable)
        ) { known in
            let names = known.isEmpty ? "none is installed" : "there are: \(known.joined(separator: ", "))"
            return top.error("profile", "is '\(profile)', which is no hardware profile; \(names); a path works too")
        }
        self.state = try top.string("state", example: "/var/lib/patrold")
        self.broker = try BrokerAddress(top.group("broker", example: "{ host: 127.0.0.1, port: 1883 }"))
        if var gpsd = try top.optionalGroup("gpsd") {
            self.gpsd = try gpsd.hostPort(defaultPort: 2_947)
            try gpsd.finish()
        } else {
            self.gpsd = self.profile.gpsd
        }
        if var plan = try top.optionalGroup("plan") {
            self.planFile = try plan.optionalString("file")
            if plan.has("keys") {
                for text in try plan.strings("keys", example: "[\"station MCowBQ…\"]") {
                    let words = text.split(separator: " ").map(String.init)
                    guard words.count == 2, let key = Base64.decode(words[1]), key.count == 32 else {
                        throw plan.error(
                            "keys",
                            "must be 'NAME BASE64' with a public key of 32 bytes, as 'patrolctl plan keygen' prints it; not '\(text)'"
                        )
                    }
                    self.planKeys[words[0]] = key
                }
            }
            try plan.finish()
        }
        self.console = ConsoleServer.Configuration(path: "\(self.state)/console.sock")
        if var console = try top.optionalGroup("console") {
            self.console.path = try console.optionalString("socket") ?? self.console.path
            self.console.group = try console.optionalString("group")
            try console.finish()
        }
        try top.finish()
    }
}
