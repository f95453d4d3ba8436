import Glibc
import Testing
import Threading

@Suite("Out of descriptors")
struct DescriptorTests {
    @Test("without a free descriptor a wake event is an error, and later there is one again")
    func wakeEvent() async {
        // In a process of its own: the limit holds for all that runs beside it.
        await #expect(processExitsWith: .success) {
            let files = CInt(RLIMIT_NOFILE.rawValue)
            var limit = rlimit()
            try #require(getrlimit(files, &limit) == 0)
            // What is open stays open; nothing new can be opened for a moment.
            var none = rlimit(rlim_cur: 3, rlim_max: limit.rlim_max)
            try #require(setrlimit(files, &none) == 0)
            let refused: OutOfDescriptors?
            do throws(OutOfDescriptors) {
                _ = try WakeEvent()
                refused = nil
            } catch {
                refused = error
            }
            try #require(setrlimit(files, &limit) == 0)
            #expect(refused?.description == "too many open files")
            _ = try WakeEvent()
        }
    }
}
