import Foundation
import FoundationEssentials
import Glibc
import PatrolWire
import Rig
import TestSupport
import Testing
import Threading

/// From an empty folder to a locked broker, by the programs' own commands, with a real mosquitto.
@Suite("A station's authority, its devices and its broker", .serialized, .realPrograms, .timeLimit(.minutes(6)))
struct EnrolmentTests {
    private func withSite(_ body: (EnrolledSite) async throws -> Void) async throws {
        try await withTemporaryFolder("enrolment") { folder in
            let site = EnrolledSite(folder: folder, ports: try FreePort.take(2))
            try await site.setUp()
            for (role, name) in [("room", "command-room"), ("sensor", "siren")] {
                let own = "\(folder)/\(name)"
                try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
                let names = role == "room" ? ["--name", name] : [name]
                try await site.succeed(["pki", role, "--station", "jinzhan", "--output", own] + names)
            }
            try await site.enrol("car-01", at: "jinzhan")
            try await site.enrol("car-02", at: "jinzhan")
            try await site.enrol("car-03", at: "wangjing")
            try await body(site)
        }
    }

    /// Every topic of the contract at both stations, and one that is none.
    private static let topics: [(topic: String, writers: Set<String>, readers: Set<String>)] = {
        var list: [(topic: String, writers: Set<String>, readers: Set<String>)] = []
        for (device, station) in [("car-01", "jinzhan"), ("car-02", "jinzhan"), ("car-03", "wangjing")] {
            let room: Set<String> = station == "jinzhan" ? ["command-room"] : []
            for channel in Channel.allCases {
                let topic = "patrol/1/\(station)/\(device)/\(channel.rawValue)"
                list.append(channel.isFromDevice ? (topic, [device], room) : (topic, room, [device]))
            }
        }
        let room = "patrol/1/jinzhan/room"
        list.append((room, ["command-room"], ["car-01", "car-02"]))
        for kind in ["incident", "task"] {
            list.append(("\(room)/\(kind)", ["siren"], ["command-room"]))
            list.append(("\(room)/\(kind)/7", ["command-room"], ["siren"]))
        }
        return list + [
            ("patrol/1/wangjing/room", [], ["car-03"]), ("elsewhere", [], []), ("$SYS/broker/version", [], []),
        ]
    }()

    @Test("each may do exactly what the contract allows, topic by topic and in both directions")
    func rules() async throws {
        try await self.withSite { site in
            try await site.withBroker { _ in
                let names = ["car-01", "car-02", "car-03", "command-room", "siren"]
                for name in names {
                    for one in Self.topics {
                        let isTaken = try await site.publishes(name, one.topic)
                        #expect(isTaken == one.writers.contains(name), "\(name) writes \(one.topic)")
                    }
                }
                let written = Self.topics.filter { !$0.writers.isEmpty }
                for name in names {
                    let heard = try await site.hears(name, Self.topics.map(\.topic))
                    let wanted = Set(written.filter { $0.readers.contains(name) }.map(\.topic))
                    #expect(heard == wanted, "\(name) reads")
                }
            }
        }
    }

    @Test("who has no certificate, or one of another authority, does not come in")
    func strangers() async throws {
        try await self.withSite { site in
            let foreign = EnrolledSite(folder: "\(site.folder)/foreign")
            try FileManager.default.createDirectory(atPath: foreign.folder, withIntermediateDirectories: true)
            try await foreign.succeed(["pki", "init", "--name", "another"])
            try await foreign.enrol("car-01", at: "jinzhan")
            for file in ["car-01.crt", "car-01.key"] {
                let bytes = try Data(contentsOf: URL(filePath: "\(foreign.folder)/car-01/\(file)"))
                try FileManager.default.createDirectory(
                    atPath: "\(site.folder)/spy",
                    withIntermediateDirectories: true
                )
                try bytes.write(to: URL(filePath: "\(site.folder)/spy/spy\(file.suffix(4))"))
            }
            try await site.withBroker { _ in
                #expect(try await !site.publishes("spy", "patrol/1/jinzhan/car-01/pos"))
                let bare = try await runProgramToEnd(
                    "/usr/bin/mosquitto_pub",
                    [
                        "-h", "127.0.0.1", "-p", "\(site.port)", "--cafile", "\(site.folder)/authority/ca.crt", "-t",
                        "patrol/1/jinzhan/car-01/pos", "-m", "x",
                    ]
                )
                #expect(bare.status != 0)
            }
        }
    }

