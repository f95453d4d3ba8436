#ifndef COSMGROUND_H
#define COSMGROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A text of the map: `length` bytes of UTF-8 from `offset` on in the map's text pool.
typedef struct cground_text {
    uint32_t offset;
    uint32_t length;
} cground_text;

/// One tag.
typedef struct cground_tag {
    cground_text key;
    cground_text value;
} cground_tag;

/// A place, degrees times 10^7.
typedef struct cground_point {
    int32_t latitude_e7;
    int32_t longitude_e7;
} cground_point;

/// A box, degrees times 10^7.
typedef struct cground_box {
    int32_t south_e7;
    int32_t west_e7;
    int32_t north_e7;
    int32_t east_e7;
} cground_box;

/// A point, a line, or a ring of an area whose first and last points are the same.
typedef struct cground_ring {
    uint32_t first_point;
    uint32_t point_count;
    bool is_inner;  ///< Whether it is a hole of the outer ring before it.
} cground_ring;

/// Something that lies on the ground.
typedef struct cground_shape {
    uint32_t first_ring;
    uint32_t ring_count;
    uint32_t first_tag;
    uint32_t tag_count;
    uint8_t kind;  ///< 0 a point, 1 a line, 2 an area.
} cground_shape;

/// What a map file holds of water, green, buildings, railways, places and house numbers; owned by whoever read it.
typedef struct cground_map cground_map;

/// Reads a map file once more, with its areas put together out of relations.
///
/// Returns NULL on failure, with one line of reason in `reason`.
cground_map *_Nullable cground_read(const char *_Nonnull path, char *_Nonnull reason, size_t reason_size);

/// Frees it.
void cground_free(cground_map *_Nonnull ground);

const cground_shape *_Nullable cground_shapes(const cground_map *_Nonnull ground, size_t *_Nonnull count);
const cground_ring *_Nullable cground_rings(const cground_map *_Nonnull ground, size_t *_Nonnull count);
const cground_point *_Nullable cground_points(const cground_map *_Nonnull ground, size_t *_Nonnull count);
const cground_tag *_Nullable cground_tags(const cground_map *_Nonnull ground, size_t *_Nonnull count);
const uint8_t *_Nullable cground_text_pool(const cground_map *_Nonnull ground, size_t *_Nonnull count);
/// The box that the file says it covers; false when it says none.
bool cground_extent(const cground_map *_Nonnull ground, cground_box *_Nonnull box);

#ifdef __cplusplus
}
#endif

#endif
