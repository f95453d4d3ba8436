import Glibc
package import Testing
import Threading

/// How many suites of a kind run at once; the rest wait for their turn.
///
/// Tests of real programs mostly wait, so several suites of them share the processors well; all at once they would
/// start dozens of browsers and brokers. Those that wait for minutes, for a line, a disk or a limit of time, have turns of
/// their own: they cost the processors little and would keep the turns from the others. Tests that compute for seconds
/// would starve those that wait, so they run one by one. A suite's time limit begins when its turn has come; that of one
/// which computes has to leave room for its giving way: beside busy processors it gets a tenth of one.
package struct SideBySide: SuiteTrait, TestScoping {
    private let turns: Turns
    private let computes: Bool

    @concurrent
    package func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        Self.liftDescriptorLimit
        await self.turns.begin()
        defer { self.turns.end() }
        guard self.computes else { return try await function() }
        // What computes for seconds on one of the pool's few threads keeps all that wait from noticing what they wait for.
        try await withTaskExecutorPreference(QuietExecutor.shared) { try await function() }
    }

    /// Suites share one process, and one of them opens a thousand connections: the soft limit may be no more than that.
    private static let liftDescriptorLimit: Void = {
        let files = CInt(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(files, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(files, &limit)
    }()

    fileprivate init(_ turns: Turns, computes: Bool = false) { (self.turns, self.computes) = (turns, computes) }
}

extension Trait where Self == SideBySide {
    /// A suite that starts real programs: at most four at once.
    package static var realPrograms: Self { SideBySide(.realPrograms) }

    /// A suite of real programs that waits for minutes and computes little: three at once, beside the others.
    package static var longWaiting: Self { SideBySide(.longWaiting) }

    /// A suite that computes for seconds: one at once, on a thread of its own that gives way to all others.
    package static var longComputing: Self { SideBySide(.longComputing, computes: true) }
}

/// Turns in the order in which they were asked for.
private final class Turns: Sendable {
    static let realPrograms = Turns(4)
    static let longWaiting = Turns(3)
    static let longComputing = Turns(1)

    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Locked<State>

    init(_ free: Int) { self.state = Locked(State(free: free)) }

    func begin() async {
        await withCheckedContinuation { continuation in
            let isFree = self.state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func end() {
        let next: CheckedContinuation<Void, Never>? = self.state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}

/// Runs what computes on one thread that gives way to all others.
private final class QuietExecutor: TaskExecutor {
    static let shared = QuietExecutor()

    /// `PRIO_PROCESS`, whose type the function does not take; of 0 it is the thread that asks.
    private static let process: Int32 = 0

    private let jobs = Locked<[UnownedJob]>([])
    private let wake: WakeEvent?

    private init() {
        // Without a descriptor for it everything runs where it is asked for, as it would without this executor.
        do { self.wake = try WakeEvent() } catch { self.wake = nil }
        guard let wake else { return }
        startThread("computing") { [self] in
            setpriority(Self.process, 0, 10)
            while true {
                let next: UnownedJob? = self.jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                guard let next else {
                    var waiting = pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0)
                    poll(&waiting, 1, -1)
                    wake.clear()
                    continue
                }
                next.runSynchronously(on: self.asUnownedTaskExecutor())
            }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard let wake else { return job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        self.jobs.withLock { $0.append(job) }
        wake.signal()
    }
}
