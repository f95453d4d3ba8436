/// Where the room's patrol plan and the key that signs it are.
package struct PlanFiles: Sendable, Hashable {
    /// The plan, GeoJSON.
    package var file: String
    /// The key.
    package var key: String

    /// Creates one.
    package init(file: String, key: String) { (self.file, self.key) = (file, key) }
}
