/// What truly happened in a simulated month, counted while it was made up and not by any report.
package struct MonthTruth: Sendable, Hashable, Codable {
    /// A grid.
    package struct Grid: Sendable, Hashable, Codable {
        /// Seconds that units were in it, all together.
        package var unitSeconds: Int64 = 0
        /// Seconds that at least one unit was in it.
        package var presentSeconds: Int64 = 0
        /// Times that one came in.
        package var visits = 0
    }

    /// An officer.
    package struct Officer: Sendable, Hashable, Codable {
        /// Seconds signed in on a device that told of itself.
        package var signedSeconds: Int64 = 0
        /// Seconds that the roster has.
        package var dutySeconds: Int64 = 0
        /// Shifts of the roster.
        package var shifts = 0
        /// Those without a sign-in.
        package var shiftsMissed = 0
        /// Metres driven while signed in.
        package var metres = 0.0
        /// Seconds signed in and in the grid that the roster gave to the officer's unit.
        package var ownGridSeconds: Int64 = 0
        /// Visits to the post, and laps of the line.
        package var posts = 0
        package var laps = 0
        /// Windows of posts and lines that the roster gave to the officer's unit, and those that this unit filled.
        package var windows = 0
        package var windowsDone = 0
        /// Orders, and scenes reached.
        package var orders = 0
        package var arrived = 0
        /// Roll calls asked, and answered in time.
        package var rollCalls = 0
        package var rollCallsAnswered = 0
        /// Tasks done, those of them that were done too late, still open, and overdue.
        package var tasksDone = 0
        package var tasksLate = 0
        package var tasksOpen = 0
        package var tasksOverdue = 0
        /// Incidents come upon, and visits made.
        package var found = 0
        package var visits = 0
    }

    /// A unit's time in its shifts.
    package struct Sector: Sendable, Hashable, Codable {
        package var signedSeconds: Int64 = 0
        package var insideSeconds: Int64 = 0
        package var orderedSeconds: Int64 = 0
        package var outsideSeconds: Int64 = 0
    }

    /// An incident that was not called off.
    package struct Call: Sendable, Hashable, Codable {
        /// When, s since 1970 UTC.
        package let time: Int64
        /// What kind.
        package let category: String
        /// Whether it was in the west, or in the east; `nil` for one beyond the roads.
        package let isWest: Bool?
        /// The unit that got there first, and after how many seconds; `nil` when nobody did, or came upon it.
        package var device: String?
        package var seconds: Double?
        /// Officers who were signed in on that unit.
        package var officers: [String] = []
        /// What was estimated of its drive, when anything was.
        package var drive: Drive?
    }

    /// A drive to a scene, and what had been estimated of it, s.
    package struct Drive: Sendable, Hashable, Codable {
        /// From the officer's word to the scene.
        package let took: Double
        /// What was estimated: the median, and that one of ten is sooner, and later.
        package let estimated: Double
        package let p10: Double
        package let p90: Double
    }

    /// Where units told of themselves, and how often.
    package struct Spot: Sendable, Hashable, Codable {
        package let latitude: Double
        package let longitude: Double
        package var positions: Int
    }

    /// By id.
    package var grids: [String: Grid] = [:]
    /// Windows of the post in which it was visited, and in which it was not.
    package var postDone = 0
    package var postMissed = 0
    /// Windows of the line with all laps, and without; those of them with some; and all laps.
    package var lineDone = 0
    package var lineMissed = 0
    package var linePartly = 0
    package var laps = 0
    /// Incidents that were not called off, in the order in which the month was made up.
    package var calls: [Call] = []
    /// Incidents of the days a year before, and some days around them, that were not called off.
    package var yearBefore: [Call] = []
    /// The upper level of each category.
    package var groups: [String: String] = [:]
    /// Every place at which a unit told of itself.
    package var spots: [Spot] = []
    /// By number.
    package var officers: [String: Officer] = [:]
    /// By device: seconds signed in, of these in the shift's own grid, on an order outside of it, and outside.
    package var sectors: [String: Sector] = [:]
    /// Incidents received.
    package var incidents = 0
    /// Those that a unit came upon by itself.
    package var found = 0
    /// Those that were called off.
    package var cancelled = 0
    /// Of each other one: seconds from the call to the first unit there; `nil` when nobody got there.
    package var responses: [Double?] = []
    /// By category, cancelled ones included.
    package var categories: [String: Int] = [:]
    /// By hour of the day.
    package var hours = [Int](repeating: 0, count: 24)

    /// How many got help within so many seconds, of all that needed it.
    package func share(within seconds: Double) -> Double {
        Double(self.responses.count { $0.map { $0 <= seconds } ?? false }) / Double(max(1, self.responses.count))
    }
}
