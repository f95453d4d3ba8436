import PatrolWire
package import Units

/// A visit or a check that officers made (入户走访, 排查, 巡查): what they looked at, and what came of it.
package struct Visit: Sendable, Hashable {
    /// The unit that told it.
    package let unit: UnitID
    /// When, ms since 1970 UTC.
    package let time: Int64
    /// What kind: `home`, `screening`, `inspection`, `publicity`, or a word of the station.
    package let kind: String
    /// Where, in words.
    package let place: String?
    /// Where the unit was, degrees.
    package let latitude: Double?
    /// Where the unit was, degrees.
    package let longitude: Double?
    /// What was looked at, and what was found.
    package let checks: [String: String]
    /// What came of it.
    package let result: String?
    /// Numbers of the officers who made it.
    package let officers: [String]

    /// Reads the event of a visit; `nil` for one that says no kind.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - unit: Whose.
    ///   - place: Where the unit was, degrees.
    package init?(_ event: PatrolEvent, of unit: UnitID, at place: (latitude: Double, longitude: Double)?) {
        guard let kind = event.text("kind"), !kind.isEmpty else { return nil }
        (self.unit, self.time, self.kind) = (unit, event.time, kind)
        (self.place, self.result) = (event.text("place"), event.text("result"))
        (self.latitude, self.longitude) = (place?.latitude, place?.longitude)
        var (checks, officers): ([String: String], [String]) = ([:], [])
        if case .object(let members)? = event.data["checks"] {
            for (key, value) in members { if case .string(let text) = value { checks[key] = text } }
        }
        if case .array(let values)? = event.data["officers"] {
            for value in values { if case .string(let number) = value { officers.append(number) } }
        }
        (self.checks, self.officers) = (checks, officers)
    }
}