    /// Whether a certificate is good by the authority's list of those that were put out, as OpenSSL reads it.
    private func isGood(_ certificate: String, _ site: EnrolledSite) async throws -> Bool {
        let authority = "\(site.folder)/authority"
        let result = try await runProgramToEnd(
            "/usr/bin/openssl",
            [
                "verify", "-crl_check", "-CAfile", "\(authority)/ca.crt", "-CRLfile", "\(authority)/revoked.crl",
                certificate,
            ]
        )
        guard result.status != 0 else { return true }
        #expect((result.output + result.errors).contains("certificate revoked"), "\(result)")
        return false
    }

    @Test("a device that was lost does not come in with its old key, also when another has its name")
    func revoked() async throws {
        try await self.withSite { site in
            let (own, lost) = ("\(site.folder)/car-02", "\(site.folder)/lost")
            try FileManager.default.createDirectory(atPath: lost, withIntermediateDirectories: true)
            let order = "patrol/1/jinzhan/car-02/cmd"
            try await site.withBroker { _ async throws in
                #expect(try await site.publishes("car-02", "patrol/1/jinzhan/car-02/pos"))
                #expect(try await site.publishes("command-room", order))
                #expect(try await site.hears("car-02", [order]) == [order])
            }
            for (file, copy) in [("car-02.crt", "lost.crt"), ("car-02.key", "lost.key")] {
                try Data(contentsOf: URL(filePath: "\(own)/\(file)")).write(to: URL(filePath: "\(lost)/\(copy)"))
            }
            try await site.succeed(["revoke", "car-02"])
            #expect(try await site.succeed(["pki", "list"]).contains("car-02\tdevice\tjinzhan\tput out"))
            try await site.withBroker { _ async throws in
                #expect(try await !site.publishes("car-02", "patrol/1/jinzhan/car-02/pos"))
                #expect(try await site.hears("car-02", [order]).isEmpty)
                #expect(try await site.publishes("car-01", "patrol/1/jinzhan/car-01/pos"))
            }
            unlink("\(own)/car-02.key")
            try await site.enrol("car-02", at: "jinzhan")
            try await site.withBroker { _ async throws in
                #expect(try await site.publishes("car-02", "patrol/1/jinzhan/car-02/pos"))
                #expect(try await !site.publishes("lost", "patrol/1/jinzhan/car-02/pos"))
                #expect(try await site.hears("lost", [order]).isEmpty)
            }
        }
    }

    @Test(
        "every certificate that was put out is known as such, whatever its number; who renews with the same key stays in"
    )
    func numbers() async throws {
        try await withTemporaryFolder("enrolment") { folder in
            let site = EnrolledSite(folder: folder)
            try await site.succeed(["pki", "init", "--name", "jinzhan"])
            // One number in two has its first bit set.
            for number in 0..<12 {
                try await site.enrol("car-01", at: "jinzhan", number == 0 ? [] : ["--renew"])
                let file = try Data(contentsOf: URL(filePath: "\(folder)/car-01/car-01.crt"))
                try file.write(to: URL(filePath: "\(folder)/\(number).crt"))
                unlink("\(folder)/car-01/car-01.key")
            }
            for number in 0..<12 {
                #expect(try await self.isGood("\(folder)/\(number).crt", site) == (number == 11), "\(number)")
            }
            // The same key again, as a device does whose certificate ends soon.
            try await site.enrol("car-02", at: "jinzhan")
            let first = try Data(contentsOf: URL(filePath: "\(folder)/car-02/car-02.crt"))
            try first.write(to: URL(filePath: "\(folder)/first.crt"))
            try await site.enrol("car-02", at: "jinzhan")
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/car-02/car-02.crt")) != first)
            #expect(try await self.isGood("\(folder)/first.crt", site))
            #expect(try await self.isGood("\(folder)/car-02/car-02.crt", site))
        }
    }

