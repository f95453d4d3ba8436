#ifndef CLINUX_H
#define CLINUX_H

#include <stdbool.h>
#include <stddef.h>

/// Whether the kernel's clock is disciplined by a time source, as adjtimex(2) says: 1 or 0; -1 where a sandbox forbids to ask.
int clinux_clock_is_synchronised(void);

/// The same as systemd-timedated says, over the system's D-Bus: 1 or 0; -1 where there is no such service. Waits so long at most.
int clinux_timedated_is_synchronised(unsigned long timeout_ms);

/// Names the calling thread for `top -H`; at most 15 bytes are kept.
void clinux_name_thread(const char *_Nonnull name);

/// Makes an eventfd(2) that never blocks; -1 when the process is out of descriptors.
int clinux_wake_make(void);

/// Raises the soft limit of open descriptors to the hard one; returns the limit in force.
long clinux_raise_descriptor_limit(void);

/// Makes the descriptor readable.
void clinux_wake_signal(int descriptor);

/// Makes it unreadable again.
void clinux_wake_clear(int descriptor);

/// Opens a pseudo terminal in raw mode and writes the path of its other end; -1 on failure, reason in errno.
int clinux_open_terminal(char *_Nonnull path, size_t size);

/// Gives back the memory of program code that is not in use: what is needed again comes back from the page cache.
void clinux_release_code(void);

#endif
