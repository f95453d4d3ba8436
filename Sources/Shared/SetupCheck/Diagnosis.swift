import PlainText

/// What is right and what is wrong on a machine, in the order in which the one rests on the other.
package struct Diagnosis: Sendable, Hashable {
    /// How something stands.
    package enum Verdict: String, Sendable, Hashable, CaseIterable {
        /// As it should be.
        case good
        /// It works, and should be looked at.
        case warning
        /// It does not work.
        case fault = "FAULT"
        /// It could not be looked at, because of what is said above it.
        case unknown
    }

    /// One thing that was looked at.
    package struct Step: Sendable, Hashable {
        /// What, in one word.
        package let subject: String
        /// How it stands.
        package let verdict: Verdict
        /// What was found, one line.
        package let finding: String
        /// What to do; `nil` when nothing is to be done.
        package let remedy: String?
    }

    /// All of it, in order.
    package private(set) var steps: [Step] = []

    /// Creates one in which nothing was looked at.
    package init() {}

    /// Notes what was found.
    package mutating func note(_ subject: String, _ verdict: Verdict, _ finding: String, remedy: String? = nil) {
        let step = Step(
            subject: subject,
            verdict: verdict,
            finding: finding.plainLine(atMost: 500),
            remedy: remedy?.plainLine(atMost: 500)
        )
        self.steps.append(step)
    }

    /// Notes what a check of the configuration found: each fault and warning says itself what to do.
    package mutating func note(_ subject: String, _ findings: Findings, good: String) {
        for fault in findings.faults { self.note(subject, .fault, fault) }
        for warning in findings.warnings { self.note(subject, .warning, warning) }
        if findings.faults.isEmpty, findings.warnings.isEmpty { self.note(subject, .good, good) }
    }

    /// Whether nothing is broken.
    package var isSound: Bool { !self.steps.contains { $0.verdict == .fault } }

    /// The whole of it for a terminal; what to do stands below what was found.
    package var lines: [String] {
        let wide = self.steps.map(\.subject.count).max() ?? 0
        let body = self.steps.flatMap { step in
            let verdict = step.verdict.rawValue.padding(to: 7)
            return ["\(verdict)  \(step.subject.padding(to: wide))  \(step.finding)"]
                + (step.remedy.map { ["\(String(repeating: " ", count: wide + 11))-> \($0)"] } ?? [])
        }
        let faults = self.steps.count { $0.verdict == .fault }
        let warnings = self.steps.count { $0.verdict == .warning }
        let unknown = self.steps.count { $0.verdict == .unknown }
        let end =
            switch (faults, warnings) {
            case (0, _) where unknown > 0: "Nothing is known to be broken; \(unknown) of it could not be looked at."
            case (0, 0): "All of it is as it should be."
            case (0, _): "It works; \(warnings) \(warnings == 1 ? "thing" : "things") should be looked at."
            case (1, _): "1 fault."
            default: "\(faults) faults: mend the first one, and look again; others may go with it."
            }
        return body + [end]
    }
}

extension String {
    fileprivate func padding(to count: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, count - self.count))
    }
}
