#ifndef CGPSD_SHIMS_H
#define CGPSD_SHIMS_H

#include <stdbool.h>
#include <stdint.h>

/// What Swift reads of a gpsd report, copied flat.
///
/// `struct gps_data_t` is 24 KB, holds unions and changes with libgps' API version: only CGPSDShims.c
/// knows its members. A quantity that the receiver did not say is NaN.
typedef struct cgpsd_position {
    bool has_time;            ///< Whether the two below mean anything.
    int64_t time_s;           ///< Time of measurement, whole seconds since 1970-01-01T00:00:00Z.
    int32_t time_ns;          ///< And nanoseconds.
    int32_t mode;             ///< 0 unknown, 1 no fix, 2 two and 3 three dimensions.
    bool is_reckoned;         ///< Carried on by the receiver's own sensors, without satellites.
    bool is_aided;            ///< Of satellites and of its own sensors together.
    double latitude_deg;      ///< WGS 84; positive north.
    double longitude_deg;     ///< WGS 84; positive east.
    double altitude_msl_m;    ///< Above mean sea level, metres.
    double speed_mps;         ///< Over ground, metres per second.
    double course_deg;        ///< From true north, degrees.
    double eph_m;             ///< Horizontal error, metres.
    double epx_m;             ///< Error in longitude, metres.
    double epy_m;             ///< Error in latitude, metres.
    int32_t satellites_used;  ///< Of the newest sky view; -1 before the first.
    char device[128];         ///< Path of the receiver; empty when gpsd does not say.
} cgpsd_position;

typedef struct cgpsd_session cgpsd_session;

typedef enum __attribute__((enum_extensibility(closed))) cgpsd_result {
    cgpsd_result_position,  ///< A position report was copied out; its mode may be "no fix".
    cgpsd_result_other,     ///< Another report came: the receiver or gpsd is alive.
    cgpsd_result_nothing,   ///< The wait ended.
    cgpsd_result_lost,      ///< gpsd closed the session.
} cgpsd_result;

/// Opens a watching session; NULL on failure, with a code for `cgpsd_describe` in `*status`.
cgpsd_session *_Nullable cgpsd_open(const char *_Nonnull host, const char *_Nonnull port, int *_Nonnull status);

/// Waits for at most `timeout_us` microseconds and takes one report.
cgpsd_result cgpsd_next(cgpsd_session *_Nonnull session, int timeout_us, cgpsd_position *_Nonnull out);

/// Ends and frees the session.
void cgpsd_close(cgpsd_session *_Nonnull session);

/// Static text; never freed.
const char *_Nonnull cgpsd_describe(int status);

#endif
