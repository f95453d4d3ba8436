import Rig
import TestSupport

/// What a device made and what the room has, read from their files by another program.
extension Chain {
    /// Rows of a query, one text each.
    func rows(_ file: String, _ query: String) async throws -> [String] {
        let result = try await runProgramToEnd("/usr/bin/sqlite3", ["-cmd", ".timeout 5000", file, query])
        guard result.status == 0 else { throw RigError.system("sqlite3 \(file)", result.errors) }
        return result.output.split(separator: "\n").map(String.init)
    }

    /// Rows of a query on the outbox.
    func outboxRows(_ query: String) async throws -> [String] {
        try await self.rows("\(self.folder)/state/outbox.sqlite", query)
    }

    /// Rows of a query on the room's store.
    func storeRows(_ query: String) async throws -> [String] {
        try await self.rows("\(self.folder)/room/history.sqlite", query)
    }

    /// Numbers and bytes of the outbox.
    func outbox() async throws -> [String] {
        try await self.outboxRows("SELECT seq || ' ' || body FROM record ORDER BY seq")
    }

    /// Numbers and bytes of the store.
    func store() async throws -> [String] {
        try await self.storeRows("SELECT seq || ' ' || body FROM record ORDER BY seq")
    }

    /// What records say beside their numbers, and the records of a log that was given up likewise.
    private static let content =
        "json_remove(CAST(body AS TEXT), '$.log', '$.seq', '$.was')"

    /// Contents of the outbox, whatever the numbers are.
    func outboxContents() async throws -> [String] {
        // The table of records that wait for a number is made when the first does.
        let tables = try await self.outboxRows("SELECT name FROM sqlite_schema WHERE name IN ('record', 'former')")
        return try await self.outboxRows(
            tables.map { "SELECT \(Self.content) FROM \($0)" }.joined(separator: " UNION ALL ")
        )
    }

    /// Contents of the store, whatever the numbers are.
    func storeContents() async throws -> [String] {
        try await self.storeRows("SELECT \(Self.content) FROM record")
    }

    /// Waits until the store holds just what the outbox holds, while nothing new is made.
    func expectStoreEqualsOutbox(atLeast count: Int, within: Duration = .seconds(60)) async throws {
        try await self.explaining {
            try await eventually("the store being equal to the outbox", within: within, every: .milliseconds(200)) {
                let made = try await self.outbox()
                let stored = try await self.store()
                return made.count >= count && stored == made
            }
        }
    }

    /// Says what each side has and thinks when records do not come through: afterwards nobody can be asked.
    private func explaining(_ body: () async throws -> Void) async throws {
        do { try await body() } catch {
            let device = try await runProgramToEnd(
                Places.program("patrolctl"),
                ["status", "--json", "--socket", "\(self.folder)/state/console.sock"]
            )
            let made = try await self.outboxRows("SELECT seq || ' ' || length(body) FROM record ORDER BY seq")
            let acknowledged = try await self.outboxRows("SELECT first || '-' || last FROM acknowledged")
            let stored = try await self.storeRows(
                "SELECT log || ' ' || seq || ' ' || length(body) FROM record ORDER BY log, seq"
            )
            let health = try await self.room.ask("GET", "/healthz").text
            print("--- outbox: \(made)\n--- acknowledged: \(acknowledged)\n--- store: \(stored)")
            print("--- device: \(device.output) \(device.errors)\n--- room: \(health)")
            throw error
        }
    }

    /// Waits until the device knows that everything is stored.
    func expectAcknowledged() async throws {
        try await eventually("everything acknowledged", within: .seconds(30), every: .milliseconds(200)) {
            let waiting = try await self.outboxRows(
                "SELECT count(*) FROM record WHERE NOT EXISTS (SELECT 1 FROM acknowledged WHERE seq BETWEEN first AND last)"
            )
            return waiting == ["0"] ? () : nil
        }
    }

    /// Waits until so many records are in the store.
    func waitForStored(_ count: Int, within: Duration = .seconds(60)) async throws {
        try await self.explaining {
            try await eventually("\(count) records in the store", within: within, every: .milliseconds(200)) {
                try await self.storeRows("SELECT seq FROM record").count >= count
            }
        }
    }
}
