import COSMGround
import GroundMap

/// Sole owner of what libosmium read of a map's ground.
struct OSMGround: ~Copyable {
    /// A shape with its kind, its rings and its tags.
    struct Shape {
        enum Kind: UInt8 {
            case point, line, area
        }

        let kind: Kind
        let rings: [(points: UnsafeBufferPointer<cground_point>, isInner: Bool)]
        let tags: [String: String]
    }

    private let raw: OpaquePointer
    private let shapes: UnsafeBufferPointer<cground_shape>
    private let rings: UnsafeBufferPointer<cground_ring>
    private let points: UnsafeBufferPointer<cground_point>
    private let tags: UnsafeBufferPointer<cground_tag>
    private let pool: UnsafeBufferPointer<UInt8>

    /// Reads `.osm.pbf`, `.osm`, `.osm.gz` or `.osm.bz2`.
    init(path: String) throws(GroundError) {
        var reason = [CChar](repeating: 0, count: 256)
        guard let raw = cground_read(path, &reason, reason.count) else {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw GroundError(path: path, reason: "it is no map: \(String(decoding: text, as: UTF8.self))")
        }
        // Safety: the arrays live as long as the ground, which this value owns.
        func list<T>(_ get: (OpaquePointer, UnsafeMutablePointer<Int>) -> UnsafePointer<T>?) -> UnsafeBufferPointer<T> {
            var count = 0
            let first = get(raw, &count)
            return UnsafeBufferPointer(start: first, count: count)
        }
        self.raw = raw
        self.shapes = list(cground_shapes)
        self.rings = list(cground_rings)
        self.points = list(cground_points)
        self.tags = list(cground_tags)
        self.pool = list(cground_text_pool)
    }

    deinit { cground_free(self.raw) }

    /// How many shapes there are.
    var count: Int { self.shapes.count }

    /// The box that the file says it covers, else the one around all points; `nil` without any.
    var box: GroundBox? {
        var box = cground_box()
        if cground_extent(self.raw, &box) {
            return GroundBox(south: box.south_e7, west: box.west_e7, north: box.north_e7, east: box.east_e7)
        }
        return GroundBox(around: self.points)
    }

    /// One shape.
    subscript(_ index: Int) -> Shape? {
        let shape = self.shapes[index]
        guard let kind = Shape.Kind(rawValue: shape.kind) else { return nil }
        var tags: [String: String] = [:]
        for tag in self.tags[Int(shape.first_tag)..<Int(shape.first_tag + shape.tag_count)] {
            tags[self.text(tag.key)] = self.text(tag.value)
        }
        let rings = self.rings[Int(shape.first_ring)..<Int(shape.first_ring + shape.ring_count)].map { ring in
            let range = Int(ring.first_point)..<Int(ring.first_point + ring.point_count)
            return (UnsafeBufferPointer(rebasing: self.points[range]), ring.is_inner)
        }
        return Shape(kind: kind, rings: rings, tags: tags)
    }

    private func text(_ text: cground_text) -> String {
        String(decoding: self.pool[Int(text.offset)..<Int(text.offset + text.length)], as: UTF8.self)
    }
}
