/// What a check of a configuration found: all of it, and not only what would have ended the program first.
package struct Findings: Sendable, Hashable {
    /// What keeps the program from working; each one line, with what to do.
    package private(set) var faults: [String] = []
    /// What works and should be mended; each one line, with what to do.
    package private(set) var warnings: [String] = []

    /// Creates an empty list.
    package init() {}

    /// Notes what keeps the program from working; the same thing once only.
    package mutating func fault(_ text: String) {
        if !self.faults.contains(text) { self.faults.append(text) }
    }

    /// Notes what should be mended; the same thing once only.
    package mutating func warn(_ text: String) {
        if !self.warnings.contains(text) { self.warnings.append(text) }
    }

    /// Runs a step of the check; what it throws is a fault.
    package mutating func attempt<Result>(_ body: () throws -> Result) -> Result? {
        do { return try body() } catch {
            self.fault("\(error)")
            return nil
        }
    }
}
