import Glibc

/// Lets a thread wait, without a task, until another has done its part.
package final class Latch: @unchecked Sendable {
    // Safety: `isOpen` is touched only with the mutex held; both stay where they are until the object ends.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isOpen = false

    /// Creates one that is closed.
    package init() {
        (self.mutex, self.condition) = (.allocate(capacity: 1), .allocate(capacity: 1))
        pthread_mutex_init(self.mutex, nil)
        pthread_cond_init(self.condition, nil)
    }

    deinit {
        pthread_cond_destroy(self.condition)
        pthread_mutex_destroy(self.mutex)
        self.condition.deallocate()
        self.mutex.deallocate()
    }

    /// Lets everybody through, from now on.
    package func open() {
        pthread_mutex_lock(self.mutex)
        self.isOpen = true
        pthread_cond_broadcast(self.condition)
        pthread_mutex_unlock(self.mutex)
    }

    /// Blocks the calling thread until it is open.
    package func wait() {
        pthread_mutex_lock(self.mutex)
        while !self.isOpen { pthread_cond_wait(self.condition, self.mutex) }
        pthread_mutex_unlock(self.mutex)
    }
}
