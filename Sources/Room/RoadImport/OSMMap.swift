import COSM
import RoadMap

/// Sole owner of what libosmium read of a map file.
struct OSMMap: ~Copyable {
    private let raw: OpaquePointer

    let nodes: UnsafeBufferPointer<cosm_node>
    let ways: UnsafeBufferPointer<cosm_way>
    let restrictions: UnsafeBufferPointer<cosm_restriction>
    private let members: UnsafeBufferPointer<cosm_member>
    private let wayNodes: UnsafeBufferPointer<UInt32>
    private let tagList: UnsafeBufferPointer<cosm_tag>
    private let pool: UnsafeBufferPointer<UInt8>

    /// Reads `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    init(path: String) throws(RoadsError) {
        var reason = [CChar](repeating: 0, count: 256)
        guard let raw = cosm_read(path, &reason, reason.count) else {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .notAMap(path: path, reason: String(decoding: text, as: UTF8.self))
        }
        // Safety: the arrays live as long as the map, which this value owns.
        func list<T>(_ get: (OpaquePointer, UnsafeMutablePointer<Int>) -> UnsafePointer<T>?) -> UnsafeBufferPointer<T> {
            var count = 0
            let first = get(raw, &count)
            return UnsafeBufferPointer(start: first, count: count)
        }
        self.raw = raw
        self.nodes = list(cosm_nodes)
        self.ways = list(cosm_ways)
        self.restrictions = list(cosm_restrictions)
        self.members = list(cosm_members)
        self.wayNodes = list(cosm_way_nodes)
        self.tagList = list(cosm_tags)
        self.pool = list(cosm_text_pool)
    }

    deinit { cosm_free(self.raw) }

    /// Indices into ``nodes``; `UInt32.max` for a node that the file lacks.
    func nodes(of way: cosm_way) -> UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(rebasing: self.wayNodes[Int(way.first_node)..<Int(way.first_node + way.node_count)])
    }

    func tags(of way: cosm_way) -> Tags { self.tags(way.first_tag, way.tag_count) }

    func tags(of node: cosm_node) -> Tags { self.tags(node.first_tag, node.tag_count) }

    func tags(of restriction: cosm_restriction) -> Tags { self.tags(restriction.first_tag, restriction.tag_count) }

    /// The members of a restriction with one role, in their order.
    func members(of restriction: cosm_restriction, role: String) -> [(id: Int64, isWay: Bool)] {
        self.members[Int(restriction.first_member)..<Int(restriction.first_member + restriction.member_count)]
            .filter { self.text($0.role) == role }.map { ($0.id, $0.is_way != 0) }
    }

    private func tags(_ first: UInt32, _ count: UInt32) -> Tags {
        var pairs: [(key: Substring, value: Substring)] = []
        pairs.reserveCapacity(Int(count))
        for tag in self.tagList[Int(first)..<Int(first + count)] {
            pairs.append((Substring(self.text(tag.key)), Substring(self.text(tag.value))))
        }
        return Tags(pairs: pairs)
    }

    private func text(_ text: cosm_text) -> String {
        String(decoding: self.pool[Int(text.offset)..<Int(text.offset + text.length)], as: UTF8.self)
    }
}

/// The tags of one way or node.
struct Tags: Sendable {
    private let pairs: [(key: Substring, value: Substring)]

    init(pairs: [(key: Substring, value: Substring)]) { self.pairs = pairs }

    init(_ tags: [String: String]) { self.pairs = tags.map { (Substring($0.key), Substring($0.value)) } }

    /// The value of a key.
    subscript(key: String) -> Substring? { self.pairs.first { $0.key == key }?.value }

    /// The value of the first of these keys that is set.
    func first(of keys: [String]) -> Substring? {
        for key in keys { if let value = self[key] { return value } }
        return nil
    }
}
