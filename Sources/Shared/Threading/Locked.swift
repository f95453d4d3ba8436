import Glibc

/// A value behind a lock, for the few places where a C callback or a thread rules out an actor.
///
/// Why not `Synchronization.Mutex`: on Linux it waits on a bare futex, which ThreadSanitizer does not
/// see, so every correct use of it is reported as a race. ThreadSanitizer does see pthread mutexes.
package final class Locked<Value>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    // Safety: touched only between lock and unlock, in `withLock`.
    private var value: Value

    /// Puts `value` behind a new lock.
    package init(_ value: sending Value) {
        self.value = value
        self.mutex = .allocate(capacity: 1)
        pthread_mutex_init(self.mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(self.mutex)
        self.mutex.deallocate()
    }

    /// Lends the value to `body`.
    ///
    /// Not reentrant: `body` must be short and must not call out.
    package func withLock<Result, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(self.mutex)
        defer { pthread_mutex_unlock(self.mutex) }
        return try body(&self.value)
    }
}
