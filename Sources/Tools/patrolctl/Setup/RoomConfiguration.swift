import Authority
import Glibc
import Program
import Settings

/// `command-room.yaml` as the answers have it, and what is there of it already.
struct RoomConfiguration {
    /// The file.
    let path: String
    private let made: String
    private let text: String
    private let expected: [(key: String, value: String)]

    /// How the file that is there stands to the answers.
    enum Standing {
        /// It is to be written: there is none, or one that setup wrote itself and nobody changed.
        case old
        /// Nothing is to be done.
        case same
        /// Somebody changed it, and it does what the answers say.
        case byHand
    }

    static func path(in folder: String) -> String { "\(folder)/command-room.yaml" }

    init(_ answers: Answers, folder: String, state: String) {
        (self.path, self.made) = (Self.path(in: folder), "\(folder)/setup-room.made")
        func file(_ name: String) -> String { "\(folder)/\(name)".quotedYAML }
        let names = answers.list("board")
        let isOpen = !names.isEmpty
        let every = names.contains { $0.contains(":") } ? "::" : "0.0.0.0"
        let host = !answers["bind"].isEmpty ? answers["bind"] : isOpen ? every : "127.0.0.1"
        let tls = isOpen ? ", tls: { certificate: \(file("board.crt")), key: \(file("board.key")) }" : ""
        self.expected = [
            ("stations", answers["station"]), ("broker.port", answers["room-port"]),
            ("http.port", answers["board-port"]), ("http.tls", isOpen ? "yes" : "no"),
        ]
        self.text = """
            stations: [\(answers["station"].quotedYAML)]
            broker:
              host: 127.0.0.1
              port: \(answers["room-port"])
              tls: { ca: \(file("ca.crt")), certificate: \(file("command-room.crt")), key: \(file("command-room.key")) }
            roads: \("\(state)/city.roads".quotedYAML)
            state: \(state.quotedYAML)
            http: { host: \(host.quotedYAML), port: \(answers["board-port"])\(tls) }
            accounts: \(file("accounts"))
            timezone: \(answers["timezone"].quotedYAML)
            board: { title: \(answers["name"].quotedYAML) }
            history: { keep_days: 400 }

            """
    }

    /// Looks at the file that is there.
    ///
    /// - Throws: `ProgramFailure` when somebody changed it and it says otherwise than the answers.
    func standing(isForced: Bool) throws -> Standing {
        guard access(self.path, F_OK) == 0 else { return .old }
        let there = try contents(of: self.path)
        if there == self.text { return .same }
        if try isForced || (access(self.made, F_OK) == 0 && contents(of: self.made) == there) { return .old }
        let found = try self.values()
        for (key, value) in self.expected {
            let others = found[key] ?? []
            guard !others.contains(value) else { continue }
            throw ProgramFailure(
                .configuration,
                "\(self.path): was changed by hand and says \(others.joined(separator: ", ")) for '\(key)', the answers \(value): "
                    + "change one of them, or --force writes the file anew"
            )
        }
        return .byHand
    }

    /// What the file says of that which broker and certificates have to fit.
    private func values() throws -> [String: [String]] {
        do throws(SettingsError) {
            var top = try SettingsReader(file: self.path)
            var values = ["stations": try top.strings("stations", example: "[jinzhan]")]
            for name in ["broker", "http"] {
                var group = try top.group(name, example: "{ host: 127.0.0.1, port: 1 }")
                values["\(name).port"] = [try group.optionalInteger("port", in: 1...65_535).map { "\($0)" } ?? ""]
                values["\(name).tls"] = [group.has("tls") ? "yes" : "no"]
            }
            return values
        } catch {
            throw ProgramFailure(.configuration, "\(error)")
        }
    }

    /// Writes it, where that is to be done.
    func write(_ standing: Standing) throws {
        switch standing {
        case .byHand: print("\(self.path) was changed by hand and stays as it is; --force replaces it.")
        case .same, .old:
            if case .old = standing { try explained { try PrivateFile.write(self.text, to: self.path, mode: 0o644) } }
            // What tells the next time that nobody changed it.
            try explained { try PrivateFile.write(self.text, to: self.made, mode: 0o600) }
            if case .same = standing {
                print("\(self.path) is as the answers say.")
            } else {
                print("\(self.path) is written.")
            }
        }
    }
}
