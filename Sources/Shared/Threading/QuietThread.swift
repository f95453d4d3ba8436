import Glibc

/// How much a quiet thread gives way: nice values run from 0 to 19, and 15 is a thirtieth of the usual share.
private let niceness: CInt = 15
/// `PRIO_PROCESS`: glibc's header gives it a type of its own that its own function does not take.
private let process: CInt = 0

/// Runs long blocking work on a thread of its own that gives way to all others, and returns what it returns.
///
/// On Linux a nice value belongs to a thread and not to its process, so only this work is slowed.
package func onQuietThread<R: Sendable>(_ name: String, _ body: @escaping @Sendable () -> R) async -> R {
    await onOwnThread(name) {
        makeThreadQuiet()
        return body()
    }
}

/// Lets the calling thread give way to all others from now on.
func makeThreadQuiet() { setpriority(process, 0, niceness) }
