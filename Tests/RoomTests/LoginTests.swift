import Board
import Testing

@Suite("Login limits and the book of sessions")
struct LoginTests {
    @Test("waits double for a name and an address, up to a quarter of an hour, and end with the right password")
    func backOff() {
        var limits = LoginLimits()
        var now: Int64 = 0
        for _ in 0..<5 { #expect(limits.begin(name: "li", address: "a", isKnown: false, at: now) == .go) }
        var waits: [Int] = []
        for _ in 0..<9 {
            guard case .wait(let seconds, true) = limits.begin(name: "li", address: "a", isKnown: false, at: now)
            else {
                Issue.record("no wait")
                return
            }
            guard case .wait(seconds, false) = limits.begin(name: "li", address: "a", isKnown: false, at: now)
            else {
                Issue.record("no second wait")
                return
            }
            waits.append(seconds)
            now += Int64(seconds) * 1_000
            #expect(limits.begin(name: "li", address: "a", isKnown: false, at: now) == .go)
        }
        #expect(waits == [10, 20, 40, 80, 160, 320, 640, 900, 900])
        #expect(limits.begin(name: "li", address: "b", isKnown: false, at: now) == .go)
        limits.succeeded(name: "li", address: "a")
        for _ in 0..<5 { #expect(limits.begin(name: "li", address: "a", isKnown: false, at: now) == .go) }
    }

    @Test("guessing from everywhere holds up new addresses, and a known one for five seconds at most")
    func known() {
        var limits = LoginLimits()
        for number in 0..<60 {
            #expect(limits.begin(name: "li", address: "bot \(number)", isKnown: false, at: 1_000) == .go)
        }
        #expect(
            limits.begin(name: "li", address: "new", isKnown: false, at: 1_000) == .wait(seconds: 600, isNews: true)
        )
        for _ in 0..<200 { _ = limits.begin(name: "x", address: "desk", isKnown: false, at: 1_000) }
        for _ in 0..<5 { #expect(limits.begin(name: "li", address: "desk", isKnown: true, at: 1_000) == .go) }
        #expect(limits.begin(name: "li", address: "desk", isKnown: true, at: 1_000) == .wait(seconds: 5, isNews: true))
        #expect(limits.begin(name: "li", address: "desk", isKnown: true, at: 6_000) == .go)
        #expect(limits.begin(name: "li", address: "new", isKnown: false, at: 601_000) == .go)
    }

    @Test("one address has sixty tries a minute, a clock that is set back locks nobody out, and the tables stay small")
    func bounds() {
        var limits = LoginLimits()
        var went = 0
        for number in 0..<100
        where limits.begin(name: "n\(number)", address: "a", isKnown: false, at: 90_000_000) == .go {
            went += 1
        }
        #expect(went == 60)
        #expect(limits.begin(name: "li", address: "a", isKnown: false, at: 0) == .go)
        for number in 0..<12_500 {
            _ = limits.begin(name: "name \(number)", address: "at \(number)", isKnown: false, at: 90_000_000)
        }
        #expect(limits.size <= 33_000)
    }

    private func entry(_ name: String, began: Int64 = 0) -> SessionBook.Entry {
        SessionBook.Entry(name: name, role: .viewer, mark: "m", began: began, used: began)
    }

    @Test("sessions end with their account, their password and their time; there are fifty of one account at most")
    func book() {
        var book = SessionBook()
        for number in 0..<60 { book.begin("li \(number)", self.entry("li", began: Int64(number)), from: "a") }
        #expect(book.sessions.count == 50 && book.sessions["li 9"] == nil && book.sessions["li 10"] != nil)
        book.begin("chen", self.entry("chen"), from: "b")
        book.begin("wu", self.entry("wu"), from: "c")
        book.follow(
            [
                "li": SessionBook.Account(role: .viewer, mark: "another"),
                "chen": SessionBook.Account(role: .chief, mark: "m"),
            ],
            at: 1_000
        )
        #expect(Array(book.sessions.keys) == ["chen"] && book.sessions["chen"]?.role == .chief)
        #expect(book.isKnown("li", from: "a") && !book.isKnown("wu", from: "c"))
        let hour: Int64 = 3_600_000
        #expect(book.use("chen", at: 11 * hour) != nil)
        #expect(book.use("chen", at: 22 * hour) != nil)
        #expect(book.use("chen", at: 25 * hour) == nil)
    }
}
