#include "COSMGround.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include <osmium/area/assembler.hpp>
#include <osmium/area/multipolygon_manager.hpp>
#include <osmium/handler.hpp>
#include <osmium/handler/node_locations_for_ways.hpp>
#include <osmium/index/map/flex_mem.hpp>
#include <osmium/io/any_input.hpp>
#include <osmium/tags/tags_filter.hpp>
#include <osmium/visitor.hpp>

struct cground_map {
    std::vector<cground_shape> shapes;
    std::vector<cground_ring> rings;
    std::vector<cground_point> points;
    std::vector<cground_tag> tags;
    std::vector<uint8_t> pool;
    cground_box box{};
    bool has_box = false;
};

namespace {

using Index = osmium::index::map::FlexMem<osmium::unsigned_object_id_type, osmium::Location>;
using LocationHandler = osmium::handler::NodeLocationsForWays<Index>;

/// What is drawn: a shape with none of these is left out, and no other tag is kept.
constexpr std::array<const char *, 14> kept = {
    "natural", "water", "waterway", "landuse", "leisure", "building", "railway", "place",
    "name", "name:zh", "addr:housenumber", "tunnel", "aeroway", "amenity",
};

class GroundCollector : public osmium::handler::Handler {
public:
    explicit GroundCollector(cground_map &ground) : ground_(ground) {}

    void node(const osmium::Node &node) {
        const auto &tags = node.tags();
        const bool is_place = tags["place"] != nullptr && tags["name"] != nullptr;
        if ((!is_place && tags["addr:housenumber"] == nullptr) || !node.location().valid()) { return; }
        begin(0, tags);
        begin_ring(false);
        add(node.location());
        end();
    }

    void way(const osmium::Way &way) {
        const auto &tags = way.tags();
        const char *natural = tags["natural"];
        const bool is_coast = natural != nullptr && std::strcmp(natural, "coastline") == 0;
        if ((!is_coast && tags["waterway"] == nullptr && tags["railway"] == nullptr) || way.nodes().size() < 2) { return; }
        begin(1, tags);
        begin_ring(false);
        // A piece of which the file lacks nodes is drawn as far as it is known.
        for (const auto &node : way.nodes()) { if (node.location().valid()) { add(node.location()); } }
        end();
    }

    void area(const osmium::Area &area) {
        begin(2, area.tags());
        for (const auto &outer : area.outer_rings()) {
            begin_ring(false);
            for (const auto &node : outer) { add(node.location()); }
            for (const auto &inner : area.inner_rings(outer)) {
                begin_ring(true);
                for (const auto &node : inner) { add(node.location()); }
            }
        }
        end();
    }

private:
    void begin(uint8_t kind, const osmium::TagList &tags) {
        cground_shape shape{};
        shape.kind = kind;
        shape.first_ring = static_cast<uint32_t>(ground_.rings.size());
        shape.first_tag = static_cast<uint32_t>(ground_.tags.size());
        for (const char *key : kept) {
            const char *value = tags[key];
            if (value != nullptr) { ground_.tags.push_back({text(key), text(value)}); }
        }
        shape.tag_count = static_cast<uint32_t>(ground_.tags.size()) - shape.first_tag;
        ground_.shapes.push_back(shape);
    }

    void begin_ring(bool is_inner) {
        ground_.rings.push_back({static_cast<uint32_t>(ground_.points.size()), 0, is_inner});
    }

    void add(const osmium::Location &location) {
        ground_.points.push_back({location.y(), location.x()});
        ground_.rings.back().point_count += 1;
    }

    void end() {
        auto &shape = ground_.shapes.back();
        shape.ring_count = static_cast<uint32_t>(ground_.rings.size()) - shape.first_ring;
    }

    cground_text text(const char *words) {
        auto [place, is_new] = known_.try_emplace(words, cground_text{});
        if (is_new) {
            const size_t length = std::strlen(words);
            place->second = {static_cast<uint32_t>(ground_.pool.size()), static_cast<uint32_t>(length)};
            ground_.pool.insert(ground_.pool.end(), words, words + length);
        }
        return place->second;
    }

    cground_map &ground_;
    std::unordered_map<std::string, cground_text> known_;
};

void read(const char *path, cground_map &ground) {
    const osmium::io::File file(path);
    osmium::TagsFilter filter{false};
    for (const char *key : {"natural", "water", "waterway", "landuse", "leisure", "building", "aeroway", "amenity"}) {
        filter.add_rule(true, key);
    }
    osmium::area::Assembler::config_type assembly;
    osmium::area::MultipolygonManager<osmium::area::Assembler> areas{assembly, filter};
    osmium::relations::read_relations(file, areas);
    Index index;
    LocationHandler locations{index};
    // A file that was cut out of a larger one lacks nodes of ways at its edge.
    locations.ignore_errors();
    GroundCollector collector(ground);
    osmium::io::Reader reader(file);
    const auto box = reader.header().joined_boxes();
    if (box.valid()) {
        ground.box = {box.bottom_left().y(), box.bottom_left().x(), box.top_right().y(), box.top_right().x()};
        ground.has_box = true;
    }
    osmium::apply(reader, locations, collector, areas.handler([&collector](osmium::memory::Buffer &&buffer) {
        osmium::apply(buffer, collector);
    }));
    reader.close();
}

template <typename T>
const T *expose(const std::vector<T> &items, size_t *count) {
    *count = items.size();
    return items.data();
}

}  // namespace

cground_map *cground_read(const char *path, char *reason, size_t reason_size) {
    auto *ground = new (std::nothrow) cground_map;
    if (ground == nullptr) { return nullptr; }
    try {
        read(path, *ground);
        return ground;
    } catch (const std::exception &error) {
        std::snprintf(reason, reason_size, "%s", error.what());
    } catch (...) {
        std::snprintf(reason, reason_size, "unknown failure");
    }
    delete ground;
    return nullptr;
}

void cground_free(cground_map *ground) { delete ground; }

const cground_shape *cground_shapes(const cground_map *ground, size_t *count) { return expose(ground->shapes, count); }
const cground_ring *cground_rings(const cground_map *ground, size_t *count) { return expose(ground->rings, count); }
const cground_point *cground_points(const cground_map *ground, size_t *count) { return expose(ground->points, count); }
const cground_tag *cground_tags(const cground_map *ground, size_t *count) { return expose(ground->tags, count); }
const uint8_t *cground_text_pool(const cground_map *ground, size_t *count) { return expose(ground->pool, count); }
bool cground_extent(const cground_map *ground, cground_box *box) {
    *box = ground->box;
    return ground->has_box;
}
