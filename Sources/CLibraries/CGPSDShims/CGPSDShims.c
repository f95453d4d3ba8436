#include <poll.h>
#include "CGPSDShims.h"

#include <errno.h>
#include <fcntl.h>
#include <gps.h>
#include <stdlib.h>
#include <string.h>

#if GPSD_API_MAJOR_VERSION < 9
#error "gpsd 3.20 or newer is needed: before API 9 a fix had no timespec and no altMSL"
#endif

struct cgpsd_session {
    struct gps_data_t data;
    int satellites_used;
};

cgpsd_session *cgpsd_open(const char *host, const char *port, int *status) {
    cgpsd_session *session = calloc(1, sizeof(*session));
    if (session == NULL) { *status = -1; return NULL; }
    session->satellites_used = -1;
    // What went wrong is in errno, as a code of gpsd's own; the return value is only -1.
    errno = 0;
    if (gps_open(host, port, &session->data) != 0) {
        *status = errno;
        free(session);
        return NULL;
    }
    // gps_waiting is true for half a line, and a blocking read would then hang until the rest comes.
    int flags = fcntl(session->data.gps_fd, F_GETFL, 0);
    (void)fcntl(session->data.gps_fd, F_SETFL, flags | O_NONBLOCK);
    if (gps_stream(&session->data, WATCH_ENABLE | WATCH_JSON, NULL) != 0) {
        *status = errno;
        cgpsd_close(session);
        return NULL;
    }
    *status = 0;
    return session;
}

// The mask accumulates: without clearing it a report of satellites would look like one of a place.
static int read_now(struct gps_data_t *data) {
    data->set = 0;
    errno = 0;
    return gps_read(data, NULL, 0);
}

cgpsd_result cgpsd_next(cgpsd_session *session, int timeout_us, cgpsd_position *out) {
    struct gps_data_t *data = &session->data;

    // Not gps_waiting: it selects, and ends the process on a descriptor from 1024 on. Lines that libgps has read already are
    // in its own buffer and not on the socket, so they are asked for first.
    int count = read_now(data);
    bool is_empty = count == 0 || (count < 0 && (data->set & PACKET_SET) == 0 && (errno == EAGAIN || errno == EINTR));
    if (is_empty) {
        struct pollfd waiting = {.fd = data->gps_fd, .events = POLLIN, .revents = 0};
        if (poll(&waiting, 1, (timeout_us + 999) / 1000) <= 0) { return cgpsd_result_nothing; }
        count = read_now(data);
    }
    if (count < 0) {
        // From API 16 a line that is not JSON is an error too, but then a packet was read.
        bool is_open = (data->set & PACKET_SET) != 0 || errno == EAGAIN || errno == EINTR;
        return is_open ? cgpsd_result_other : cgpsd_result_lost;
    }
    if (count == 0) { return cgpsd_result_nothing; }
    if ((data->set & SATELLITE_SET) != 0) { session->satellites_used = data->satellites_used; }
    if ((data->set & MODE_SET) == 0) { return cgpsd_result_other; }

    // Whether there is a fix `status` does not tell: gpsd leaves it out for a plain one, and libgps then says "no fix".
    memset(out, 0, sizeof(*out));
    out->has_time = (data->set & TIME_SET) != 0 && data->fix.time.tv_sec > 0;
    out->time_s = data->fix.time.tv_sec;
    out->time_ns = (int32_t)data->fix.time.tv_nsec;
    out->mode = data->fix.mode;
    out->is_reckoned = data->fix.status == STATUS_DR;
    out->is_aided = data->fix.status == STATUS_GNSSDR;
    out->latitude_deg = data->fix.latitude;
    out->longitude_deg = data->fix.longitude;
    out->altitude_msl_m = data->fix.altMSL;
    out->speed_mps = data->fix.speed;
    out->course_deg = data->fix.track;
    out->eph_m = data->fix.eph;
    out->epx_m = data->fix.epx;
    out->epy_m = data->fix.epy;
    out->satellites_used = session->satellites_used;
    strncpy(out->device, data->dev.path, sizeof(out->device) - 1);
    return cgpsd_result_position;
}

void cgpsd_close(cgpsd_session *session) {
    (void)gps_stream(&session->data, WATCH_DISABLE, NULL);
    (void)gps_close(&session->data);
    free(session);
}

const char *cgpsd_describe(int status) { return gps_errstr(status); }
