import Rig
import TestSupport

extension Chain {
    /// A room with a broker, and with so many simulated units of which each reports while it drives about.
    static func withFleet(
        _ units: Int,
        settings: String = "",
        _ body: (Chain) async throws -> Void
    ) async throws {
        try await Chain.with { chain in
            let path = "\(chain.folder)/command-room.yaml"
            try writeFile(path, readFile(path) + settings)
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await withProgram(
                        Places.program("patrol-sim"),
                        ["fleet", "--units", "\(units)", "--port", "\(chain.broker)"],
                        logFile: "\(chain.folder)/fleet.log"
                    ) { _ in try await body(chain) }
                }
            }
        }
    }

    /// Opens incidents spread over the town; each third one has priority 1.
    func openIncidents(_ count: Int) async throws {
        for number in 0..<count {
            let (latitude, longitude) = (40.016 + Double(number % 8) * 0.001, 116.551 + Double(number / 8 % 8) * 0.001)
            let answer = try await self.room.ask(
                "POST",
                "/api/v1/incidents",
                body:
                    #"{"lat":\#(latitude),"lon":\#(longitude),"place":"place \#(number)","priority":\#(number % 3 + 1)}"#
            )
            guard answer.status == 201 else { throw RigError.system("incident", answer.text) }
        }
    }
}

extension Browser {
    /// Presses a button, and waits for the dialog that it opens: some are fetched with the first press.
    func open(_ button: String, dialog: String) async throws {
        try await self.click(button)
        try await self.wait("the dialog \(dialog)", "return document.getElementById('\(dialog)').open")
    }

    /// A window on the room's page, once so many units are on it.
    static func onPage(
        of chain: Chain,
        units: Int,
        language: String = "en",
        script: String? = nil,
        _ body: (Browser) async throws -> Void
    ) async throws {
        try await Browser.with(language: language, folder: chain.folder) { page in
            if let script {
                try await page.tell("Page.addScriptToEvaluateOnNewDocument", #"{"source":"\#(script)"}"#)
            }
            try await page.open("http://127.0.0.1:\(chain.http)/")
            try await page.wait(
                "\(units) units on the page",
                within: .seconds(60),
                "return !!window.patrollink && patrollink.state.isLive && patrollink.state.units.size >= \(units)"
            )
            try await body(page)
        }
    }
}
