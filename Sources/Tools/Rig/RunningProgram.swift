import Glibc
import Subprocess
import SystemPackage

/// A program that runs beside us until it is stopped.
package struct RunningProgram: Sendable {
    /// Its name, for messages.
    package let name: String
    /// Its process id.
    package let pid: Int32
    /// Where its output goes.
    package let logFile: String

    fileprivate init(name: String, pid: Int32, logFile: String) {
        self.name = name
        self.pid = pid
        self.logFile = logFile
    }

    /// Its output so far.
    package var log: String { readFile(self.logFile) }

    /// Sends a signal, such as `SIGKILL`.
    package func send(_ signal: Int32) { kill(self.pid, signal) }

    /// Whether the process is still there (a zombie is not).
    package var isAlive: Bool {
        // The third field of stat is the state; the name before it may hold spaces.
        let stat = readFile("/proc/\(self.pid)/stat")
        guard let afterName = stat.lastIndex(of: ")") else { return false }
        let state = stat[stat.index(after: afterName)...].first { $0 != " " }
        return state != nil && state != "Z"
    }
}

/// Starts a program, lends it to `body`, and stops it afterwards: SIGTERM first, SIGKILL after five seconds.
///
/// It runs in a process group of its own, so that Ctrl-C reaches us alone and things stop in order.
///
/// - Parameters:
///   - path: Path of the program.
///   - arguments: Its arguments.
///   - logFile: Where its output goes; appended to.
///   - wrapper: A shell line such as `ulimit -f 100; exec "$@"` to start it with; usually `nil`.
///   - body: What is done while it runs.
/// - Returns: What `body` returns.
/// - Throws: ``RigError/missing(program:)`` when there is no such program; what `body` throws.
package func withProgram<R: Sendable>(
    _ path: String,
    _ arguments: [String],
    logFile: String,
    wrapper: String? = nil,
    _ body: (RunningProgram) async throws -> R
) async throws -> R {
    guard access(path, X_OK) == 0 else { throw RigError.missing(program: path) }
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let log = try FileDescriptor.open(
        FilePath(logFile),
        .writeOnly,
        options: [.create, .append, .closeOnExec],
        permissions: [.ownerReadWrite, .groupRead, .otherRead]
    )
    defer {
        do { try log.close() } catch { print("\(logFile) could not be closed: \(error)") }
    }
    var options = PlatformOptions()
    options.processGroupID = 0
    let executable = wrapper == nil ? path : "/bin/sh"
    let words = wrapper.map { ["-c", $0, "sh", path] + arguments } ?? arguments
    let outcome = try await run(
        .path(FilePath(executable)),
        arguments: Arguments(words),
        platformOptions: options,
        input: .none,
        output: .fileDescriptor(log, closeAfterSpawningProcess: false),
        error: .fileDescriptor(log, closeAfterSpawningProcess: false)
    ) { execution -> Result<R, any Error> in
        let program = RunningProgram(name: name, pid: execution.processIdentifier.value, logFile: logFile)
        let result: Result<R, any Error>
        do { result = .success(try await body(program)) } catch { result = .failure(error) }
        await execution.teardown(using: [.send(signal: .terminate, allowedDurationToNextStep: .seconds(5))])
        return result
    }
    return try outcome.closureResult.get()
}

/// Runs a program to its end and returns its exit status, output and errors.
package func runProgramToEnd(
    _ path: String,
    _ arguments: [String]
) async throws -> (status: Int32, output: String, errors: String) {
    guard access(path, X_OK) == 0 else { throw RigError.missing(program: path) }
    let result = try await run(
        .path(FilePath(path)),
        arguments: Arguments(arguments),
        input: .none,
        output: .string(limit: 64 << 20),
        error: .string(limit: 1 << 20)
    )
    let status: Int32
    switch result.terminationStatus {
    case .exited(let code): status = code
    case .signaled(let signal): status = 128 + signal
    }
    return (status, result.standardOutput, result.standardError)
}
