import Glibc
import Ground
import Rig
import Threading

/// Requests to a real command room: targets, headers and bodies.
struct HTTPFuzz: FuzzKind {
    let name = "http"

    private static let requests = [
        ("GET", "/api/v1/units", ""), ("GET", "/api/v1/units/car-01", ""),
        ("GET", "/api/v1/units/car-01/track?from=0&to=1795314000000&format=gpx", ""),
        ("GET", "/api/v1/incidents?state=open&limit=20&before=1795314000000", ""), ("GET", "/api/v1/incidents/i-1", ""),
        ("GET", "/api/v1/incidents/i-1/candidates?profile=siren", ""),
        ("GET", "/api/v1/coverage?minutes=1,3,5&profile=civil", ""),
        ("GET", "/api/v1/reports/response?from=0&to=1795314000000", ""),
        ("GET", "/api/v1/reports/presence?from=0&to=1795314000000", ""),
        ("GET", "/api/v1/reports/workload?from=0&to=1795314000000&format=csv", ""),
        ("GET", "/api/v1/reports/heatmap?from=0&to=1795314000000&cell=100", ""), ("GET", "/api/v1/audit?limit=10", ""),
        ("GET", "/api/v1/rollcalls", ""), ("GET", "/api/v1/closures", ""), ("GET", "/api/v1/places?q=a", ""),
        ("GET", "/api/v1/roads/14/13471/6155", ""), ("GET", "/leaflet/leaflet.js", ""), ("GET", "/metrics", ""),
        ("POST", "/api/v1/incidents", #"{"id":"i-1","lat":40.02,"lon":116.55,"note":"x","priority":2,"category":"y"}"#),
        ("POST", "/api/v1/incidents/i-1/assign", #"{"version":1,"devices":["jinzhan/car-01"]}"#),
        ("POST", "/api/v1/incidents/i-1/cancel", #"{"version":1,"reason":"x"}"#),
        ("POST", "/api/v1/incidents/i-1/amend", #"{"version":1,"note":"x"}"#),
        ("POST", "/api/v1/incidents/i-1/close", #"{"version":1,"disposition":"x"}"#),
        ("POST", "/api/v1/rollcalls", #"{"station":"jinzhan","seconds":30,"officer":true}"#),
        ("POST", "/api/v1/closures", #"{"lat":40.02,"lon":116.55,"until":1795314000000,"note":"x"}"#),
        ("POST", "/api/v1/closures", #"{"area":[[40,116],[40.1,116],[40.1,116.1]],"slow":2,"minutes":10}"#),
        ("PUT", "/api/v1/plan", #"{"type":"FeatureCollection","features":[]}"#),
        ("POST", "/api/v1/session", #"{"name":"a","password":"b"}"#),
    ]

    func run(in folder: String, _ drive: FuzzDrive) async throws {
        _ = try RoadQuestions.townFile(folder)
        let ports = try FreePort.take(2)
        try writeFile("\(folder)/room.yaml", ConfigurationText.room(folder: folder, broker: ports[0], http: ports[1]))
        try await withProgram(
            try sibling("command-room"),
            ["run", "--config", "\(folder)/room.yaml"],
            logFile: "\(folder)/room.log"
        ) { room in
            try await RealPrograms.waitForPort(ports[1], of: room)
            try await drive { random in
                let request = Self.request(port: ports[1], &random)
                let answer = await onOwnThread("http") { Self.exchange(request, port: ports[1]) }
                guard room.isAlive else { throw FuzzFinding("the room ended: \(room.log.suffix(800))") }
                // The room may close on rubbish without a word; what it says is never that it broke.
                guard !answer.hasPrefix("HTTP/1.1 500") else {
                    throw FuzzFinding(
                        "500 to \(String(decoding: request.prefix(300), as: UTF8.self)): \(answer.suffix(300))"
                    )
                }
            }
        }
    }

    private static func request(port: UInt16, _ random: inout SplitMix64) -> [UInt8] {
        var (method, target, body) = Self.requests.randomElement(using: &random) ?? ("GET", "/", "")
        var type = "application/json"
        switch Int.random(in: 0..<6, using: &random) {
        case 0, 1: target = Self.escaped(Spoiling.text(target, &random))
        case 2, 3: body = Spoiling.text(body, &random)
        case 4:
            method =
                ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "get", "X"].randomElement(
                    using: &random
                ) ?? ""
        default: type = Spoiling.text(type, &random).filter { !$0.isNewline }
        }
        let head =
            "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\nContent-Type: \(type)\r\n"
        let whole = Array("\(head)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        return Int.random(in: 0..<5, using: &random) == 0 ? Spoiling.bytes(whole, isText: true, &random) : whole
    }

    /// What would end the target is escaped: the rest of the request shall be looked at too.
    private static func escaped(_ target: String) -> String {
        var text = ""
        for byte in target.utf8 {
            let isPlain = byte > 0x20 && byte < 0x7F
            let digits = String(byte, radix: 16)
            text += isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
        }
        return text
    }

    /// Sends bytes and reads what comes within two seconds.
    private static func exchange(_ request: [UInt8], port: UInt16) -> String {
        guard let socket = LoopbackPort.connect(port) else { return "" }
        defer { close(socket) }
        var patience = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        send(socket, request, request.count, CInt(MSG_NOSIGNAL))
        shutdown(socket, CInt(SHUT_WR))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while answer.count < 1 << 20, case let count = recv(socket, &buffer, buffer.count, 0), count > 0 {
            answer += buffer[..<count]
        }
        return String(decoding: answer, as: UTF8.self)
    }
}
