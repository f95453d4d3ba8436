/// Reads one group of keys strictly: each key is asked for by name, and ``finish()`` refuses the rest.
package struct SettingsReader: Sendable {
    private let entries: [SettingsNode.Entry]
    private let line: Int
    private var asked: Set<String> = []

    /// Path of the file, for messages of the caller's own.
    package let file: String

    /// Opens a file whose top is a group of keys.
    package init(file: String) throws(SettingsError) {
        try self.init(YAMLParser.parse(file: file), file: file, name: "the file")
    }

    /// Reads from a node that must be a group of keys; `name` is what errors call it.
    package init(_ node: SettingsNode, file: String, name: String) throws(SettingsError) {
        guard case .mapping(let entries) = node.content else {
            throw SettingsError(file: file, line: node.line, problem: "\(name) must be a group of 'key: value' lines")
        }
        self.entries = entries
        self.line = node.line
        self.file = file
    }

    /// Returns an error about a key, at its line.
    package func error(_ key: String, _ problem: String) -> SettingsError {
        let line = self.entries.first { $0.key == key }?.line ?? self.line
        return SettingsError(file: self.file, line: line, problem: "'\(key)' \(problem)")
    }

    /// Whether a key is set.
    package func has(_ key: String) -> Bool { self.entries.contains { $0.key == key } }

    /// Takes a key's node; `nil` when it is not set.
    package mutating func node(_ key: String) -> SettingsNode? {
        self.asked.insert(key)
        return self.entries.first { $0.key == key }?.value
    }

    /// Takes a text; `nil` when the key is not set.
    package mutating func optionalString(_ key: String) throws(SettingsError) -> String? {
        guard let node = self.node(key) else { return nil }
        guard case .scalar(let text, _) = node.content, !text.isEmpty else {
            throw self.error(key, "must be a text, not \(node.kind)")
        }
        return text
    }

    /// Takes a text that must be there.
    package mutating func string(_ key: String, example: String) throws(SettingsError) -> String {
        guard let text = try self.optionalString(key) else { throw self.missing(key, example: example) }
        return text
    }

    /// Takes a list of texts that must be there and must not be empty.
    package mutating func strings(_ key: String, example: String) throws(SettingsError) -> [String] {
        guard let node = self.node(key) else { throw self.missing(key, example: example) }
        guard case .sequence(let items) = node.content, !items.isEmpty else {
            throw self.error(key, "must be a list such as \(example), not \(node.kind)")
        }
        var texts: [String] = []
        for item in items {
            guard case .scalar(let text, _) = item.content, !text.isEmpty else {
                throw self.error(key, "must be a list of texts, not of \(item.kind)")
            }
            texts.append(text)
        }
        return texts
    }

    /// Takes a number within a range; `nil` when the key is not set.
    package mutating func optionalNumber(
        _ key: String,
        in range: ClosedRange<Double>
    ) throws(SettingsError) -> Double? {
        guard let node = self.node(key) else { return nil }
        guard case .scalar(let text, isQuoted: false) = node.content, let number = Double(text),
            range.contains(number)
        else {
            throw self.error(
                key,
                "must be a number from \(short(range.lowerBound)) to \(short(range.upperBound)), not \(node.kind)"
            )
        }
        return number
    }

    /// Takes a number within a range, or what holds when the key is not set.
    package mutating func number(
        _ key: String,
        in range: ClosedRange<Double>,
        default value: Double
    ) throws(SettingsError) -> Double {
        try self.optionalNumber(key, in: range) ?? value
    }

    /// Takes a whole number within a range; `nil` when the key is not set.
    package mutating func optionalInteger(_ key: String, in range: ClosedRange<Int>) throws(SettingsError) -> Int? {
        guard let node = self.node(key) else { return nil }
        guard case .scalar(let text, isQuoted: false) = node.content, let number = Int(text), range.contains(number)
        else {
            throw self.error(
                key,
                "must be a whole number from \(range.lowerBound) to \(range.upperBound), not \(node.kind)"
            )
        }
        return number
    }

    /// Takes a group of keys; `nil` when it is not set.
    package mutating func optionalGroup(_ key: String) throws(SettingsError) -> SettingsReader? {
        guard let node = self.node(key) else { return nil }
        return try SettingsReader(node, file: self.file, name: "'\(key)'")
    }

    /// Takes a group of keys that must be there.
    package mutating func group(_ key: String, example: String) throws(SettingsError) -> SettingsReader {
        guard let group = try self.optionalGroup(key) else { throw self.missing(key, example: example) }
        return group
    }

    /// Takes a yes or no; no when the key is not set.
    package mutating func flag(_ key: String) throws(SettingsError) -> Bool {
        guard let node = self.node(key) else { return false }
        guard case .scalar(let text, isQuoted: false) = node.content, text == "true" || text == "false" else {
            throw self.error(key, "must be true or false, not \(node.kind)")
        }
        return text == "true"
    }

    /// Takes a list of groups; none when the key is not set.
    package mutating func groups(_ key: String) throws(SettingsError) -> [SettingsReader] {
        guard let node = self.node(key) else { return [] }
        guard case .sequence(let items) = node.content else {
            throw self.error(key, "must be a list of groups, not \(node.kind)")
        }
        var groups: [SettingsReader] = []
        for item in items { groups.append(try SettingsReader(item, file: self.file, name: "each entry of '\(key)'")) }
        return groups
    }

    /// Refuses the keys that nobody asked for.
    package func finish() throws(SettingsError) {
        guard let stranger = self.entries.first(where: { !self.asked.contains($0.key) }) else { return }
        throw SettingsError(
            file: self.file,
            line: stranger.line,
            problem: "unknown key '\(stranger.key)'; known here: \(self.asked.sorted().joined(separator: ", "))"
        )
    }

    private func missing(_ key: String, example: String) -> SettingsError {
        SettingsError(
            file: self.file,
            line: self.line,
            problem: "'\(key)' is missing; add for example '\(key): \(example)'"
        )
    }
}

/// Writes 2947.0 as 2947.
private func short(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
}
