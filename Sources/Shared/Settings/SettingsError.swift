/// Why a settings file cannot be used: where, what is wrong, and what to do.
package struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Path of the file as it was given.
    package let file: String

    /// Line, counted from 1; `nil` when the file as a whole is the matter.
    package let line: Int?

    /// What is wrong and what to do.
    package let problem: String

    /// Creates an error.
    package init(file: String, line: Int?, problem: String) {
        self.file = file
        self.line = line
        self.problem = problem
    }

    /// `file:line: problem`.
    package var description: String {
        if let line { "\(self.file):\(line): \(self.problem)" } else { "\(self.file): \(self.problem)" }
    }
}
