import Glibc
import Rig
import TestSupport
import Testing

@Suite("Dispatch through the real chain", .serialized, .realPrograms, .timeLimit(.minutes(6)))
struct DispatchTests {
    private struct Incident: Decodable {
        struct Unit: Decodable {
            let device: String
            let state: String
            let by: String
            let seconds: Double?
            let rank: Int?
        }

        struct Step: Decodable {
            let by: String
            let what: String
        }

        let id: String
        let state: String
        let version: Int
        let units: [Unit]
        let steps: [Step]
    }

    private struct RollCall: Decodable {
        struct Unit: Decodable {
            let device: String
            let result: String
            let deviceAnswered: Int?

            private enum CodingKeys: String, CodingKey {
                case device, result
                case deviceAnswered = "device_answered"
            }
        }

        let id: String
        let units: [Unit]
    }

    private struct Audit: Decodable {
        struct Deed: Decodable {
            let actor: String
            let what: String
        }

        let audit: [Deed]
    }

    private struct Candidates: Decodable {
        struct Unit: Decodable { let seconds: Double? }
        let units: [Unit]
    }

    /// The soonest unit's time to an incident.
    private func seconds(_ chain: Chain, to incident: String) async throws -> Double? {
        let answer = try await chain.room.ask("GET", "/api/v1/incidents/\(incident)/candidates")
        let candidates = try answer.decode(Candidates.self)
        return candidates.units.first?.seconds
    }

    private func incident(_ chain: Chain, _ id: String) async throws -> Incident {
        try await chain.room.ask("GET", "/api/v1/incidents/\(id)").decode(Incident.self)
    }

    private func officer(_ chain: Chain, _ words: String...) async throws {
        let socket = ["--socket", "\(chain.folder)/state/console.sock"]
        let result = try await runProgramToEnd(Places.program("patrolctl"), words + socket)
        #expect(result.status == 0, "\(result.errors)")
    }

