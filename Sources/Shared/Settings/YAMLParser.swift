import CYAML
import Glibc
import SystemErrors

/// Reads YAML into nodes that know their lines.
///
/// libyaml is called directly: Yams, the Swift layer over it, needs the whole of Foundation, which
/// would triple the size of the daemon that runs on every device.
package enum YAMLParser {
    /// Reads a file.
    ///
    /// - Throws: ``SettingsError`` when it cannot be read, is not YAML, or repeats a key.
    package static func parse(file: String) throws(SettingsError) -> SettingsNode {
        guard let handle = fopen(file, "r") else {
            throw SettingsError(file: file, line: nil, problem: "cannot be read: \(SystemError.last)")
        }
        defer { fclose(handle) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = fread(&buffer, 1, buffer.count, handle)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        guard ferror(handle) == 0 else {
            throw SettingsError(file: file, line: nil, problem: "cannot be read: is it a file?")
        }
        return try Self.parse(bytes, file: file)
    }

    /// Reads bytes; `file` is the name that errors give.
    package static func parse(_ bytes: [UInt8], file: String) throws(SettingsError) -> SettingsNode {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else {
            throw SettingsError(file: file, line: nil, problem: "cannot be parsed: out of memory")
        }
        defer { yaml_parser_delete(&parser) }
        var document = yaml_document_t()
        let outcome: Result<SettingsNode, SettingsError> = bytes.withUnsafeBufferPointer { buffer in
            yaml_parser_set_input_string(&parser, buffer.baseAddress, buffer.count)
            guard yaml_parser_load(&parser, &document) == 1 else {
                let reason = parser.problem.map { String(cString: $0) } ?? "not YAML"
                let line = Int(parser.problem_mark.line) + 1
                return .failure(SettingsError(file: file, line: line, problem: "not readable as YAML: \(reason)"))
            }
            defer { yaml_document_delete(&document) }
            guard let root = yaml_document_get_root_node(&document) else {
                return .success(SettingsNode(content: .mapping([]), line: 1))
            }
            return Result { () throws(SettingsError) in try Self.convert(root, in: &document, file: file, depth: 0) }
        }
        return try outcome.get()
    }

    private static func convert(
        _ node: UnsafeMutablePointer<yaml_node_t>,
        in document: inout yaml_document_t,
        file: String,
        depth: Int
    ) throws(SettingsError) -> SettingsNode {
        let line = Int(node.pointee.start_mark.line) + 1
        // An alias that contains itself would never end.
        guard depth < 32 else { throw SettingsError(file: file, line: line, problem: "nested too deeply") }
        switch node.pointee.type {
        case YAML_SEQUENCE_NODE:
            var items: [SettingsNode] = []
            var item = node.pointee.data.sequence.items.start
            while let current = item, current != node.pointee.data.sequence.items.top {
                if let child = yaml_document_get_node(&document, current.pointee) {
                    items.append(try Self.convert(child, in: &document, file: file, depth: depth + 1))
                }
                item = current + 1
            }
            return SettingsNode(content: .sequence(items), line: line)
        case YAML_MAPPING_NODE:
            var entries: [SettingsNode.Entry] = []
            var pair = node.pointee.data.mapping.pairs.start
            while let current = pair, current != node.pointee.data.mapping.pairs.top {
                guard let key = yaml_document_get_node(&document, current.pointee.key),
                    let value = yaml_document_get_node(&document, current.pointee.value)
                else { break }
                let keyNode = try Self.convert(key, in: &document, file: file, depth: depth + 1)
                guard case .scalar(let name, _) = keyNode.content else {
                    throw SettingsError(file: file, line: keyNode.line, problem: "a key must be a word")
                }
                guard !entries.contains(where: { $0.key == name }) else {
                    throw SettingsError(file: file, line: keyNode.line, problem: "'\(name)' is set twice: keep one")
                }
                let child = try Self.convert(value, in: &document, file: file, depth: depth + 1)
                entries.append(SettingsNode.Entry(key: name, line: keyNode.line, value: child))
                pair = current + 1
            }
            return SettingsNode(content: .mapping(entries), line: line)
        default:
            let scalar = node.pointee.data.scalar
            let text = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isQuoted = scalar.style != YAML_PLAIN_SCALAR_STYLE
            return SettingsNode(content: .scalar(String(decoding: text, as: UTF8.self), isQuoted: isQuoted), line: line)
        }
    }
}
