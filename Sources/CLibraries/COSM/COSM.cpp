#include "COSM.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <unordered_map>
#include <vector>

#include <osmium/handler.hpp>
#include <osmium/io/any_input.hpp>
#include <osmium/osm/relation.hpp>
#include <osmium/osm/way.hpp>
#include <osmium/visitor.hpp>

struct cosm_map {
    std::vector<cosm_node> nodes;
    std::vector<cosm_way> ways;
    std::vector<cosm_tag> tags;
    std::vector<cosm_restriction> restrictions;
    std::vector<cosm_member> members;
    std::vector<uint32_t> way_nodes;
    std::vector<uint8_t> pool;
};

namespace {

constexpr uint32_t missing = UINT32_MAX;

/// Stores each text once.
class TextPool {
public:
    explicit TextPool(std::vector<uint8_t> &bytes) : bytes_(bytes) {}

    cosm_text add(const char *text) {
        auto [place, is_new] = known_.try_emplace(text, cosm_text{});
        if (is_new) {
            const size_t length = std::strlen(text);
            place->second = {static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(length)};
            bytes_.insert(bytes_.end(), text, text + length);
        }
        return place->second;
    }

private:
    std::vector<uint8_t> &bytes_;
    std::unordered_map<std::string, cosm_text> known_;
};

/// First pass: the ways that may be roads, which nodes they use, and the restrictions of turns.
class WayCollector : public osmium::handler::Handler {
public:
    WayCollector(cosm_map &map, TextPool &pool) : map_(map), pool_(pool) {}

    void way(const osmium::Way &way) {
        if (way.tags()["highway"] == nullptr || way.nodes().size() < 2) { return; }
        cosm_way out{};
        out.id = way.id();
        out.first_node = static_cast<uint32_t>(references.size());
        out.first_tag = static_cast<uint32_t>(map_.tags.size());
        for (const auto &node : way.nodes()) { references.push_back(node.ref()); }
        for (const auto &tag : way.tags()) { map_.tags.push_back({pool_.add(tag.key()), pool_.add(tag.value())}); }
        out.node_count = static_cast<uint32_t>(references.size()) - out.first_node;
        out.tag_count = static_cast<uint32_t>(map_.tags.size()) - out.first_tag;
        map_.ways.push_back(out);
    }

    void relation(const osmium::Relation &relation) {
        const char *type = relation.tags()["type"];
        if (type == nullptr || std::strcmp(type, "restriction") != 0) { return; }
        cosm_restriction out{};
        out.id = relation.id();
        out.first_member = static_cast<uint32_t>(map_.members.size());
        out.first_tag = static_cast<uint32_t>(map_.tags.size());
        for (const auto &member : relation.members()) {
            if (member.type() == osmium::item_type::relation) { continue; }
            const uint32_t is_way = member.type() == osmium::item_type::way ? 1 : 0;
            map_.members.push_back({member.ref(), pool_.add(member.role()), is_way});
        }
        for (const auto &tag : relation.tags()) { map_.tags.push_back({pool_.add(tag.key()), pool_.add(tag.value())}); }
        out.member_count = static_cast<uint32_t>(map_.members.size()) - out.first_member;
        out.tag_count = static_cast<uint32_t>(map_.tags.size()) - out.first_tag;
        map_.restrictions.push_back(out);
    }

    std::vector<int64_t> references;

private:
    cosm_map &map_;
    TextPool &pool_;
};

/// Second pass: where those nodes are, and what stands on them.
class NodeCollector : public osmium::handler::Handler {
public:
    NodeCollector(cosm_map &map, TextPool &pool, const std::vector<int64_t> &wanted)
        : found(wanted.size(), missing), map_(map), pool_(pool), wanted_(wanted) {}

    void node(const osmium::Node &node) {
        const auto place = std::lower_bound(wanted_.begin(), wanted_.end(), node.id());
        if (place == wanted_.end() || *place != node.id() || !node.location().valid()) { return; }
        cosm_node out{};
        out.id = node.id();
        out.latitude_e7 = node.location().y();
        out.longitude_e7 = node.location().x();
        out.first_tag = static_cast<uint32_t>(map_.tags.size());
        for (const auto &tag : node.tags()) { map_.tags.push_back({pool_.add(tag.key()), pool_.add(tag.value())}); }
        out.tag_count = static_cast<uint32_t>(map_.tags.size()) - out.first_tag;
        found[static_cast<size_t>(place - wanted_.begin())] = static_cast<uint32_t>(map_.nodes.size());
        map_.nodes.push_back(out);
    }

    std::vector<uint32_t> found;

private:
    cosm_map &map_;
    TextPool &pool_;
    const std::vector<int64_t> &wanted_;
};

void read(const char *path, cosm_map &map) {
    TextPool pool(map.pool);
    WayCollector ways(map, pool);
    {
        osmium::io::Reader reader(path, osmium::osm_entity_bits::way | osmium::osm_entity_bits::relation);
        osmium::apply(reader, ways);
        reader.close();
    }
    std::vector<int64_t> wanted = ways.references;
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
    NodeCollector nodes(map, pool, wanted);
    {
        osmium::io::Reader reader(path, osmium::osm_entity_bits::node);
        osmium::apply(reader, nodes);
        reader.close();
    }
    map.way_nodes.reserve(ways.references.size());
    for (const int64_t reference : ways.references) {
        const auto place = std::lower_bound(wanted.begin(), wanted.end(), reference);
        map.way_nodes.push_back(nodes.found[static_cast<size_t>(place - wanted.begin())]);
    }
}

template <typename T>
const T *expose(const std::vector<T> &items, size_t *count) {
    *count = items.size();
    return items.data();
}

}  // namespace

cosm_map *cosm_read(const char *path, char *reason, size_t reason_size) {
    auto *map = new (std::nothrow) cosm_map;
    if (map == nullptr) { return nullptr; }
    try {
        read(path, *map);
        return map;
    } catch (const std::exception &error) {
        std::snprintf(reason, reason_size, "%s", error.what());
    } catch (...) {
        std::snprintf(reason, reason_size, "unknown failure");
    }
    delete map;
    return nullptr;
}

void cosm_free(cosm_map *map) { delete map; }

const cosm_node *cosm_nodes(const cosm_map *map, size_t *count) { return expose(map->nodes, count); }
const cosm_way *cosm_ways(const cosm_map *map, size_t *count) { return expose(map->ways, count); }
const cosm_tag *cosm_tags(const cosm_map *map, size_t *count) { return expose(map->tags, count); }
const uint32_t *cosm_way_nodes(const cosm_map *map, size_t *count) { return expose(map->way_nodes, count); }
const cosm_restriction *cosm_restrictions(const cosm_map *map, size_t *count) {
    return expose(map->restrictions, count);
}
const cosm_member *cosm_members(const cosm_map *map, size_t *count) { return expose(map->members, count); }
const uint8_t *cosm_text_pool(const cosm_map *map, size_t *count) { return expose(map->pool, count); }
