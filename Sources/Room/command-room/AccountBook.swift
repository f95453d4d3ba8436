import AccountFile
import Board
import FoundationEssentials
import Logging
import Program
import Threading

/// The accounts file, read anew for each login: who is removed cannot log in any more.
struct AccountBook: Sendable {
    let file: String

    /// Reads the file.
    ///
    /// - Throws: `ProgramFailure` that says what is wrong with it.
    func load() throws -> AccountFile {
        do {
            let text = String(decoding: try Data(contentsOf: URL(filePath: self.file)), as: UTF8.self)
            return try AccountFile(text, path: self.file)
        } catch let problem as AccountFile.Problem {
            throw ProgramFailure(.configuration, "\(problem)")
        } catch {
            throw ProgramFailure(
                .configuration,
                "\(self.file): cannot be read; make it with 'patrolctl account add --file \(self.file) NAME'"
            )
        }
    }

    /// Who that is; `nil` when name and password do not fit.
    func identity(name: String, password: String, logger: Logger) async -> Identity? {
        // A tenth of a second of computing: on a thread of its own nobody else waits for it.
        await onOwnThread("login") {
            do {
                guard let role = try self.load().role(name: name, password: password).flatMap(Role.init(rawValue:))
                else { return nil }
                return Identity(name: name, role: role)
            } catch {
                logger.error("Nobody can log in: \(error)")
                return nil
            }
        }
    }
}
