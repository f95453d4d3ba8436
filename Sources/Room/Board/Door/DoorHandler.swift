import NIOCore
import NIOHTTPTypes
import NIOTLS

/// Sits where a connection's bytes are plain: lets it in or turns it away, and closes it when it takes too long.
final class DoorHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    private let door: Door
    private let isSecure: Bool
    private var answer = Door.Answer.welcome
    private var isClosing = false
    fileprivate var watch: ConnectionWatch

    /// Between two looks at the clock.
    private static let beat = TimeAmount.seconds(1)
    /// So many looks a connection that finds the house full has to say what it wants.
    private var patience = 2

    init(_ door: Door, isSecure: Bool) {
        (self.door, self.isSecure) = (door, isSecure)
        self.watch = ConnectionWatch(door.settings.limits, isSecure: isSecure, at: Self.now)
    }

    /// ms of a clock that never jumps.
    static var now: Int64 { Int64(clamping: NIODeadline.now().uptimeNanoseconds / 1_000_000) }

    func channelActive(context: ChannelHandlerContext) {
        let address = Address.of(context.channel)
        let answer = self.door.enter(address, at: Self.now)
        self.answer = answer
        context.channel.closeFuture.whenComplete { [door] _ in door.leave(address, answer) }
        if answer == .shut {
            // Not at once: the TLS handler below is about to begin its handshake.
            self.soon(context, after: .zero) { $0.close(promise: nil) }
        } else {
            self.soon(context, after: Self.beat) { self.look($0) }
        }
        context.fireChannelActive()
    }

    /// Does something on this channel's loop, if the channel is still there.
    private func soon(
        _ context: ChannelHandlerContext,
        after delay: TimeAmount,
        _ act: @escaping (ChannelHandlerContext) -> Void
    ) {
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            if context.channel.isActive { act(context) }
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        self.patience -= 1
        let isTurnedAway = self.answer == .full && self.patience <= 0
        if isTurnedAway || self.watch.verdict(at: Self.now, buffered: Self.buffered(context)) != nil {
            return self.close(context)
        }
        self.soon(context, after: Self.beat) { self.look($0) }
    }

    /// Asks the other side to end, and ends it if that does nothing.
    private func close(_ context: ChannelHandlerContext) {
        self.isClosing = true
        context.close(promise: nil)
    }

    private static func buffered(_ context: ChannelHandlerContext) -> Int {
        do {
            return try context.channel.syncOptions?.getOption(.bufferedWritableBytes) ?? 0
        } catch {
            // A channel that cannot say it is closed.
            return 0
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { self.watch.shookHands(at: Self.now) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard self.answer == .welcome else {
            if self.answer == .full, !self.isClosing { self.turnAway(context) }
            return
        }
        self.watch.received(self.unwrapInboundIn(data).readableBytes, at: Self.now)
        context.fireChannelRead(data)
    }

    private func turnAway(_ context: ChannelHandlerContext) {
        self.isClosing = true
        let words =
            #"{"detail":"too many connections are open; try again in a few seconds","status":503,"#
            + #""title":"Service Unavailable","type":"about:blank"}"#
        let text =
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nCache-Control: no-store\r\n"
            + "Content-Type: application/problem+json\r\nContent-Length: \(words.utf8.count)\r\n\r\n\(words)"
        context.writeAndFlush(self.wrapOutboundOut(.byteBuffer(ByteBuffer(string: text))), promise: nil)
        context.close(promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.watch.wrote(self.unwrapOutboundIn(data).readableBytes)
        context.write(data, promise: promise)
    }
}

/// Sits where a connection's bytes have become requests, and tells the ``DoorHandler`` how far they are.
final class RequestWatch: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart

    private var handler: DoorHandler?

    func handlerAdded(context: ChannelHandlerContext) {
        do {
            self.handler = try context.pipeline.syncOperations.handler(type: DoorHandler.self)
        } catch {
            // A connection that nobody watches must not stay.
            context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch self.unwrapInboundIn(data) {
        case .head: self.handler?.watch.headCame(at: DoorHandler.now)
        case .body(let bytes): self.handler?.watch.bodyCame(bytes.readableBytes)
        case .end: self.handler?.watch.requestEnded(at: DoorHandler.now)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = self.unwrapOutboundIn(data) { self.handler?.watch.answerEnded(at: DoorHandler.now) }
        context.write(data, promise: promise)
    }
}
