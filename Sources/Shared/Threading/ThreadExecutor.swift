import DequeModule
import Glibc

/// Runs the jobs of actors and tasks on one thread of its own: for work that waits for a disk, and for a chain whose
/// stages should not wake one thread after another.
package final class ThreadExecutor: SerialExecutor, TaskExecutor, @unchecked Sendable {
    // Safety: touched only with `mutex` held.
    private var jobs: Deque<UnownedJob> = []
    private let mutex: UnsafeMutablePointer<pthread_mutex_t> = .allocate(capacity: 1)
    private let hasWork: UnsafeMutablePointer<pthread_cond_t> = .allocate(capacity: 1)

    private init() {
        pthread_mutex_init(self.mutex, nil)
        pthread_cond_init(self.hasWork, nil)
    }

    /// Starts the thread, which lives as long as the process: make one per store, not one per call.
    package static func start(_ name: String) -> ThreadExecutor {
        let executor = ThreadExecutor()
        startThread(name) { executor.work() }
        return executor
    }

    /// Takes a job.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        pthread_mutex_lock(self.mutex)
        self.jobs.append(job)
        pthread_cond_signal(self.hasWork)
        pthread_mutex_unlock(self.mutex)
    }

    private func work() {
        while true {
            pthread_mutex_lock(self.mutex)
            while self.jobs.isEmpty { pthread_cond_wait(self.hasWork, self.mutex) }
            let job = self.jobs.removeFirst()
            pthread_mutex_unlock(self.mutex)
            job.runSynchronously(
                isolatedTo: self.asUnownedSerialExecutor(),
                taskExecutor: self.asUnownedTaskExecutor()
            )
        }
    }
}
