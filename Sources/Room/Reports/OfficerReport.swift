import Incidents
import People
import Tasks

/// What each officer did in a time: every number with what proves it.
package struct OfficerReport: Sendable, Hashable, Codable {
    /// A sign-in: the unit's track of that time shows where it was.
    package struct Evidence: Sendable, Hashable, Codable {
        /// Station of the device.
        package let station: String
        /// Device.
        package let device: String
        /// When the officer signed in, ms since 1970 UTC.
        package let from: Int64
        /// When the officer signed out, or was last known of, ms since 1970 UTC.
        package let until: Int64
    }

    /// One officer.
    package struct Row: Sendable, Hashable, Codable {
        /// Number.
        package let number: String
        /// Name; `nil` for somebody who signed in and is not in the register.
        package let name: String?
        /// What somebody is.
        package let role: String?
        /// Team.
        package let team: String?
        /// Hours that the roster has, as far as they are over.
        package internal(set) var dutyHours = 0.0
        /// Hours signed in.
        package internal(set) var signedHours = 0.0
        /// Hours of the roster that the officer was signed in.
        package internal(set) var dutySignedHours = 0.0
        /// Shifts of the roster that have begun.
        package internal(set) var shifts = 0
        /// Those in which the officer was never signed in.
        package internal(set) var shiftsMissed = 0
        /// Kilometres of the units that the officer was signed in on.
        package internal(set) var kilometres = 0.0
        /// Minutes in grids of the officer's own.
        package internal(set) var ownGridMinutes = 0.0
        /// Visits to posts.
        package internal(set) var posts = 0
        /// Laps of lines.
        package internal(set) var laps = 0
        /// Windows of posts and lines that the roster gave to the officer's unit; `nil` in a list that was made before
        /// they were counted.
        package internal(set) var windows: Int? = 0
        /// Those of them that this unit filled.
        package internal(set) var windowsDone: Int? = 0
        /// Orders that came.
        package internal(set) var orders = 0
        /// Orders that were accepted.
        package internal(set) var accepted = 0
        /// Orders that were declined.
        package internal(set) var declined = 0
        /// Scenes that were reached.
        package internal(set) var arrived = 0
        /// From the order to being there, s: the median.
        package var medianSeconds: Double? {
            let sorted = self.seconds.sorted()
            return sorted.isEmpty ? nil : sorted[sorted.count / 2]
        }
        /// Incidents that the officer came upon; `nil` in a list that was made before they were counted.
        package internal(set) var found: Int? = 0
        /// Visits and checks by kind; `nil` in a list that was made before they were counted.
        package internal(set) var visits: [String: Int]? = [:]
        /// So many visits are wanted of the officer's role in the time; `nil` where none are.
        package internal(set) var visitsWanted: Double?
        /// Orders, and incidents that the officer came upon, by the incident's category.
        package internal(set) var categories: [String: Int] = [:]
        /// Roll calls that the unit was asked.
        package internal(set) var rollCalls = 0
        /// Those that were answered in time.
        package internal(set) var rollCallsAnswered = 0
        /// Tasks that were answered or closed in the time.
        package internal(set) var tasksDone = 0
        /// Tasks that are still to be done.
        package internal(set) var tasksOpen = 0
        /// Tasks that were, or are, overdue.
        package internal(set) var tasksOverdue = 0
        /// Ids of the incidents.
        package internal(set) var incidents: [String] = []
        /// Ids of the roll calls.
        package internal(set) var rollCallIDs: [String] = []
        /// Ids of the tasks.
        package internal(set) var tasks: [String] = []
        /// Sign-ins.
        package internal(set) var signIns: [Evidence] = []
        private var seconds: [Double] = []

        init(number: String, _ officer: Officer?) {
            (self.number, self.name) = (number, officer?.name)
            (self.role, self.team) = (officer?.role.rawValue, officer?.team)
        }

        mutating func add(_ assignment: Assignment, of incident: Incident) {
            self.categories[incident.report.category ?? "other", default: 0] += 1
            if self.incidents.last != incident.id { self.incidents.append(incident.id) }
            // Nobody sent a unit that came upon it: there is no order, and no time to answer one.
            guard assignment.order != incident.ownOrder else {
                self.found = (self.found ?? 0) + 1
                return
            }
            self.orders += 1
            if assignment.accepted != nil { self.accepted += 1 }
            if assignment.refusal != nil { self.declined += 1 }
            if let arrived = assignment.arrived {
                self.arrived += 1
                self.seconds.append(Double(arrived - assignment.assigned) / 1_000)
            }
        }

        mutating func add(_ task: OwnedTask, in span: Range<Int64>, now: Int64) {
            let end = min(now, span.upperBound)
            let done = task.answered ?? task.closed
            if let done, done < span.lowerBound { return }
            if let done, done < end { self.tasksDone += 1 } else { self.tasksOpen += 1 }
            if (done.map { min($0, end) } ?? end) > task.due { self.tasksOverdue += 1 }
            self.tasks.append(task.id)
        }

        private enum CodingKeys: String, CodingKey {
            case number, name, role, team, shifts, posts, laps, orders, accepted, declined, arrived, found
            case incidents, tasks, visits, windows
            case windowsDone = "windows_done"
            case dutyHours = "duty_hours"
            case signedHours = "signed_hours"
            case dutySignedHours = "duty_signed_hours"
            case shiftsMissed = "shifts_missed"
            case kilometres = "km"
            case ownGridMinutes = "own_grid_minutes"
            case categories = "by_category"
            case rollCalls = "roll_calls"
            case rollCallsAnswered = "roll_calls_answered"
            case visitsWanted = "visits_wanted"
            case tasksDone = "tasks_done"
            case tasksOpen = "tasks_open"
            case tasksOverdue = "tasks_overdue"
            case rollCallIDs = "roll_call_ids"
            case signIns = "sign_ins"
            case seconds = "response_s"
        }
    }

    /// Beginning, ms since 1970 UTC.
    package let from: Int64
    /// End, ms since 1970 UTC.
    package let to: Int64
    /// By number.
    package let officers: [Row]

    /// As a table.
    package var csv: String {
        var text = CSV.line([
            "number", "name", "role", "team", "duty_hours", "signed_hours", "duty_signed_hours", "shifts",
            "shifts_missed", "km", "own_grid_minutes", "posts", "laps", "orders", "accepted", "declined", "arrived",
            "median_response_s", "roll_calls", "roll_calls_answered", "tasks_done", "tasks_open", "tasks_overdue",
            "found", "visits", "visits_wanted", "windows", "windows_done",
        ])
        for row in self.officers {
            text += CSV.line([
                CSV.text(row.number), CSV.text(row.name), CSV.text(row.role), CSV.text(row.team), "\(row.dutyHours)",
                "\(row.signedHours)", "\(row.dutySignedHours)", "\(row.shifts)", "\(row.shiftsMissed)",
                "\(row.kilometres)", "\(row.ownGridMinutes)", "\(row.posts)", "\(row.laps)", "\(row.orders)",
                "\(row.accepted)", "\(row.declined)", "\(row.arrived)", CSV.number(row.medianSeconds),
                "\(row.rollCalls)", "\(row.rollCallsAnswered)", "\(row.tasksDone)", "\(row.tasksOpen)",
                "\(row.tasksOverdue)", row.found.map { "\($0)" } ?? "",
                row.visits.map { "\($0.values.reduce(0, +))" } ?? "", CSV.number(row.visitsWanted),
                row.windows.map { "\($0)" } ?? "", row.windowsDone.map { "\($0)" } ?? "",
            ])
        }
        return text
    }
}
