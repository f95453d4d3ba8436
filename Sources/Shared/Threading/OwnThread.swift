import CLinux
import Glibc

/// Starts a detached thread for code that blocks, so that no thread of the concurrency pool ever does.
///
/// A machine that is out of threads ends nothing: the start is tried again until there is one.
///
/// - Parameters:
///   - name: Shown by `top -H`; the kernel keeps 15 bytes of it.
///   - body: Runs once; the thread ends with it.
package func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) {
    guard !isStarted(name, body) else { return }
    Task.detached {
        while !isStarted(name, body) { await pause(for: .milliseconds(100)) }
    }
}

/// Tries once; `false` when the machine has no thread to give now.
private func isStarted(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    final class Start {
        let name: String
        let body: @Sendable () -> Void
        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    let start = Unmanaged.passRetained(Start(name, body))
    let status = pthread_create(
        &thread,
        &attributes,
        { raw in
            guard let raw else { return nil }
            let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
            clinux_name_thread(start.name)
            start.body()
            return nil
        },
        start.toOpaque()
    )
    // No thread has taken it over.
    if status != 0 { start.release() }
    return status == 0
}

/// Runs blocking code on a thread of its own and returns what it returns.
package func onOwnThread<R: Sendable>(_ name: String, _ body: @escaping @Sendable () -> R) async -> R {
    await withCheckedContinuation { continuation in
        startThread(name) { continuation.resume(returning: body()) }
    }
}

/// Puts the calling thread to sleep: only for threads that ``startThread(_:_:)`` started.
package func sleepThread(milliseconds: UInt32) { usleep(milliseconds * 1_000) }

/// Gives back the memory of program code that is not in use now.
///
/// Reading arguments and configuration touches most of a Swift program once; running needs a third of it.
package func releaseUnusedCode() { clinux_release_code() }
