import Board
import Testing

@Suite("The stages of a connection")
struct ConnectionWatchTests {
    @Test("a connection has ten seconds for its handshake and ten more for its first header")
    func beginning() {
        var watch = ConnectionWatch(isSecure: true, at: 0)
        #expect(watch.verdict(at: 9_999, buffered: 0) == nil)
        var late = watch
        #expect(late.verdict(at: 10_000, buffered: 0) == .handshake)
        watch.shookHands(at: 9_000)
        #expect(watch.verdict(at: 18_999, buffered: 0) == nil)
        // Bytes that make no header win no time.
        watch.received(1, at: 15_000)
        #expect(watch.verdict(at: 19_000, buffered: 0) == .header)
    }

    @Test("connections leave 256 descriptors to the rest, and addresses are compared in one form")
    func settings() {
        let settings = DoorSettings()
        #expect(settings.connections == 1_000 && settings.perAddress == 100)
        #expect(settings.fitting(descriptors: 65_536).connections == 1_000)
        #expect(settings.fitting(descriptors: 1_024).connections == 768)
        #expect(settings.fitting(descriptors: 256).connections == 64)
        #expect(DoorSettings.address("::ffff:127.0.0.1") == "127.0.0.1")
        #expect(DoorSettings.address("2001:0db8:0:0::1") == "2001:db8::1")
        for text in ["proxy", "", "127.0.0.1/8", "127.0.0.256", " 127.0.0.1"] {
            #expect(DoorSettings.address(text) == nil, "\(text)")
        }
    }

    @Test("a body has thirty seconds and one more for each 4,000 bytes that came")
    func body() {
        var watch = ConnectionWatch(isSecure: false, at: 0)
        watch.headCame(at: 1_000)
        watch.bodyCame(3)
        #expect(watch.verdict(at: 30_999, buffered: 0) == nil)
        var slow = watch
        #expect(slow.verdict(at: 31_000, buffered: 0) == .body)
        watch.bodyCame(400_000)
        #expect(watch.verdict(at: 130_000, buffered: 0) == nil)
        #expect(watch.verdict(at: 131_000, buffered: 0) == .body)
    }

    @Test(
        "an answer may take as long as it takes; between two requests a minute passes, and a slow header has ten seconds"
    )
    func keepAlive() {
        var watch = ConnectionWatch(isSecure: false, at: 0)
        watch.headCame(at: 1_000)
        watch.requestEnded(at: 1_000)
        #expect(watch.verdict(at: 3_600_000, buffered: 0) == nil)
        watch.answerEnded(at: 3_600_000)
        var quiet = watch
        #expect(watch.verdict(at: 3_659_999, buffered: 0) == nil)
        #expect(quiet.verdict(at: 3_660_000, buffered: 0) == .request)
        watch.received(5, at: 3_650_000)
        #expect(watch.verdict(at: 3_659_999, buffered: 0) == nil)
        #expect(watch.verdict(at: 3_660_000, buffered: 0) == .header)
    }

    @Test("who takes nothing for thirty seconds is cut off, who takes a little goes on")
    func reading() {
        var watch = ConnectionWatch(isSecure: false, at: 0)
        watch.headCame(at: 0)
        watch.requestEnded(at: 0)
        watch.wrote(1_000_000)
        #expect(watch.verdict(at: 1_000, buffered: 900_000) == nil)
        var idle = watch
        #expect(idle.verdict(at: 30_999, buffered: 899_000) == nil)
        #expect(idle.verdict(at: 31_000, buffered: 899_000) == .reading)
        #expect(watch.verdict(at: 30_000, buffered: 890_000) == nil)
        #expect(watch.verdict(at: 59_999, buffered: 890_000) == nil)
        #expect(watch.verdict(at: 60_000, buffered: 890_000) == .reading)
        // Whoever caught up begins anew.
        #expect(watch.verdict(at: 60_001, buffered: 0) == nil)
        #expect(watch.verdict(at: 60_002, buffered: 5) == nil)
    }
}
