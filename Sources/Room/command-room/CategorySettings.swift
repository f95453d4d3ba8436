import Incidents
import PatrolWire
import Settings

/// The kinds of incidents as `command-room.yaml` has them: groups, below them categories, below those what other
/// systems call them.
enum CategorySettings {
    /// So many groups, categories of one group and other names of one category: a list that a dispatcher finds something in.
    private static let most = 100

    static func read(_ top: inout SettingsReader) throws(SettingsError) -> Categories {
        let example = "{ 治安: { 打架斗殴: [\"0301\"], 盗窃: [] } }"
        guard let node = top.node("categories"), case .mapping(let entries) = node.content, !entries.isEmpty,
            entries.count <= Self.most
        else { throw top.error("categories", "must be 1 to \(Self.most) groups such as \(example)") }
        var groups: [Categories.Group] = []
        for entry in entries {
            groups.append(
                Categories.Group(name: entry.key, categories: try Self.categories(entry, example: example, top))
            )
        }
        do throws(CategoryFault) {
            return try Categories(groups)
        } catch {
            throw top.error("categories", "has '\(error.name)' twice: each name must mean one thing")
        }
    }

    private static func categories(
        _ group: SettingsNode.Entry,
        example: String,
        _ top: SettingsReader
    ) throws(SettingsError) -> [Categories.Category] {
        func fault(_ line: Int, _ problem: String) -> SettingsError {
            SettingsError(file: top.file, line: line, problem: problem)
        }
        guard case .mapping(let entries) = group.value.content, entries.count <= Self.most else {
            throw fault(group.line, "'\(group.key)' must be at most \(Self.most) categories, as in \(example)")
        }
        var categories: [Categories.Category] = []
        for entry in entries {
            guard case .sequence(let items) = entry.value.content, items.count <= Self.most else {
                throw fault(entry.line, "'\(entry.key)' must be a list of what other systems call it; [] for nothing")
            }
            var names: [String] = []
            for item in items {
                guard case .scalar(let text, _) = item.content, !text.isEmpty else {
                    throw fault(item.line, "'\(entry.key)' must be a list of texts, not of \(item.kind)")
                }
                names.append(text)
            }
            for name in [group.key, entry.key] + names where WireLimits.isTooLong(name, WireLimits.name) {
                throw fault(entry.line, "'\(name.prefix(32))…' must have at most \(WireLimits.name) characters")
            }
            categories.append(Categories.Category(name: entry.key, otherNames: names))
        }
        return categories
    }
}
