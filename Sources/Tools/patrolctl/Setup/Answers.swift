import Authority
import Glibc
import PlainText
import Program
import Settings

/// What an installer is asked.
struct Question {
    /// Its name as a flag, and in a file of answers.
    let key: String
    /// As it is asked at the terminal.
    let words: String
    /// An answer that could be given.
    let example: String
    /// What holds without an answer; `nil` where one is needed.
    var standard: String?
    /// Whether it is kept for the next time.
    var isKept = true
    /// What is wrong with an answer, in words; `nil` for a good one.
    var fault: (String) -> String? = { _ in nil }
}

/// An installer's answers: what flags say, then a file, then the last time, then the terminal.
struct Answers {
    private let values: [String: String]
    private let questions: [Question]

    /// So many tries has somebody at the terminal.
    private static let tries = 5
    /// No answer is longer, bytes.
    private static let longest = 1_024

    /// Gathers the answers.
    ///
    /// - Parameters:
    ///   - questions: In the order in which they are asked.
    ///   - flags: What the command line says.
    ///   - file: A file of answers; `nil` where none is given.
    ///   - saved: Where the answers of the last time are; it need not be there.
    /// - Throws: `ProgramFailure` with a line for each answer that is missing or wrong.
    init(_ questions: [Question], flags: [String: String], file: String?, saved: String) throws {
        var known: [String: String] = [:]
        if access(saved, F_OK) == 0 { known = try Self.read(saved, questions) }
        if let file { known.merge(try Self.read(file, questions)) { $1 } }
        known.merge(flags) { $1 }
        var faults: [String] = []
        for question in questions {
            if let answer = known[question.key] {
                if let fault = Self.fault(of: answer, question) { faults.append("--\(question.key): \(fault)") }
            } else if isatty(STDIN_FILENO) == 1, faults.isEmpty, question.isKept || question.standard == nil {
                known[question.key] = try Self.ask(question)
            } else if let standard = question.standard {
                known[question.key] = standard
            } else {
                faults.append("--\(question.key) is missing: \(question.words), such as \(question.example)")
            }
        }
        guard faults.isEmpty else { throw ProgramFailure(.usage, lines: faults) }
        (self.values, self.questions) = (known, questions)
    }

    /// Keeps the answers for the next time, once what was made of them is good.
    func save(to path: String) throws {
        let kept = self.questions.filter(\.isKept)
        let text = kept.map { "\($0.key): \(self[$0.key].quotedYAML)\n" }.joined()
        try explained { try PrivateFile.write(text, to: path, mode: 0o600) }
    }

    /// The answer to a question that was among them.
    subscript(_ key: String) -> String { self.values[key] ?? "" }

    /// An answer of several parts, which commas or blanks divide.
    func list(_ key: String) -> [String] { Self.parts(self[key]) }

    /// The parts of an answer.
    static func parts(_ text: String) -> [String] {
        text.split { $0 == "," || $0.isWhitespace }.map(String.init)
    }

    private static func fault(of answer: String, _ question: Question) -> String? {
        if answer.utf8.count > Self.longest { return "has \(Self.longest) bytes at most" }
        if answer.isEmpty { return question.standard == "" ? nil : "is empty; give \(question.words)" }
        return question.fault(answer)
    }

    private static func read(_ path: String, _ questions: [Question]) throws -> [String: String] {
        var values: [String: String] = [:]
        do throws(SettingsError) {
            var reader = try SettingsReader(file: path)
            for key in questions.map(\.key) {
                // An answer may be empty: that is one too.
                if case .scalar("", _)? = reader.node(key)?.content {
                    values[key] = ""
                } else {
                    values[key] = try reader.optionalString(key)
                }
            }
            try reader.finish()
        } catch {
            throw ProgramFailure(.configuration, "\(error)")
        }
        return values
    }

    private static func ask(_ question: Question) throws -> String {
        for _ in 0..<Self.tries {
            let hint = question.standard.map { $0.isEmpty ? say("none", "无") : $0 }
            tell("\(question.words) \(hint.map { "[\($0)]" } ?? "(\(question.example))"): ")
            guard let line = readLine() else { break }
            let typed = String(line.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
            let answer = typed.isEmpty ? question.standard ?? "" : typed
            guard let fault = Self.fault(of: answer, question) else { return answer }
            tell("\(fault.plainLine())\n")
        }
        throw ProgramFailure(.usage, "--\(question.key) was not answered: \(question.words)")
    }
}

/// To the terminal, beside what is printed.
func tell(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
}