    @Test(
        "mosquitto is told of each change, and when it cannot be told that is said; an older authority changes nothing"
    )
    func telling() async throws {
        try await withTemporaryFolder("enrolment") { folder in
            let site = EnrolledSite(folder: folder)
            try await site.setUp()
            try await site.enrol("car-01", at: "jinzhan")
            let before = readFile("\(folder)/authority/issued")
            let told = try await site.patrolctl(["revoke", "car-01"], restart: "touch \(folder)/told")
            #expect(told.status == 0 && FileManager.default.fileExists(atPath: "\(folder)/told"))
            let again = try await site.patrolctl(["revoke", "car-01"], restart: "false")
            #expect(again.status == 69 && again.errors.contains("are written, but mosquitto was not told"))
            let access = readFile("\(folder)/broker/access")
            #expect(!access.contains("car-01"))
            try writeFile("\(folder)/authority/issued", before)
            let older = try await site.patrolctl(["revoke", "car-01"].map { $0 })
            #expect(older.status == 0, "what it knows of is put out again: \(older.errors)")
            try writeFile("\(folder)/authority/issued", before)
            let sign = [
                "enrol", "sign", "\(folder)/car-01/request", "--station", "jinzhan", "--host", "127.0.0.1", "--output",
                "\(folder)/car-01/second",
            ]
            let refused = try await site.patrolctl(sign)
            #expect(refused.status == 65 && refused.errors.contains("put its newest backup back"), "\(refused.errors)")
            #expect(readFile("\(folder)/broker/access") == access)
            // A list that cannot be read is not taken for one with nobody on it.
            unlink("\(folder)/broker/revoked")
            try FileManager.default.createDirectory(
                atPath: "\(folder)/broker/revoked",
                withIntermediateDirectories: true
            )
            let unread = try await site.patrolctl(sign)
            #expect(unread.status == 65 && unread.errors.contains("is there and cannot be read"), "\(unread.errors)")
            #expect(readFile("\(folder)/broker/access") == access)
        }
    }

