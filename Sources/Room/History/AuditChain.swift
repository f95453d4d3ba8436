import Crypto
import FoundationEssentials
import GRDB

/// How the lines of the audit hold together.
///
/// Each line has a mark: SHA-256 over the mark of the line before it and over all that the line says. Whoever changes,
/// removes or puts in a line has to reckon every later mark anew, and then the last one is another than the one that the
/// log, a backup or a sheet of paper still has.
package struct AuditMark: Sendable, Hashable, CustomStringConvertible {
    /// The line.
    package let number: Int64
    /// Its mark, 32 bytes.
    package let mark: [UInt8]

    /// As it is written down: `NUMBER:` and the mark in 64 hex digits.
    package var description: String { "\(self.number):\(self.mark.hex)" }

    init(number: Int64, mark: [UInt8]) { (self.number, self.mark) = (number, mark) }

    /// Reads one as it is written down; `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int64(parts[0]), number > 0, let mark = [UInt8](hex: parts[1]),
            mark.count == SHA256.byteCount
        else { return nil }
        (self.number, self.mark) = (number, mark)
    }

    /// Before the first line.
    static let origin = AuditMark(number: 0, mark: Array("PatrolLink audit".utf8))

    /// The mark of a line that follows this one.
    ///
    /// Numbers have eight bytes, the highest first; a text has its length before it, so that no two lines are the same bytes.
    func next(number: Int64, _ deed: Casebook.Deed) -> AuditMark {
        var hash = SHA256()
        hash.update(data: self.mark)
        func add(_ value: Int64) {
            hash.update(data: stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) })
        }
        add(number)
        add(deed.time)
        for text in [deed.actor, deed.origin, deed.what, deed.subject] {
            add(Int64(text.utf8.count))
            hash.update(data: Array(text.utf8))
        }
        return AuditMark(number: number, mark: Array(hash.finalize()))
    }
}

extension [UInt8] {
    fileprivate var hex: String {
        let digits = [UInt8]("0123456789abcdef".utf8)
        return String(decoding: self.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    fileprivate init?(hex text: some StringProtocol) {
        let digits = text.utf8.map { UInt8(ascii: "0") <= $0 && $0 <= UInt8(ascii: "9") ? $0 - 48 : $0 &- 87 }
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 < 16 }) else { return nil }
        self = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

/// Whether the audit is whole.
package enum AuditVerdict: Sendable, Hashable {
    /// Every line is as it was written, and all are there up to this one; `nil` when there is none.
    case whole(AuditMark?)
    /// A casebook of a version before, which the room marks when it opens it.
    case unmarked
    /// The first line that is not as it was written, or that is missing.
    case broken(number: Int64, reason: String)
}

extension Casebook {
    /// The newest line's mark; `nil` while there is none.
    ///
    /// - Throws: ``HistoryError``.
    package func auditHead() throws(HistoryError) -> AuditMark? {
        try self.wrapped { try self.queue.read(Self.head) }
    }

    static func head(_ database: Database) throws -> AuditMark? {
        try Row.fetchOne(database, sql: "SELECT number, mark FROM audit ORDER BY number DESC LIMIT 1")
            .map { row in
                // One without a mark was put in by another hand: the next line is marked as if its mark were empty.
                let mark: Data? = row[1]
                return AuditMark(number: row[0], mark: Array(mark ?? Data()))
            }
    }

    /// Reckons every mark anew, from the first line to the last; the room may go on writing meanwhile.
    ///
    /// - Parameters:
    ///   - path: The casebook's file.
    ///   - known: A mark that was written down before: the chain must go through it.
    /// - Returns: What was found.
    /// - Throws: ``HistoryError`` when the file cannot be read.
    package static func verifyAudit(_ path: String, known: AuditMark? = nil) throws(HistoryError) -> AuditVerdict {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.busyMode = .timeout(3)
            return try DatabaseQueue(path: path, configuration: configuration)
                .read { try Self.verify($0, known: known) }
        } catch {
            throw HistoryError(path: path, error)
        }
    }

    static func verify(_ database: Database, known: AuditMark? = nil) throws -> AuditVerdict {
        guard try database.columns(in: "audit").contains(where: { $0.name == "mark" }) else { return .unmarked }
        var last = AuditMark.origin
        let lines = try Row.fetchCursor(
            database,
            sql: "SELECT number, time, actor, origin, what, subject, mark FROM audit ORDER BY number"
        )
        while let row = try lines.next() {
            let number: Int64 = row[0]
            guard number > 0, number - 1 == last.number else {
                return .broken(number: last.number + 1, reason: "it is missing; the next that is there is \(number)")
            }
            let deed = Deed(time: row[1], actor: row[2], origin: row[3], what: row[4], subject: row[5])
            let (mark, right): (Data?, AuditMark) = (row[6], last.next(number: number, deed))
            guard let mark else { return .broken(number: number, reason: "it has no mark: another program put it in") }
            guard Array(mark) == right.mark else {
                return .broken(number: number, reason: "it is not as it was written, or one before it is another")
            }
            if let known, known.number == number, known.mark != right.mark {
                return .broken(number: number, reason: "its mark is \(right), and \(known) was written down")
            }
            last = right
        }
        if let known, known.number > last.number {
            let reason = "the audit ends at \(last.number), and the mark of \(known.number) was written down"
            return .broken(number: last.number + 1, reason: reason)
        }
        return .whole(last.number == 0 ? nil : last)
    }
}