    private func withAll(_ body: (Chain) async throws -> Void) async throws {
        try await Chain.with { chain in
            try await chain.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold { _ in
                            try await chain.feeding(line) {
                                try await chain.waitForRecords(2)
                                try await body(chain)
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("an order goes to the device and back; the officer's words move it on; the audit has every step")
    func course() async throws {
        try await self.withAll { chain in
            let body = #"{"lat":40.0201,"lon":116.5553,"category":"theft","priority":1,"note":"a bicycle"}"#
            let opened = try await chain.room.ask("POST", "/api/v1/incidents", body: body).decode(Incident.self)
            let path = "/api/v1/incidents/\(opened.id)"
            let assigned = try await chain.room.ask("POST", path + "/assign", body: #"{"device":"car-01"}"#)
            let sent = try assigned.decode(Incident.self)
            #expect(sent.state == "assigned" && sent.units[0].rank == 1 && (sent.units[0].seconds ?? 0) > 0)
            // Somebody else is told who was first.
            let second = try await chain.room.ask("POST", path + "/assign", body: #"{"device":"car-01"}"#)
            #expect(second.status == 409 && second.text.contains("has sent car-01"))
            _ = try await eventually("the device has the order") {
                try await self.incident(chain, opened.id).steps.contains { $0.what == "delivered" } ? true : nil
            }
            try await self.officer(chain, "accept")
            _ = try await eventually("accepted") {
                ["accepted", "enroute"].contains(try await self.incident(chain, opened.id).state) ? true : nil
            }
            try await self.officer(chain, "arrived")
            _ = try await eventually("on scene") {
                try await self.incident(chain, opened.id).state == "scene" ? true : nil
            }
            try await self.officer(chain, "cleared")
            _ = try await eventually("cleared by the officer") {
                try await self.incident(chain, opened.id).units[0].state == "cleared" ? true : nil
            }
            let closed = try await chain.room.ask(
                "POST",
                path + "/close",
                body: #"{"result":"settled","referred":true}"#
            )
            #expect(try closed.decode(Incident.self).state == "cleared")
            let audit = try await chain.room.ask("GET", "/api/v1/audit").decode(Audit.self).audit
            #expect(audit.contains { $0.actor == "local" && $0.what == "assign" })
            #expect(audit.contains { $0.actor == "car-01" && $0.what == "scene" })
            let report = try await chain.room.ask("GET", "/api/v1/reports/response").text
            #expect(report.contains(#""reached":1"#) && report.contains(#""device":"car-01""#))
        }
    }

    @Test("a room killed with an order under way knows it again, and the order still gets through", .chain(.broker))
    func killed() async throws {
        let chain = try Chain.current
        let id = try await chain.withRoom { room in
            try await chain.withGPSD { line in
                try await chain.withPatrold { _ in
                    try await chain.feeding(line) { try await chain.waitForRecords(2) }
                }
            }
            let body = #"{"lat":40.0201,"lon":116.5553}"#
            let opened = try await chain.room.ask("POST", "/api/v1/incidents", body: body).decode(Incident.self)
            let path = "/api/v1/incidents/\(opened.id)/assign"
            #expect(try await chain.room.ask("POST", path, body: #"{"device":"car-01"}"#).status == 200)
            room.send(SIGKILL)
            return opened.id
        }
        try await chain.withRoom { _ in
            #expect(try await self.incident(chain, id).units.map(\.device) == ["car-01"])
            try await chain.withPatrold { _ in
                _ = try await eventually("the device has the order", within: .seconds(30)) {
                    try await self.incident(chain, id).steps.contains { $0.what == "delivered" } ? true : nil
                }
            }
        }
    }

    @Test("a roll call is answered by the device at once, and by the officer with one word")
    func rollCall() async throws {
        try await self.withAll { chain in
            let called = try await chain.room.ask(
                "POST",
                "/api/v1/rollcalls",
                body: #"{"seconds":60,"officer":true}"#
            )
            #expect(called.status == 201)
            let call = try called.decode(RollCall.self)
            #expect(call.units.map(\.result) == ["waiting"])
            _ = try await eventually("the device has answered") {
                let now = try await chain.room.ask("GET", "/api/v1/rollcalls/\(call.id)").decode(RollCall.self)
                return now.units[0].deviceAnswered != nil ? true : nil
            }
            try await self.officer(chain, "rollcall")
            _ = try await eventually("the officer has answered") {
                let now = try await chain.room.ask("GET", "/api/v1/rollcalls/\(call.id)").decode(RollCall.self)
                return now.units[0].result == "answered" ? true : nil
            }
        }
    }

    @Test("a slow area counts as soon as it is said, and no more when it is lifted")
    func closure() async throws {
        struct Closure: Decodable { let id: String }
        try await self.withAll { chain in
            // The car drives meanwhile: only from far away that changes little.
            let (incident, open) = try await eventually("a scene that is far from the car") {
                () async throws -> (String, Double)? in
                for place in [#""lat":40.0283,"lon":116.5460"#, #""lat":40.0120,"lon":116.5660"#] {
                    let opened = try await chain.room.ask("POST", "/api/v1/incidents", body: "{\(place)}")
                    let id = try opened.decode(Incident.self).id
                    if let far = try await self.seconds(chain, to: id), far > 60 { return (id, far) }
                }
                return nil
            }
            let area = "[[116.53,40],[116.58,40],[116.58,40.04],[116.53,40.04]]"
            let closing = #"{"places":\#(area),"slow":10,"until":99999999999999,"note":"fair"}"#
            let closed = try await chain.room.ask("POST", "/api/v1/closures", body: closing)
            #expect(closed.status == 201, "\(closed.text)")
            let id = try closed.decode(Closure.self).id
            let holding = try await chain.room.ask("GET", "/api/v1/closures").text
            #expect(holding.contains(id))
            _ = try await eventually("slow roads") {
                try await self.seconds(chain, to: incident).map { $0 > open * 3 } == true ? true : nil
            }
            #expect(try await chain.room.ask("DELETE", "/api/v1/closures/\(id)").status == 200)
            let left = try await chain.room.ask("GET", "/api/v1/closures").text
            #expect(!left.contains(id))
            _ = try await eventually("free roads again") {
                try await self.seconds(chain, to: incident).map { $0 < open * 2.5 } == true ? true : nil
            }
        }
    }
}