    @Test("two at a time: one waits for nobody and says so, and no certificate is lost from the list")
    func together() async throws {
        try await withTemporaryFolder("enrolment") { folder in
            let site = EnrolledSite(folder: folder)
            try await site.succeed(["pki", "init", "--name", "jinzhan"])
            let results = try await withThrowingTaskGroup(of: Int32.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        let name = "sensor-\(number)"
                        let own = "\(folder)/\(name)"
                        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
                        return try await site.patrolctl([
                            "pki", "sensor", "--station", "jinzhan", "--output", own, name,
                        ]).status
                    }
                }
                return try await group.reduce(into: [Int32]()) { $0.append($1) }
            }
            let made = results.count { $0 == 0 }
            #expect(made > 0 && results.allSatisfy { $0 == 0 || $0 == 65 })
            let listed = readFile("\(folder)/authority/issued").split(separator: "\n").dropFirst()
            #expect(listed.count == made)
        }
    }

    @Test("a device that was enrolled so reports its position to a room that was given its certificate so")
    func position() async throws {
        try await Chain.with { chain in
            let site = try await EnrolledSite.of(chain)
            let folder = chain.folder
            try await site.withBroker { _ in
                try await chain.withRoom { _ in
                    try await chain.withGPSD { line in
                        try await chain.withPatrold { _ in
                            try await chain.feeding(line) {
                                try await eventually("the unit on the board", within: .seconds(40)) {
                                    let units = try await chain.room.ask("GET", "/api/v1/units").text
                                    return units.contains("\"car-01\"") && units.contains("\"lat\"") ? () : nil
                                }
                                // When its certificate and the room's end is known to who has to renew them.
                                let now = Int(SystemClock.wallMilliseconds / 1_000)
                                let end = try await eventually("when the device's certificate ends") {
                                    try await chain.room.ask("GET", "/metrics").text
                                        .firstMatch(of: /units_certificate_end_seconds ([1-9]\d+)\n/)
                                        .flatMap { Int($0.1) }
                                }
                                #expect((823...826).contains((end - now) / 86_400))
                                let metrics = try await chain.room.ask("GET", "/metrics").text
                                #expect(metrics.contains(#"certificate_end_seconds{of="room"} "#))
                                // What 'broker setup' allows is enough for who looks what is wrong.
                                for program in ["patrold", "command-room"] {
                                    let found = try await runProgramToEnd(
                                        Places.program(program),
                                        ["doctor", "--config", "\(folder)/\(program).yaml"]
                                    )
                                    #expect(found.status == 0, "\(found.output)")
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("what does not fit is refused in one line that says why, and changes nothing")
    func badInput() async throws {
        try await withTemporaryFolder("enrolment") { folder in
            let site = EnrolledSite(folder: folder)
            func refuse(_ words: [String], _ reason: String, status: Int32 = 65) async throws {
                let result = try await site.patrolctl(words)
                #expect(result.status == status && result.errors.contains(reason), "\(words): \(result.errors)")
                #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
            }
            try await refuse(["pki", "list"], "'patrolctl pki init' makes an authority")
            try await site.succeed(["pki", "init", "--name", "jinzhan"])
            try await refuse(["pki", "init", "--name", "jinzhan"], "holds an authority already")
            try await site.enrol("car-01", at: "jinzhan")
            let (own, other) = ("\(folder)/car-01", "\(folder)/other")
            let issued = readFile("\(folder)/authority/issued")
            let sign = [
                "enrol", "sign", "\(own)/request", "--station", "jinzhan", "--host", "127.0.0.1", "--output",
                "\(own)/second",
            ]
            let key = try Data(contentsOf: URL(filePath: "\(own)/car-01.key"))
            unlink("\(own)/car-01.key")
            try await site.succeed([
                "enrol", "request", "--device", "car-01", "--folder", own, "--output", "\(own)/request",
            ])
            try await refuse(sign, "'car-01' has a good certificate for another key")
            try key.write(to: URL(filePath: "\(own)/car-01.key"))
            let there = ["--output", folder]
            try await refuse(["pki", "sensor", "--station", "jinzhan", "car-01"] + there, "is the name of a device of")
            try await refuse(["pki", "server", "--host", "a", "ca"] + there, "is a name that nobody may have")
            try writeFile("\(own)/rubbish", "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n")
            try await refuse(sign.map { $0 == "\(own)/request" ? "\(own)/rubbish" : $0 }, "this is no request")
            try await refuse(["revoke", "car-99"], "'car-99' has no certificate")
            #expect(readFile("\(folder)/authority/issued") == issued)
            #expect(!FileManager.default.fileExists(atPath: "\(own)/second"))
            // On the device: a bundle that was changed, one for another key, one of another authority, half a one.
            let bundle = readFile("\(own)/bundle")
            let accept = { (file: String, folder: String) in
                ["enrol", "accept", file, "--folder", folder, "--config", "\(folder)/new.yaml"]
            }
            let place = try #require(bundle.range(of: "\"content\":\""))
            var changed = Array(bundle)
            let index = bundle.distance(from: bundle.startIndex, to: place.upperBound) + 40
            changed[index] = changed[index] == "A" ? "B" : "A"
            try writeFile("\(own)/changed", String(changed))
            try await refuse(accept("\(own)/changed", own), "bundle")
            try writeFile("\(own)/half", String(bundle.prefix(bundle.count / 2)))
            try await refuse(accept("\(own)/half", own), "only a part of one")
            try await refuse(accept("\(own)/bundle", own) + ["--fingerprint", "00:11"], "of another authority")
            let authority = readFile("\(own)/ca.crt")
            unlink("\(own)/ca.crt")
            try await refuse(accept("\(own)/bundle", own), "whose is this bundle?")
            try writeFile("\(own)/ca.crt", authority)
            try FileManager.default.createDirectory(atPath: other, withIntermediateDirectories: true)
            try await refuse(accept("\(own)/bundle", other), "there is no device's key")
            try await site.succeed([
                "enrol", "request", "--device", "car-02", "--folder", other, "--output", "\(other)/r",
            ])
            try writeFile("\(other)/ca.crt", authority)
            try await refuse(accept("\(own)/bundle", other), "is for another key")
            #expect(!FileManager.default.fileExists(atPath: "\(other)/new.yaml"))
            #expect(!FileManager.default.fileExists(atPath: "\(other)/car-01.crt"))
            // A second try with the right one goes on where the first ended, and the key stayed for its owner alone.
            try await site.succeed(accept("\(own)/bundle", own))
            var status = stat()
            #expect(stat("\(other)/car-02.key", &status) == 0 && status.st_mode & 0o077 == 0)
        }
    }

    @Test("an authority whose making was cut short is made whole by the same words")
    func cutShort() async throws {
        try await withTemporaryFolder("enrolment") { folder in
            let site = EnrolledSite(folder: folder)
            try await site.succeed(["pki", "init", "--name", "jinzhan"])
            // Its own certificate is written last.
            let key = readFile("\(folder)/authority/authority.key")
            unlink("\(folder)/authority/ca.crt")
            #expect(try await site.patrolctl(["pki", "list"]).status == 65)
            try await site.succeed(["pki", "init", "--name", "jinzhan"])
            #expect(readFile("\(folder)/authority/authority.key") == key)
            try await site.succeed(["pki", "list"])
            // One that has given certificates is not begun anew over them.
            try await site.enrol("car-01", at: "jinzhan")
            unlink("\(folder)/authority/ca.crt")
            let again = try await site.patrolctl(["pki", "init", "--name", "jinzhan"])
            #expect(again.status == 65 && again.errors.contains("put ca.crt back"), "\(again.errors)")
        }
    }
}
