/// Why a rig of real programs did not come together.
package enum RigError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A system call failed.
    case system(String, String)
    /// A program is not installed.
    case missing(program: String)
    /// What was waited for did not come.
    case late(what: String, seconds: Double, last: String)
    /// A program ended by itself.
    case ended(program: String, how: String, log: String)

    /// What is wrong and what to do.
    package var description: String {
        switch self {
        case .system(let call, let reason): "\(call): \(reason)"
        case .missing(let program): "'\(program)' is not installed; 'make deps' installs what is needed"
        case .late(let what, let seconds, let last):
            "\(what) did not happen within \(seconds) s\(last.isEmpty ? "" : " (\(last))")"
        case .ended(let program, let how, let log): "\(program) ended by itself (\(how)); its log ends: \(log)"
        }
    }
}
