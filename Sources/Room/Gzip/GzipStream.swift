import CGzip

/// A stream of zlib's that compresses as RFC 1952 has it.
package final class GzipStream: @unchecked Sendable {
    // Safety: one owner alone uses it, one call after the other; freed once, with the last reference.
    private let stream: OpaquePointer

    /// Bytes that are asked for at a time.
    private static let room = 32_768

    /// Begins a stream; `nil` when there is no memory for it.
    package init?() {
        guard let stream = cgzip_make() else { return nil }
        self.stream = stream
    }

    deinit { cgzip_free(self.stream) }

    /// What is ready once these bytes came; after the last ones the stream is over.
    package func compress(_ bytes: UnsafeRawBufferPointer, isLast: Bool) -> [UInt8] {
        var output: [UInt8] = []
        var rest = bytes
        var isDone = false
        while !isDone {
            output += [UInt8](unsafeUninitializedCapacity: Self.room) { space, count in
                guard let place = space.baseAddress else { return }
                // Safety: both buffers outlive the call, and their lengths are told.
                var taken = 0
                let start = rest.bindMemory(to: UInt8.self).baseAddress
                count = cgzip_run(self.stream, start, rest.count, &taken, place, space.count, isLast, &isDone)
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(taken))
            }
        }
        return output
    }
}

/// Bytes compressed as a whole; `nil` when there is no memory for it.
package func gzipped(_ bytes: [UInt8]) -> [UInt8]? {
    guard let stream = GzipStream() else { return nil }
    return bytes.withUnsafeBytes { stream.compress($0, isLast: true) }
}
