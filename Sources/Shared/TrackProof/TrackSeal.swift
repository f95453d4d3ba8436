package import PatrolWire

/// What a device says of some of its records, with its signature: the event `track.seal`.
///
/// Seals follow each other: each names the one before by its ``digest``, and covers the numbers after that one's.
package struct TrackSeal: Sendable, Hashable {
    /// Records of one seal at most: its marks have to fit into a text of the wire.
    package static let mostRecords = 300
    /// Bytes of a record's mark: they name a record that is not what it was; that one is not, the root tells.
    static let markBytes = 4
    /// No record has a greater number: what is larger is no exact number of JSON.
    private static let mostNumber: Int64 = 1 << 53

    /// What is signed.
    package struct Content: Sendable, Hashable {
        /// The log that numbered the records.
        package let log: String
        /// Their numbers.
        package let range: ClosedRange<Int64>
        /// The seal before it; `nil` for the first.
        package let previous: Digest?
        /// Of all records' digests, one after the other.
        package let root: Digest
        /// The beginning of each record's digest.
        package let marks: [UInt8]

        /// Seals records.
        ///
        /// - Parameters:
        ///   - log: The log that numbered them.
        ///   - first: The number of the first.
        ///   - digests: Theirs, one a number; at least one.
        ///   - previous: The seal before it; `nil` for the first.
        package init(log: String, first: Int64, digests: [Digest], previous: Digest?) {
            (self.log, self.previous) = (log, previous)
            self.range = first...(first + Int64(max(1, digests.count) - 1))
            self.root = Digest(of: digests.flatMap(\.bytes))
            self.marks = digests.flatMap { $0.bytes.prefix(TrackSeal.markBytes) }
        }

        init(log: String, range: ClosedRange<Int64>, previous: Digest?, root: Digest, marks: [UInt8]) {
            (self.log, self.range, self.previous, self.root, self.marks) = (log, range, previous, root, marks)
        }

        /// The mark of a record.
        func mark(of sequence: Int64) -> ArraySlice<UInt8>? {
            guard self.range.contains(sequence) else { return nil }
            let start = Int(sequence - self.range.lowerBound) * TrackSeal.markBytes
            return self.marks[start..<start + TrackSeal.markBytes]
        }
    }

    /// What is signed.
    package let content: Content
    /// The key that it is signed with: ``SealKey/id``.
    package let key: String
    /// The signature.
    package let signature: [UInt8]

    /// Creates one.
    package init(_ content: Content, key: String, signature: [UInt8]) {
        (self.content, self.key, self.signature) = (content, key, signature)
    }

    /// The text that is signed: a line each, so that no two contents have one text.
    package static func text(_ content: Content, of device: String, at station: String, key: String) -> [UInt8] {
        let lines = [
            "patrollink track seal 1", "\(station)/\(device)", content.log,
            "\(content.range.lowerBound) \(content.range.upperBound)", content.previous?.hex ?? "-",
            content.root.hex, Base64.encode(content.marks), key,
        ]
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    /// By what the next seal names this one.
    package func digest(of device: String, at station: String) -> Digest {
        Digest(of: Self.text(self.content, of: device, at: station, key: self.key))
    }

    /// The event's `data`.
    package var data: [String: JSONValue] {
        var data: [String: JSONValue] = [
            "log": .string(self.content.log),
            "from": .int(self.content.range.lowerBound),
            "to": .int(self.content.range.upperBound),
            "root": .string(self.content.root.hex),
            "marks": .string(Base64.encode(self.content.marks)),
            "key": .string(self.key),
            "sig": .string(Base64.encode(self.signature)),
        ]
        if let previous = self.content.previous { data["prev"] = .string(previous.hex) }
        return data
    }

    /// Reads an event's `data`; `nil` when it is no seal.
    package init?(data: [String: JSONValue]?) {
        guard let data, case .string(let log)? = data["log"], LogID.isValid(log),
            case .int(let from)? = data["from"], case .int(let to)? = data["to"], from >= 1, to >= from,
            to - from < Int64(Self.mostRecords), to <= Self.mostNumber,
            case .string(let rootText)? = data["root"], let root = Digest(hex: rootText),
            case .string(let marksText)? = data["marks"], let marks = Base64.decode(marksText),
            marks.count == Int(to - from + 1) * Self.markBytes,
            case .string(let key)? = data["key"], !key.isEmpty,
            case .string(let signatureText)? = data["sig"], let signature = Base64.decode(signatureText)
        else { return nil }
        var previous: Digest?
        if let value = data["prev"] {
            guard case .string(let text) = value, let digest = Digest(hex: text) else { return nil }
            previous = digest
        }
        let content = Content(log: log, range: from...to, previous: previous, root: root, marks: marks)
        self.init(content, key: key, signature: signature)
    }
}
