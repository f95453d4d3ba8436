#ifndef COSM_H
#define COSM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A text of the map: `length` bytes of UTF-8 from `offset` on in the map's text pool.
typedef struct cosm_text {
    uint32_t offset;
    uint32_t length;
} cosm_text;

/// One tag.
typedef struct cosm_tag {
    cosm_text key;
    cosm_text value;
} cosm_tag;

/// A node that a road uses.
typedef struct cosm_node {
    int64_t id;
    int32_t latitude_e7;   ///< Degrees times 10^7.
    int32_t longitude_e7;  ///< Degrees times 10^7.
    uint32_t first_tag;
    uint32_t tag_count;
} cosm_node;

/// A way with a `highway` tag.
typedef struct cosm_way {
    int64_t id;
    uint32_t first_node;  ///< Into the list of node indices.
    uint32_t node_count;
    uint32_t first_tag;
    uint32_t tag_count;
} cosm_way;

/// A member of a relation.
typedef struct cosm_member {
    int64_t id;
    cosm_text role;
    uint32_t is_way;  ///< 1 for a way, 0 for a node.
} cosm_member;

/// A relation of the type `restriction`: a turn that is forbidden or the only one allowed.
typedef struct cosm_restriction {
    int64_t id;
    uint32_t first_member;
    uint32_t member_count;
    uint32_t first_tag;
    uint32_t tag_count;
} cosm_restriction;

/// What a map file holds of roads; owned by whoever read it.
typedef struct cosm_map cosm_map;

/// Reads `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2` with libosmium.
///
/// Returns NULL on failure, with one line of reason in `reason`.
cosm_map *_Nullable cosm_read(const char *_Nonnull path, char *_Nonnull reason, size_t reason_size);

/// Frees a map.
void cosm_free(cosm_map *_Nonnull map);

const cosm_node *_Nullable cosm_nodes(const cosm_map *_Nonnull map, size_t *_Nonnull count);
const cosm_way *_Nullable cosm_ways(const cosm_map *_Nonnull map, size_t *_Nonnull count);
const cosm_tag *_Nullable cosm_tags(const cosm_map *_Nonnull map, size_t *_Nonnull count);
/// Indices of nodes, one run a way; nodes that the file lacks are UINT32_MAX.
const uint32_t *_Nullable cosm_way_nodes(const cosm_map *_Nonnull map, size_t *_Nonnull count);
const cosm_restriction *_Nullable cosm_restrictions(const cosm_map *_Nonnull map, size_t *_Nonnull count);
const cosm_member *_Nullable cosm_members(const cosm_map *_Nonnull map, size_t *_Nonnull count);
const uint8_t *_Nullable cosm_text_pool(const cosm_map *_Nonnull map, size_t *_Nonnull count);

#ifdef __cplusplus
}
#endif

#endif
