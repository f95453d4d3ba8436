package import PatrolWire
package import Units

/// When an officer was signed in on a device.
package struct SignIn: Sendable, Hashable {
    /// Number of the officer.
    package let officer: String
    /// The device.
    package let unit: UnitID
    /// When the officer signed in, ms since 1970 UTC.
    package let from: Int64
    /// When the officer signed out; where nobody did, the last that is known of the device.
    package internal(set) var until: Int64
    /// Whether the officer is signed in still, as far as is known.
    package internal(set) var isOpen: Bool
    /// Where it was, degrees; `nil` where the device knew no place.
    package let latitude: Double?
    /// Where it was, degrees.
    package let longitude: Double?

    /// The part that lies in a time, ms.
    package func milliseconds(in span: Range<Int64>) -> Int64 {
        max(0, min(self.until, span.upperBound) - max(self.from, span.lowerBound))
    }
}

/// Makes sign-ins out of the events of one log after the other.
///
/// A device says with each sign-in and sign-out who is there now, so one lost event costs at most the time to the next.
package struct SignInBook: Sendable {
    /// The events that tell who is signed in, and that the device was away.
    package static let events: [EventKind] = [.unitCheckin, .unitCheckout, .deviceStart]

    /// All sign-ins, in the order in which they ended.
    package private(set) var signIns: [SignIn] = []
    private var open: [String: SignIn] = [:]
    private var unit: UnitID?

    /// Creates an empty book.
    package init() {}

    /// Begins a log.
    package mutating func begin(_ unit: UnitID) { (self.unit, self.open) = (unit, [:]) }

    /// Takes the next event of the log, with the place that its record has.
    package mutating func take(_ event: PatrolEvent, at place: (latitude: Double, longitude: Double)?) {
        guard let unit else { return }
        if event.kind == .deviceStart { return self.restart(event) }
        guard case .array(let present)? = event.data["present"] else { return }
        let officers = Set(present.compactMap { if case .string(let number) = $0 { number } else { nil } })
        for (number, _) in self.open where !officers.contains(number) {
            self.close(number, at: event.time, isOpen: false)
        }
        for number in officers where self.open[number] == nil {
            self.open[number] = SignIn(
                officer: number,
                unit: unit,
                from: event.time,
                until: event.time,
                isOpen: true,
                latitude: place?.latitude,
                longitude: place?.longitude
            )
        }
    }

    /// Nothing is known of the time between the last record and a start; a device keeps over it who is signed in.
    private mutating func restart(_ event: PatrolEvent) {
        let before = self.open
        let last = min(event.time, event.lastBefore ?? event.time)
        for number in before.keys.sorted() { self.close(number, at: last, isOpen: false) }
        for (number, signIn) in before {
            self.open[number] = SignIn(
                officer: number,
                unit: signIn.unit,
                from: event.time,
                until: event.time,
                isOpen: true,
                latitude: signIn.latitude,
                longitude: signIn.longitude
            )
        }
    }

    /// Ends a log with the last that is known of it, ms since 1970 UTC.
    ///
    /// - Parameters:
    ///   - lastSeen: When that was.
    ///   - isOver: Whether the device has begun another log: then nobody is signed in on this one any more.
    package mutating func end(at lastSeen: Int64, isOver: Bool) {
        for number in self.open.keys.sorted() { self.close(number, at: lastSeen, isOpen: !isOver) }
        self.unit = nil
    }

    private mutating func close(_ number: String, at time: Int64, isOpen: Bool) {
        guard var signIn = self.open.removeValue(forKey: number) else { return }
        (signIn.until, signIn.isOpen) = (max(time, signIn.from), isOpen)
        self.signIns.append(signIn)
    }
}
