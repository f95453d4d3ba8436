import CSQLite
import Glibc
import Numbering
import SystemErrors

/// Sole owner of one SQLite connection.
struct SQLite: ~Copyable {
    /// What a statement can be given.
    enum Value {
        case integer(Int64)
        case text(String)
        case blob([UInt8])
    }

    /// Statements that are run again and again, compiled once; owned by the connection.
    private final class Compiled {
        var statements: [String: OpaquePointer] = [:]
    }

    private let handle: OpaquePointer
    /// Of the file.
    let path: String
    private let compiled = Compiled()

    /// Opens or creates a database.
    init(path: String) throws(OutboxError) {
        var handle: OpaquePointer?
        let code = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil)
        guard let handle, code == SQLITE_OK else {
            if let handle { sqlite3_close_v2(handle) }
            throw .failed(path: path, reason: String(cString: sqlite3_errstr(code)))
        }
        self.handle = handle
        self.path = path
        sqlite3_busy_timeout(handle, 5_000)
        sqlite3_extended_result_codes(handle, 1)
    }

    deinit {
        for statement in self.compiled.statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(self.handle)
    }

    /// Runs one statement and gives each row to `row`.
    func run(
        _ sql: String,
        _ values: [Value] = [],
        row: (borrowing Row) -> Void = { _ in }
    ) throws(OutboxError) {
        var statement = self.compiled.statements[sql]
        if statement == nil { try self.check(sqlite3_prepare_v2(self.handle, sql, -1, &statement, nil)) }
        defer {
            if self.compiled.statements[sql] == nil { sqlite3_finalize(statement) } else { sqlite3_reset(statement) }
        }
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            // SQLITE_TRANSIENT: SQLite copies before the call returns.
            let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            switch value {
            case .integer(let number): try self.check(sqlite3_bind_int64(statement, place, number))
            case .text(let text): try self.check(sqlite3_bind_text(statement, place, text, -1, copy))
            case .blob(let bytes):
                try self.check(sqlite3_bind_blob(statement, place, bytes, Int32(bytes.count), copy))
            }
        }
        while true {
            let code = sqlite3_step(statement)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { return try self.check(code) }
            if let statement { row(Row(statement: statement)) }
        }
    }

    /// Keeps a statement compiled, because it is going to be run often.
    func keep(_ sql: String) throws(OutboxError) {
        var statement: OpaquePointer?
        try self.check(sqlite3_prepare_v3(self.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        self.compiled.statements[sql] = statement
    }

    /// The first column of the first row as a number.
    func integer(_ sql: String, _ values: [Value] = []) throws(OutboxError) -> Int64? {
        var found: Int64?
        try self.run(sql, values) { if found == nil { found = $0.integer(0) } }
        return found
    }

    /// The first column of the first row as a text.
    func text(_ sql: String, _ values: [Value] = []) throws(OutboxError) -> String? {
        var found: String?
        try self.run(sql, values) { if found == nil { found = $0.text(0) } }
        return found
    }

    /// Columns of the current row.
    struct Row: ~Copyable {
        fileprivate let statement: OpaquePointer
        func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(self.statement, column) }
        func text(_ column: Int32) -> String {
            sqlite3_column_text(self.statement, column).map { String(cString: $0) } ?? ""
        }
        func blob(_ column: Int32) -> [UInt8] {
            let count = Int(sqlite3_column_bytes(self.statement, column))
            guard count > 0, let bytes = sqlite3_column_blob(self.statement, column) else { return [] }
            return Array(UnsafeRawBufferPointer(start: bytes, count: count))
        }
    }

    /// Why the folder takes no file, as the system says; `nil` when it does, or when only space is missing.
    ///
    /// SQLite's own word is no help: by the time that it can be asked for, the system's error is another.
    private var causeOfFailedWrite: CInt? {
        let probe = self.path + ".probe"
        let descriptor = open(probe, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return [ENOSPC, EDQUOT].contains(errno) ? nil : errno }
        defer {
            close(descriptor)
            unlink(probe)
        }
        guard write(descriptor, "x", 1) != 1 else { return nil }
        return [ENOSPC, EDQUOT, EFBIG].contains(errno) ? nil : errno
    }

    private func check(_ code: Int32) throws(OutboxError) {
        let reason = String(cString: sqlite3_errmsg(self.handle))
        switch code & 0xFF {
        case SQLITE_OK: return
        case SQLITE_FULL: throw .full(path: self.path)
        case SQLITE_BUSY, SQLITE_LOCKED: throw .locked(path: self.path)
        // A file-size limit shows as a failed write, not as a full disk; a disk that failed is mounted read-only by the kernel.
        case SQLITE_IOERR, SQLITE_READONLY:
            if let cause = self.causeOfFailedWrite {
                throw .unwritable(path: self.path, reason: SystemError(cause).description)
            }
            // Of a failed read, or of a disk that does not confirm, the folder says nothing.
            guard code == failedWrite else { throw .failed(path: self.path, reason: reason) }
            throw .full(path: self.path)
        case SQLITE_CORRUPT, SQLITE_NOTADB: throw .damaged(path: self.path, reason: reason)
        default: throw .failed(path: self.path, reason: reason)
        }
    }
}

/// SQLITE_IOERR_WRITE; a macro that Swift does not import.
private let failedWrite = SQLITE_IOERR | (3 << 8)
