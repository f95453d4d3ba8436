import Hardware
import PatrolWire

/// What the inputs of the machine say, once they have settled.
struct InputStates: Sendable {
    /// By name: 0 or 1 for switches, 0…1 for levels.
    var values: [String: Double] = [:]

    /// Whether the ignition is on; `nil` where nobody says.
    var ignition: Bool? { self.values["ignition"].map { $0 >= 0.5 } }

    /// Charge, 0…1; `nil` where nobody says.
    var battery: Double? { self.values["battery"] }
}

extension InputStates {
    /// The inputs that mean something to the patrol.
    static let names = InputSpec.names

    /// Below this charge `power.low` is said, once.
    private static let lowCharge = 0.2

    /// Takes what an input says; returns the event that it makes, if any, or `nil` for an input that is not known.
    mutating func take(_ name: String, _ value: Double) -> (kind: EventKind, data: [String: JSONValue])?? {
        guard Self.names.contains(name) else { return nil }
        let before = self.values[name]
        self.values[name] = value
        let (was, isOn) = ((before ?? 0) >= 0.5, value >= 0.5)
        switch name {
        case "ignition" where before != value: return (.powerIgnition, ["on": .bool(isOn)])
        case "camera" where was != isOn: return (.cameraRecording, ["on": .bool(isOn)])
        case "light" where was != isOn: return (.vehicleLight, ["on": .bool(isOn)])
        case "siren" where was != isOn: return (.vehicleSiren, ["on": .bool(isOn)])
        case "battery" where value < Self.lowCharge && (before ?? 1) >= Self.lowCharge:
            return (.powerLow, ["bat": .double(value)])
        case "sos" where isOn && !was: return (.sos, ["by": .string("button")])
        default: return .some(nil)
        }
    }
}
