import ArgumentParser
import FoundationEssentials
import Glibc
import History
import PatrolWire
import Program
import Reporting
import SystemErrors
import Threading

/// `command-room track`.
struct TrackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "track",
        abstract: "Write a device's track with its signatures to a file, which 'patrolctl track verify' looks through.",
        discussion: """
            The records are those of the time that is asked for, and those that share a signature with them. The room may run. \
            Exit status: 0 done, 2 wrong command line, 65 no record of that time, 69 the store cannot be read or the file not written.
            """
    )
    @OptionGroup var options: CommandRoom.Options

    @Argument(help: "The device, or STATION/DEVICE.")
    var device: String

    @Option(help: "Beginning, such as 2026-11-30T08:00:00Z.")
    var from: String

    @Option(help: "End, such as 2026-11-30T16:00:00Z.")
    var to: String

    @Option(help: "The file; it must not be there yet.")
    var output: String

    func run() async throws {
        let configuration = try self.options.load()
        let (from, to) = (try Self.moment(self.from, "--from"), try Self.moment(self.to, "--to"))
        guard from <= to else { throw ProgramFailure(.usage, "--from must not be after --to") }
        let (station, device) = try self.name(configuration)
        let count: Int
        do {
            let reader = try History.reading(configuration.state)
            let track = SealedTrack(reader, of: station, device, from: from, to: to, made: SystemClock.wallMilliseconds)
            count = try self.write(track)
        } catch let error as HistoryError {
            throw ProgramFailure(.unavailable, "\(error)")
        }
        guard count > 0 else {
            unlink(self.output)
            throw ProgramFailure(
                .data,
                "\(station)/\(device): no record of that time is stored; \(self.output) is not written"
            )
        }
        print("\(self.output): \(count) records of \(station)/\(device)")
        print("'patrolctl track verify \(self.output)' says whether they are as the device wrote them.")
    }

    /// Writes all lines; a file that could not be written whole is taken away again.
    private func write(_ track: SealedTrack) throws -> Int {
        guard let file = fopen(self.output, "wxe") else {
            throw ProgramFailure(
                .unavailable,
                "\(self.output): \(SystemError(errno)); name a file that is not there yet"
            )
        }
        var isWhole = false
        defer {
            fclose(file)
            if !isWhole { unlink(self.output) }
        }
        func put(_ text: [UInt8]) throws {
            guard fwrite(text, 1, text.count, file) == text.count, fflush(file) == 0 else {
                throw ProgramFailure(.unavailable, "\(self.output): \(SystemError(errno))")
            }
        }
        var (text, place) = try track.begin()
        try put(text)
        while !place.isAtEnd {
            text = try track.next(&place)
            try put(text)
        }
        isWhole = true
        return place.records
    }

    /// The device, with the room's one station where none is named.
    private func name(_ configuration: Configuration) throws -> (Name, Name) {
        let parts = self.device.split(separator: "/", omittingEmptySubsequences: false)
        let station =
            parts.count == 2 ? Name(parts[0]) : configuration.stations.count == 1 ? configuration.stations[0] : nil
        guard let station, parts.count <= 2, let device = parts.last.flatMap({ Name.device($0) }) else {
            throw ProgramFailure(
                .usage,
                "'\(self.device.prefix(64))' must be a device, and STATION/DEVICE where the room has several stations"
            )
        }
        return (station, device)
    }

    private static func moment(_ text: String, _ option: String) throws -> Int64 {
        do {
            return Int64(try Date(text, strategy: .iso8601).timeIntervalSince1970 * 1_000)
        } catch {
            throw ProgramFailure(.usage, "\(option) '\(text.prefix(64))' must be a time such as 2026-11-30T08:00:00Z")
        }
    }
}
