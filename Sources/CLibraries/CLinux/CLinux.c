// What Swift's view of glibc leaves out: GNU declarations and headers outside its module map.
#define _GNU_SOURCE
#include "CLinux.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <termios.h>
#include <unistd.h>

int clinux_clock_is_synchronised(void) {
    struct timex state;
    memset(&state, 0, sizeof(state));
    int outcome = adjtimex(&state);
    if (outcome < 0) { return -1; }
    return outcome != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

typedef struct sd_bus sd_bus;

int clinux_timedated_is_synchronised(unsigned long timeout_ms) {
    // Loaded when it is needed: nothing else of these programs asks systemd anything.
    void *library = dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) { return -1; }
    int (*open_system)(sd_bus **) = (int (*)(sd_bus **))dlsym(library, "sd_bus_open_system");
    int (*set_timeout)(sd_bus *, uint64_t) = (int (*)(sd_bus *, uint64_t))dlsym(library, "sd_bus_set_method_call_timeout");
    int (*get)(sd_bus *, const char *, const char *, const char *, const char *, void *, char, void *) =
        (int (*)(sd_bus *, const char *, const char *, const char *, const char *, void *, char, void *))dlsym(
            library, "sd_bus_get_property_trivial");
    sd_bus *(*close_bus)(sd_bus *) = (sd_bus *(*)(sd_bus *))dlsym(library, "sd_bus_flush_close_unref");
    int answer = -1;
    sd_bus *bus = NULL;
    if (open_system != NULL && set_timeout != NULL && get != NULL && close_bus != NULL && open_system(&bus) >= 0) {
        int value = 0;
        (void)set_timeout(bus, (uint64_t)timeout_ms * 1000);
        int outcome = get(bus, "org.freedesktop.timedate1", "/org/freedesktop/timedate1", "org.freedesktop.timedate1",
                          "NTPSynchronized", NULL, 'b', &value);
        if (outcome >= 0) { answer = value != 0; }
        (void)close_bus(bus);
    }
    dlclose(library);
    return answer;
}

void clinux_name_thread(const char *name) {
    char short_name[16] = {0};
    strncpy(short_name, name, sizeof(short_name) - 1);
    (void)pthread_setname_np(pthread_self(), short_name);
}

int clinux_wake_make(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

long clinux_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) { return 1024; }
    // Where the limits are equal nothing is asked for: a sandbox may end a process that changes its limits.
    if (limit.rlim_cur < limit.rlim_max) {
        struct rlimit raised = {.rlim_cur = limit.rlim_max, .rlim_max = limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) { limit = raised; }
    }
    return limit.rlim_cur > 1048576 ? 1048576 : (long)limit.rlim_cur;
}

void clinux_wake_signal(int descriptor) { (void)eventfd_write(descriptor, 1); }

void clinux_wake_clear(int descriptor) {
    eventfd_t count;
    (void)eventfd_read(descriptor, &count);
}

int clinux_open_terminal(char *path, size_t size) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0) { return -1; }
    struct termios settings;
    if (grantpt(master) != 0 || unlockpt(master) != 0 || ptsname_r(master, path, size) != 0 ||
        tcgetattr(master, &settings) != 0) {
        close(master);
        return -1;
    }
    // Raw, so that no byte is echoed or changed; and readable for gpsd, which gives up root.
    cfmakeraw(&settings);
    (void)tcsetattr(master, TCSANOW, &settings);
    (void)chmod(path, 0666);
    return master;
}

void clinux_release_code(void) {
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps == NULL) return;
    char line[512];
    while (fgets(line, sizeof(line), maps) != NULL) {
        unsigned long begin = 0, end = 0;
        char rights[8] = "";
        // Only code that nobody can have written to; a mapping with a name in brackets is the kernel's own.
        if (sscanf(line, "%lx-%lx %7s", &begin, &end, rights) != 3) continue;
        if (strcmp(rights, "r-xp") != 0 || strchr(line, '/') == NULL) continue;
        madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
    fclose(maps);
}
