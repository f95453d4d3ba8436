import Glibc

/// Path of another of our programs: they are built side by side.
///
/// - Throws: ``RigError/missing(program:)`` when it is not there.
package func sibling(_ name: String) throws -> String {
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    guard let slash = own.lastIndex(of: "/") else { throw RigError.missing(program: name) }
    let path = String(own[...slash] + name)
    guard access(path, X_OK) == 0 else { throw RigError.missing(program: name) }
    return path
}
