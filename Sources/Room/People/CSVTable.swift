/// A table as people keep it in a spreadsheet (RFC 4180), with the lines of its rows.
package struct CSVTable: Sendable, Hashable {
    /// One row.
    package struct Row: Sendable, Hashable {
        /// The line that it begins on, from 1.
        package let line: Int
        /// Its cells.
        package let cells: [String]
    }

    /// What is wrong, and on which line.
    package struct Problem: Error, Sendable, Hashable {
        /// The line, from 1.
        package let line: Int
        /// What is wrong and what to do.
        package let text: String

        /// Creates a problem.
        package init(line: Int, _ text: String) { (self.line, self.text) = (line, text) }
    }

    /// The names of the columns.
    package let head: [String]
    /// All rows but the first, empty ones left out.
    package let rows: [Row]

    /// More columns than any table here has.
    private static let mostColumns = 64

    /// More rows than any station's roster has.
    package static let mostRows = 20_000

    /// Reads a table, whose first row names the columns.
    ///
    /// A byte order mark and semicolons between cells are understood.
    ///
    /// - Throws: ``Problem``.
    package init(_ text: String) throws(Problem) {
        let scalars = Array(text.unicodeScalars.drop { $0 == "\u{FEFF}" })
        let firstLine = scalars.prefix { $0 != "\n" && $0 != "\r" }
        let separator: Unicode.Scalar = firstLine.contains(";") && !firstLine.contains(",") ? ";" : ","
        var all = try Self.rows(of: scalars, separator: separator)
        guard !all.isEmpty else { throw Problem(line: 1, "the table is empty: its first line names the columns") }
        let head = all.removeFirst().cells
        guard head.count <= Self.mostColumns else {
            throw Problem(line: 1, "\(head.count) columns, and \(Self.mostColumns) are the most")
        }
        if let twice = head.first(where: { name in head.count { $0 == name } > 1 }) {
            throw Problem(line: 1, "the column '\(twice)' is there twice")
        }
        if let odd = all.first(where: { $0.cells.count != head.count }) {
            throw Problem(line: odd.line, "\(odd.cells.count) cells, and the first line names \(head.count) columns")
        }
        (self.head, self.rows) = (head, all)
    }

    private static func rows(of scalars: [Unicode.Scalar], separator: Unicode.Scalar) throws(Problem) -> [Row] {
        var rows: [Row] = []
        var (cells, cell, isQuoted) = ([String](), String.UnicodeScalarView(), false)
        var (line, begin, quoteLine, index) = (1, 1, 1, 0)
        func trimmed() -> String { String(String(cell).drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
        func endRow() throws(Problem) {
            cells.append(trimmed())
            cell = String.UnicodeScalarView()
            if cells.contains(where: { !$0.isEmpty }) { rows.append(Row(line: begin, cells: cells)) }
            if rows.count > Self.mostRows { throw Problem(line: line, "more than \(Self.mostRows) rows") }
            cells = []
        }
        while index < scalars.count {
            let scalar = scalars[index]
            index += 1
            switch scalar {
            case "\"" where isQuoted && index < scalars.count && scalars[index] == "\"":
                cell.append(scalar)
                index += 1
            case "\"" where isQuoted || cell.isEmpty:
                isQuoted.toggle()
                quoteLine = line
            case separator where !isQuoted:
                cells.append(trimmed())
                cell = String.UnicodeScalarView()
            case "\r" where !isQuoted && index < scalars.count && scalars[index] == "\n": break
            case "\n" where !isQuoted, "\r" where !isQuoted:
                try endRow()
                line += 1
                begin = line
            default:
                if scalar == "\n" { line += 1 }
                cell.append(scalar)
            }
        }
        guard !isQuoted else { throw Problem(line: quoteLine, "a quotation mark is never closed") }
        if !cells.isEmpty || !cell.isEmpty { try endRow() }
        return rows
    }
}
