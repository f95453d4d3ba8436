/// One square of the map as the Mapbox Vector Tile Specification 2.1 has it: layers of points, lines and areas.
///
/// A message of Protocol Buffers is a row of fields, each with its number and kind. A tile needs four such messages and two
/// kinds of fields, so they are written here.
package struct VectorTile: Sendable {
    /// What a feature is.
    package enum Shape: UInt64, Sendable {
        case point = 1
        case line, area
    }

    /// A place on the tile: to the right and down from its upper left corner, in ``extent``s of its edge.
    package struct Point: Sendable, Hashable {
        package var x: Int32
        package var y: Int32

        package init(x: Int32, y: Int32) { (self.x, self.y) = (x, y) }
    }

    /// Units of a tile's edge.
    package static let extent = 4_096

    private struct Layer: Sendable {
        var features: [UInt8] = []
        var keys: [String: UInt64] = [:]
        var values: [String: UInt64] = [:]
        var keyBytes: [UInt8] = []
        var valueBytes: [UInt8] = []
        var count = 0

        mutating func key(_ text: String) -> UInt64 {
            if let known = self.keys[text] { return known }
            let number = UInt64(self.keys.count)
            self.keys[text] = number
            self.keyBytes.field(3, Array(text.utf8))
            return number
        }

        mutating func value(_ text: String) -> UInt64 {
            if let known = self.values[text] { return known }
            let number = UInt64(self.values.count)
            self.values[text] = number
            var message: [UInt8] = []
            message.field(1, Array(text.utf8))
            self.valueBytes.field(4, message)
            return number
        }
    }

    private var layers: [String: Layer] = [:]

    /// Creates an empty tile.
    package init() {}

    /// Whether nothing lies on it.
    package var isEmpty: Bool { self.layers.isEmpty }

    /// Adds a feature.
    ///
    /// - Parameters:
    ///   - layer: Its layer.
    ///   - shape: What it is.
    ///   - parts: A point each, a line each, or rings of an area: each outer one clockwise as it is seen, its holes after it
    ///     the other way round; the last point of a ring is not the first again.
    ///   - tags: What is known of it.
    package mutating func add(to layer: String, _ shape: Shape, _ parts: [[Point]], tags: [(String, String)]) {
        var geometry: [UInt8] = []
        var last = Point(x: 0, y: 0)
        func step(_ point: Point) {
            geometry.number(Self.zigzag(point.x &- last.x))
            geometry.number(Self.zigzag(point.y &- last.y))
            last = point
        }
        for part in parts {
            guard let first = part.first else { continue }
            geometry.number(UInt64(1 << 3 | 1))
            step(first)
            if part.count > 1 {
                geometry.number(UInt64(part.count - 1) << 3 | 2)
                for point in part.dropFirst() { step(point) }
            }
            if shape == .area { geometry.number(UInt64(1 << 3 | 7)) }
        }
        guard !geometry.isEmpty else { return }
        var words: [UInt8] = []
        for (key, value) in tags {
            words.number(self.layers[layer, default: Layer()].key(key))
            words.number(self.layers[layer, default: Layer()].value(value))
        }
        var feature: [UInt8] = []
        if !words.isEmpty { feature.field(2, words) }
        feature.field(3, shape.rawValue)
        feature.field(4, geometry)
        self.layers[layer, default: Layer()].features.field(2, feature)
        self.layers[layer, default: Layer()].count += 1
    }

    /// The tile's bytes.
    package var bytes: [UInt8] {
        var tile: [UInt8] = []
        for (name, layer) in self.layers.sorted(by: { $0.key < $1.key }) {
            var message: [UInt8] = []
            message.field(1, Array(name.utf8))
            message += layer.features
            message += layer.keyBytes
            message += layer.valueBytes
            message.field(5, UInt64(Self.extent))
            message.field(15, 2)
            tile.field(3, message)
        }
        return tile
    }

    private static func zigzag(_ value: Int32) -> UInt64 { UInt64(UInt32(bitPattern: value << 1 ^ value >> 31)) }
}

extension [UInt8] {
    /// Writes a number in as few bytes as it needs, seven bits each, the lowest first.
    fileprivate mutating func number(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            self.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        self.append(UInt8(rest))
    }

    /// Writes a field that is a number.
    fileprivate mutating func field(_ number: UInt64, _ value: UInt64) {
        self.number(number << 3)
        self.number(value)
    }

    /// Writes a field that is bytes.
    fileprivate mutating func field(_ number: UInt64, _ bytes: [UInt8]) {
        self.number(number << 3 | 2)
        self.number(UInt64(bytes.count))
        self += bytes
    }
}
