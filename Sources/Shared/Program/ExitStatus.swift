/// How the programs end, by the numbers of sysexits.h but for usage, which is 2 as in most of Unix.
package enum ExitStatus: Int32, Sendable {
    /// All went well.
    case success = 0
    /// A check did not hold: the demo saw nobody arrive.
    case failure = 1
    /// The command line is wrong.
    case usage = 2
    /// Input data are wrong: a map, a table.
    case data = 65
    /// A service is not there and cannot be waited for.
    case unavailable = 69
    /// The configuration is wrong.
    case configuration = 78
}

/// An error that ends a program: one line for a person, or several of a check, and the status for a script.
package struct ProgramFailure: Error, Sendable, CustomStringConvertible {
    /// How the program ends.
    package let status: ExitStatus

    /// Each `file:line: what is wrong and what to do`, without a line break.
    package let lines: [String]

    /// The lines as one.
    package var description: String { self.lines.joined(separator: "; ") }

    /// Creates a failure of one line.
    package init(_ status: ExitStatus, _ description: String) { self.init(status, lines: [description]) }

    /// Creates a failure that tells several things at once.
    package init(_ status: ExitStatus, lines: [String]) { (self.status, self.lines) = (status, lines) }
}
