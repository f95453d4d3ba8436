import PatrolWire
import Units

/// A unit as a page needs it, written without detours: ten thousand of them change each second.
enum UnitText {
    static func add(_ unit: Unit, to text: inout [UInt8]) {
        self.add("{\"station\":\"", unit.station.text, "\"", to: &text)
        self.add(",\"device\":\"", unit.device.text, "\"", to: &text)
        self.add(",\"unit\":", to: &text)
        JSONText.append(unit.callSign, to: &text)
        self.add(",\"online\":", unit.isOnline, to: &text)
        if let status = unit.status { self.add(",\"status\":\"", status.rawValue, "\"", to: &text) }
        if let place = unit.position, let latitude = place.latitude, let longitude = place.longitude {
            self.add(",\"lat\":", latitude, to: &text)
            self.add(",\"lon\":", longitude, to: &text)
            self.add(",\"seen\":", "\(unit.positionTime ?? place.time)", "", to: &text)
            if let speed = place.speed { self.add(",\"spd\":", speed, to: &text) }
            if let course = place.course { self.add(",\"cog\":", course, to: &text) }
            if let accuracy = place.accuracy { self.add(",\"acc\":", accuracy, to: &text) }
            if place.source == .deadReckoning { self.add(",\"src\":\"dr\"", to: &text) }
            if let grids = place.grids, let finest = grids.last {
                self.add(",\"grid\":", to: &text)
                JSONText.append(finest, to: &text)
                self.add(",\"grids\":", grids, to: &text)
            }
            if let line = place.line {
                self.add(",\"line\":{\"id\":", to: &text)
                JSONText.append(line.id, to: &text)
                self.add(",\"off\":", line.off, to: &text)
                self.add(",\"along\":", line.along, to: &text)
                self.add(",\"on\":", line.on, to: &text)
                text.append(0x7D)
            }
        }
        self.addFacts(unit, to: &text)
        text.append(0x7D)
    }

    private static func addFacts(_ unit: Unit, to text: inout [UInt8]) {
        let facts = unit.facts
        if let battery = facts.battery { self.add(",\"bat\":", battery, to: &text) }
        if let ignition = facts.ignition { self.add(",\"ign\":", ignition, to: &text) }
        if let camera = facts.camera { self.add(",\"camera\":", camera, to: &text) }
        if let light = facts.light { self.add(",\"light\":", light, to: &text) }
        if let siren = facts.siren { self.add(",\"siren\":", siren, to: &text) }
        if let reception = facts.reception { self.add(",\"gnss\":\"", reception.rawValue, "\"", to: &text) }
        if let officers = facts.officers { self.add(",\"officers\":", officers, to: &text) }
        let troubles = unit.troubles
        if troubles.contains(.clockWrong) { self.add(",\"clock\":\"wrong\"", to: &text) }
        if !troubles.isEmpty { self.add(",\"trouble\":", troubles.map(\.rawValue), to: &text) }
    }

    // Pieces go into the text as bytes: an interpolation makes a text of its own first, ten of them a unit.

    private static func add(_ piece: StaticString, to text: inout [UInt8]) {
        piece.withUTF8Buffer { text.append(contentsOf: $0) }
    }

    /// A word of this program's own, or one that was checked: with no quote in it.
    private static func add(_ before: StaticString, _ word: String, _ after: StaticString, to text: inout [UInt8]) {
        self.add(before, to: &text)
        text.append(contentsOf: word.utf8)
        self.add(after, to: &text)
    }

    private static func add(_ key: StaticString, _ flag: Bool, to text: inout [UInt8]) {
        self.add(key, to: &text)
        self.add(flag ? "true" : "false", to: &text)
    }

    private static func add(_ key: StaticString, _ number: Double, to text: inout [UInt8]) {
        self.add(key, to: &text)
        text.append(contentsOf: "\(number)".utf8)
    }

    private static func add(_ key: StaticString, _ values: [String], to text: inout [UInt8]) {
        self.add(key, to: &text)
        text.append(0x5B)
        for (number, value) in values.enumerated() {
            if number > 0 { text.append(0x2C) }
            JSONText.append(value, to: &text)
        }
        text.append(0x5D)
    }
}
