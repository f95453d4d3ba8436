package import HummingbirdCore
import HummingbirdTLS
package import Logging
package import NIOCore
package import NIOSSL

/// HTTP/1.1 behind a ``Door``.
package struct DoorChannel: ServerChildChannel {
    /// What a connection becomes.
    package typealias Value = HTTP1Channel.Value

    private let door: Door
    private let isSecure: Bool
    private let http: HTTP1Channel

    /// Bytes of one header, of all headers of a request, and how many there may be.
    private static let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
        maxHeaderFieldSize: 16_384,
        maxHeaderListSize: 32_768,
        maxHeaderFieldCount: 100
    )

    init(_ door: Door, isSecure: Bool, responder: @escaping HTTPChannelHandler.Responder) {
        (self.door, self.isSecure) = (door, isSecure)
        self.http = HTTP1Channel(
            responder: responder,
            configuration: .init(
                additionalChannelHandlers: [RequestWatch()],
                httpDecoderConfiguration: Self.decoder
            )
        )
    }

    /// Sets a connection up; under TLS the TLS handler is there already.
    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(DoorHandler(self.door, isSecure: self.isSecure))
        }
        .flatMap { self.http.setup(channel: channel, logger: logger) }
    }

    /// Answers a connection's requests until it ends.
    package func handle(value: Value, logger: Logger) async { await self.http.handle(value: value, logger: logger) }
}

extension HTTPServerBuilder {
    /// A server behind a door.
    ///
    /// - Parameters:
    ///   - door: Limits on connections and on the time that each stage may take.
    ///   - tls: What it is served with; `nil` for plain HTTP.
    /// - Returns: What an application builds its server with.
    package static func behind(_ door: Door, tls: TLSConfiguration?) -> HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let http = DoorChannel(door, isSecure: tls != nil, responder: responder)
            guard let tls else { return http }
            return try TLSChannel(http, tlsConfiguration: tls)
        }
    }
}
