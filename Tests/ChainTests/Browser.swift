import FoundationEssentials
import Rig
import TestSupport
import Threading

/// A real Chromium, driven over WebDriver.
///
/// Source of the protocol: W3C, *WebDriver*, 2018.
struct Browser: Sendable {
    private let driver: RoomClient
    private let wanted: String
    private let id = Locked("")
    /// Whether something was told to it or shown by it, which another would not know.
    private let isUsed = Locked(false)

    private var session: String { self.id.withLock { $0 } }

    private struct Answer<T: Decodable>: Decodable { let value: T }

    private struct Session: Decodable { let sessionId: String }

    private struct Script: Encodable {
        let script: String
        let args: [String]
    }

    /// Whether it is installed here.
    static var isThere: Bool {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/chromedriver")
    }

    /// Opens a window of a size, in a language, lends it and closes it.
    static func with<R: Sendable>(
        language: String = "en",
        width: Int = 1_920,
        height: Int = 1_080,
        folder: String,
        _ body: (Browser) async throws -> R
    ) async throws -> R {
        let port = try FreePort.take(1)[0]
        return try await withProgram(
            "/usr/bin/chromedriver",
            ["--port=\(port)", "--allowed-ips=127.0.0.1"],
            logFile: "\(folder)/chromedriver.log"
        ) { program in
            try await RealPrograms.waitForPort(port, of: program)
            // The first start on a machine reads all of the browser from its disk.
            let driver = RoomClient(port: port, patience: 90)
            let arguments = [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                "--window-size=\(width),\(height)",
                "--lang=\(language)", "--user-data-dir=\(folder)/browser-\(port)",
            ]
            let list = arguments.map { "\"\($0)\"" }.joined(separator: ",")
            let options = #"{"args":[\#(list)],"prefs":{"intl.accept_languages":"\#(language)"}}"#
            let wanted = #"{"capabilities":{"alwaysMatch":{"goog:chromeOptions":\#(options)}}}"#
            let browser = Browser(driver: driver, wanted: wanted)
            try await browser.start()
            do {
                let result = try await body(browser)
                _ = try await driver.ask("DELETE", "/session/\(browser.session)")
                return result
            } catch {
                _ = try? await driver.ask("DELETE", "/session/\(browser.session)")
                throw error
            }
        }
    }

    private func start() async throws {
        let answer = try await self.driver.ask("POST", "/session", body: self.wanted)
        guard answer.status == 200 else { throw RigError.system("chromium", answer.text) }
        let session = try answer.decode(Answer<Session>.self).value.sessionId
        self.id.withLock { $0 = session }
    }

    /// Opens a page.
    ///
    /// A Chromium that ended before it showed its first page, as it does now and then on a machine without room for it,
    /// is started once more, and that is said: nothing of the page was seen by then.
    func open(_ address: String) async throws {
        func ask() async throws -> RoomClient.Answer {
            try await self.driver.ask("POST", "/session/\(self.session)/url", body: #"{"url":"\#(address)"}"#)
        }
        var answer = try await ask()
        if answer.status != 200, !self.isUsed.withLock({ $0 }),
            ["invalid session id", "tab crashed", "disconnected"].contains(where: answer.text.contains)
        {
            Swift.print("Chromium ended before it showed \(address), and is started again: \(answer.text.prefix(300))")
            // What is left of it holds its folder.
            _ = try? await self.driver.ask("DELETE", "/session/\(self.session)")
            try await self.start()
            answer = try await ask()
        }
        guard answer.status == 200 else { throw RigError.system("open", answer.text) }
        self.isUsed.withLock { $0 = true }
    }

    /// What a script returns.
    func run<T: Decodable>(_ script: String, as type: T.Type = T.self) async throws -> T {
        let body = String(decoding: try JSONEncoder().encode(Script(script: script, args: [])), as: UTF8.self)
        let answer = try await self.driver.ask("POST", "/session/\(self.session)/execute/sync", body: body)
        guard answer.status == 200 else { throw RigError.system("script", answer.text) }
        return try answer.decode(Answer<T>.self).value
    }

    /// Presses keys, one after the other.
    func press(_ keys: String) async throws {
        let steps = keys.map { #"{"type":"keyDown","value":"\#($0)"},{"type":"keyUp","value":"\#($0)"}"# }
        let keyboard = #"{"type":"key","id":"keyboard","actions":[\#(steps.joined(separator: ","))]}"#
        _ = try await self.driver.ask(
            "POST",
            "/session/\(self.session)/actions",
            body: #"{"actions":[\#(keyboard)]}"#
        )
    }

    /// The page on paper, A4, as PDF.
    func print() async throws -> Data {
        struct Printed: Decodable { let value: String }
        let answer = try await self.driver.ask(
            "POST",
            "/session/\(self.session)/print",
            body: #"{"page":{"width":21.0,"height":29.7}}"#
        )
        guard answer.status == 200 else { throw RigError.system("print", answer.text) }
        let printed = try JSONDecoder().decode(Printed.self, from: Data(answer.text.utf8))
        guard let bytes = Data(base64Encoded: printed.value) else { throw RigError.system("print", "no base64") }
        return bytes
    }

    /// Holds the mouse down on a place of the window for so many milliseconds.
    func press(x: Int, y: Int, milliseconds: Int) async throws {
        let steps = [
            #"{"type":"pointerMove","duration":0,"x":\#(x),"y":\#(y)}"#, #"{"type":"pointerDown","button":0}"#,
            #"{"type":"pause","duration":\#(milliseconds)}"#, #"{"type":"pointerUp","button":0}"#,
        ]
        let mouse = #"{"type":"pointer","id":"mouse","parameters":{"pointerType":"mouse"},"actions":["#
        let answer = try await self.driver.ask(
            "POST",
            "/session/\(self.session)/actions",
            body: #"{"actions":[\#(mouse)\#(steps.joined(separator: ","))]}]}"#
        )
        guard answer.status == 200 else { throw RigError.system("mouse", answer.text) }
    }

    /// Gives a command of Chromium's own protocol; `parameters` is a JSON object.
    func tell(_ command: String, _ parameters: String = "{}") async throws {
        self.isUsed.withLock { $0 = true }
        let answer = try await self.driver.ask(
            "POST",
            "/session/\(self.session)/goog/cdp/execute",
            body: #"{"cmd":"\#(command)","params":\#(parameters)}"#
        )
        guard answer.status == 200 else { throw RigError.system(command, answer.text) }
    }

    /// Waits until a script returns true.
    ///
    /// Reports are made on a thread that lets everything else go first: beside a whole suite of tests on two cores
    /// one of a second takes over half a minute.
    func wait(_ what: String, within limit: Duration = .seconds(120), _ script: String) async throws {
        try await eventually(what, within: limit) { try await self.run(script) }
    }

    /// The text that is seen of an element.
    func text(_ selector: String) async throws -> String {
        try await self.run("return document.querySelector('\(selector)').innerText")
    }

    /// Chooses a value of a list.
    func choose(_ selector: String, _ value: String) async throws {
        let chosen: String = try await self.run(
            "const list = document.querySelector('\(selector)'); list.value = '\(value)'; return list.value"
        )
        guard chosen == value else { throw RigError.system(selector, "there is no '\(value)' to choose") }
    }

    /// Clicks an element.
    func click(_ selector: String) async throws {
        let _: Bool = try await self.run("document.querySelector('\(selector)').click(); return true")
    }
}
