import PatrolWire

/// An input of the vehicle or the body-worn device that means something to the patrol.
package enum MachineInput: String, Sendable, Hashable, CaseIterable {
    case ignition, light, siren, camera, battery, sos
}

/// What the inputs of the machine say, once they have settled.
struct MachineInputs: Sendable {
    /// An event that an input makes.
    struct Change: Sendable, Hashable {
        let kind: EventKind
        let data: [String: JSONValue]
    }

    /// Below this charge `power.low` is recorded, once.
    private static let lowCharge = 0.2

    /// By name: 0 or 1 for switches, 0…1 for levels.
    private(set) var values: [String: Double] = [:]

    /// Whether the ignition is on; `nil` where nobody says.
    var ignition: Bool? { self.values[MachineInput.ignition.rawValue].map { $0 >= 0.5 } }

    /// Charge, 0…1; `nil` where nobody says.
    var battery: Double? { self.values[MachineInput.battery.rawValue] }

    /// Takes a value; returns the event that it makes, if any.
    mutating func set(_ input: MachineInput, to value: Double) -> Change? {
        let before = self.values.updateValue(value, forKey: input.rawValue)
        let (was, isOn) = ((before ?? 0) >= 0.5, value >= 0.5)
        switch input {
        case .ignition where before != value: return Change(kind: .powerIgnition, data: ["on": .bool(isOn)])
        case .camera where was != isOn: return Change(kind: .cameraRecording, data: ["on": .bool(isOn)])
        case .light where was != isOn: return Change(kind: .vehicleLight, data: ["on": .bool(isOn)])
        case .siren where was != isOn: return Change(kind: .vehicleSiren, data: ["on": .bool(isOn)])
        case .battery where value < Self.lowCharge && (before ?? 1) >= Self.lowCharge:
            return Change(kind: .powerLow, data: ["bat": .double(value)])
        case .sos where isOn && !was: return Change(kind: .sos, data: ["by": .string("button")])
        case .ignition, .light, .siren, .camera, .battery, .sos: return nil
        }
    }
}
