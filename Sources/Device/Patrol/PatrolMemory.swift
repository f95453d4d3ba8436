import FoundationEssentials
package import Orders
package import PatrolWire
import Track

/// What the patrol has to know after a restart.
package struct PatrolMemory: Sendable, Hashable {
    /// What the unit is doing.
    package var duty = UnitDuty()
    /// Commands that were done.
    package var desk = CommandDesk()
    /// The officer's call for help; `nil` while there was none.
    package var distress: DistressCall?
    /// Grids, lines and posts; `nil` without a plan.
    package var track: [UInt8]?

    /// What the roster wants of the unit; `nil` for nothing.
    package var assignment: DutyAssignment?

    /// Creates the memory of a patrol that has not begun.
    package init() {}

    /// Names of the notes beside the records.
    package enum Note: String, Sendable, CaseIterable {
        case duty, desk, distress, assignment
        case track = "tracker"
    }

    /// The notes that hold it.
    package func notes() throws -> [String: [UInt8]] {
        let encoder = JSONEncoder()
        var notes = [
            Note.duty.rawValue: Array(try encoder.encode(self.duty)),
            Note.desk.rawValue: Array(try encoder.encode(self.desk)),
        ]
        if let distress { notes[Note.distress.rawValue] = Array(try encoder.encode(distress)) }
        // Written also when there is none: it stands in the place of the last one.
        notes[Note.assignment.rawValue] = try self.assignment.map { Array(try encoder.encode($0)) } ?? []
        if let track { notes[Note.track.rawValue] = track }
        return notes
    }

    /// Reads it back from its notes; what is not there has not begun.
    package init(notes: [String: [UInt8]]) throws {
        if let bytes = notes[Note.duty.rawValue] {
            self.duty = try JSONDecoder().decode(UnitDuty.self, from: Data(bytes))
        }
        if let bytes = notes[Note.desk.rawValue] {
            self.desk = try JSONDecoder().decode(CommandDesk.self, from: Data(bytes))
        }
        if let bytes = notes[Note.distress.rawValue] {
            self.distress = try JSONDecoder().decode(DistressCall.self, from: Data(bytes))
        }
        if let bytes = notes[Note.assignment.rawValue], !bytes.isEmpty {
            self.assignment = try JSONDecoder().decode(DutyAssignment.self, from: Data(bytes))
        }
        self.track = notes[Note.track.rawValue]
    }
}
