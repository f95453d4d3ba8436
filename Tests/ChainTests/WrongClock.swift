import Glibc
import Rig
import SystemErrors

/// A system clock that is off by what a file says, for one program.
///
/// Only what the program reads is off. A library that also moves timers (libfaketime 0.9.10 does, those of
/// CLOCK_BOOTTIME included) leaves a program that starts in the past without any: nothing that waits ever wakes.
struct WrongClock: Sendable {
    private let folder: String

    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <fcntl.h>
        #include <stdlib.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>
        static long offset(void) {
          const char *path = getenv("CLOCK_OFFSET_FILE");
          char text[32] = {0};
          int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
          if (file < 0) return 0;
          long count = read(file, text, sizeof text - 1);
          close(file);
          return count > 0 ? strtol(text, 0, 10) : 0;
        }
        int clock_gettime(clockid_t clock, struct timespec *time) {
          static int (*real)(clockid_t, struct timespec *);
          if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
          int result = real(clock, time);
          if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += offset();
          return result;
        }
        int gettimeofday(struct timeval *restrict time, void *restrict zone) {
          struct timespec now;
          (void)zone;
          if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
          time->tv_sec = now.tv_sec;
          time->tv_usec = now.tv_nsec / 1000;
          return 0;
        }
        time_t time(time_t *place) {
          struct timespec now;
          if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
          if (place) *place = now.tv_sec;
          return now.tv_sec;
        }
        """

    /// Builds it in a folder, by the compiler that builds the package's C.
    init(in folder: String) async throws {
        self.folder = folder
        try writeFile("\(folder)/wrong-clock.c", Self.source)
        let result = try await runProgramToEnd(
            "/usr/bin/env",
            ["clang", "-shared", "-fPIC", "-O1", "-o", "\(folder)/wrong-clock.so", "\(folder)/wrong-clock.c", "-ldl"]
        )
        guard result.status == 0 else { throw RigError.system("clang", result.errors) }
        try self.set(seconds: 0)
    }

    /// Says how far the clock is off.
    func set(seconds: Int64) throws {
        // Renamed into place: nobody must read half a file.
        try writeFile("\(self.folder)/clock.new", "\(seconds)\n")
        guard rename("\(self.folder)/clock.new", "\(self.folder)/clock") == 0 else {
            throw RigError.system("rename", SystemError.last.description)
        }
    }

    /// A shell's words that start a program with this clock; its CLOCK_BOOTTIME stays true.
    ///
    /// Through `env`: the first process changes its own environment, and then Swift does not find its arguments.
    var wrapper: String {
        "export LD_PRELOAD='\(self.folder)/wrong-clock.so' CLOCK_OFFSET_FILE='\(self.folder)/clock'; exec env \"$@\""
    }
}
