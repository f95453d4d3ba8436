import Logging
import PlainText

/// Writes log lines to standard error, each of them one line whatever was put into it.
struct PlainLogHandler: LogHandler {
    private var stream: StreamLogHandler

    /// Longer than any line of our own; what another program says is cut there.
    private static let longest = 4_000

    init(label: String) { self.stream = StreamLogHandler.standardError(label: label) }

    var logLevel: Logger.Level {
        get { self.stream.logLevel }
        set { self.stream.logLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { self.stream.metadata }
        set { self.stream.metadata = newValue.mapValues(Self.plain) }
    }

    var metadataProvider: Logger.MetadataProvider? {
        get { self.stream.metadataProvider }
        set { self.stream.metadataProvider = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.stream[metadataKey: key] }
        set { self.stream[metadataKey: key.plainLine()] = newValue.map(Self.plain) }
    }

    func log(event: LogEvent) {
        var event = event
        event.message = Logger.Message(stringLiteral: event.message.description.plainLine(atMost: Self.longest))
        event.metadata = event.metadata.map { metadata in
            Logger.Metadata(metadata.map { ($0.key.plainLine(), Self.plain($0.value)) }) { _, last in last }
        }
        if let error = event.error { event.error = PlainError(description: "\(error)".plainLine(atMost: Self.longest)) }
        self.stream.log(event: event)
    }

    /// As text: what is inside a list or a dictionary is foreign just as well.
    private static func plain(_ value: Logger.Metadata.Value) -> Logger.Metadata.Value {
        .string(value.description.plainLine(atMost: Self.longest))
    }
}

/// What an error said.
private struct PlainError: Error, CustomStringConvertible {
    let description: String
}
