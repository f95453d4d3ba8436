/// One node of a settings file, with the line it stands in.
package struct SettingsNode: Sendable, Hashable {
    /// What a node holds.
    package enum Content: Sendable, Hashable {
        /// A word or number; `isQuoted` when it was written as a string.
        case scalar(String, isQuoted: Bool)
        /// A list.
        case sequence([SettingsNode])
        /// Keys and values, in the order of the file.
        case mapping([Entry])
    }

    /// One key and its value.
    package struct Entry: Sendable, Hashable {
        /// The key.
        package let key: String
        /// Line of the key, counted from 1.
        package let line: Int
        /// What the key is set to.
        package let value: SettingsNode
    }

    /// What the node holds.
    package let content: Content

    /// Line, counted from 1.
    package let line: Int

    /// What the node is, in the words of an error message.
    package var kind: String {
        switch self.content {
        case .scalar(let text, _): text.isEmpty ? "nothing" : "'\(text)'"
        case .sequence: "a list"
        case .mapping: "a group of keys"
        }
    }
}
