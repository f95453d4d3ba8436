import PatrolWire

/// Entries that people keep in a table.
package protocol TableEntry: Entry {
    /// The columns, those that must be there first.
    static var columns: [String] { get }
    /// How many of them must be there.
    static var needed: Int { get }
    /// What the columns are also called, in Chinese.
    static var names: [String: String] { get }

    /// Reads a row; cells that are empty or missing are `nil`.
    init(cells: (String) -> String?) throws(CSVTable.Fault)

    /// Its cells, by column.
    var cells: [String: String] { get }
}

extension CSVTable {
    /// What is wrong with one cell.
    package struct Fault: Error, Sendable, Hashable {
        /// What is wrong and what to do.
        package let text: String

        init(_ text: String) { self.text = text }
    }

    /// The rows as entries, each with its line.
    ///
    /// - Throws: ``Problem`` for columns that are missing or not known.
    /// - Returns: What could be read, and what is wrong with the rest.
    package func entries<E: TableEntry>(
        _ type: E.Type = E.self
    ) throws(Problem) -> (entries: [(line: Int, entry: E)], problems: [Problem]) {
        let columns = self.head.map { E.names[$0] ?? $0.lowercased() }
        let known = E.columns.joined(separator: ", ")
        // Two heads may mean one column: `职务` and `警衔`.
        if let twice = columns.first(where: { name in columns.count { $0 == name } > 1 }) {
            throw Problem(line: 1, "two columns mean '\(twice.prefix(64))': leave one of them out")
        }
        if let stranger = columns.first(where: { !E.columns.contains($0) }) {
            throw Problem(line: 1, "there is no column '\(stranger.prefix(64))': there are \(known)")
        }
        if let missing = E.columns.prefix(E.needed).first(where: { !columns.contains($0) }) {
            throw Problem(line: 1, "the column '\(missing)' is missing: there are \(known)")
        }
        var found: [(line: Int, entry: E)] = []
        var problems: [Problem] = []
        for row in self.rows {
            let cells = Dictionary(uniqueKeysWithValues: zip(columns, row.cells)).filter { !$0.value.isEmpty }
            do throws(Fault) {
                if let empty = E.columns.prefix(E.needed).first(where: { cells[$0] == nil }) {
                    throw Fault("'\(empty)' is empty")
                }
                found.append((row.line, try E { cells[$0] }))
            } catch {
                problems.append(Problem(line: row.line, error.text))
            }
        }
        return (found, problems)
    }

    /// Several values of one cell: between them stand blanks, or the signs that lists are written with.
    package static func list(_ text: String?) -> [String] {
        (text ?? "").split { " ;,、；，/".contains($0) }.map(String.init)
    }

    static func number(_ text: String?, _ column: String) throws(Fault) -> Int? {
        guard let text else { return nil }
        guard let number = Int(text) else {
            throw Fault("'\(column)' must be a whole number, not '\(text.prefix(32))'")
        }
        return number
    }
}

extension Officer: TableEntry {
    package static let columns = ["number", "name", "role", "rank", "team", "call_sign", "phone"]
    package static let needed = 3
    package static let names = [
        "警号": "number", "编号": "number", "姓名": "name", "类别": "role", "职务": "rank", "警衔": "rank", "队伍": "team",
        "班组": "team", "呼号": "call_sign", "电话": "phone",
    ]

    /// Roles as people write them.
    private static let roles: [String: Role] = [
        "民警": .police, "辅警": .auxiliary, "警务助理": .assistant, "网格员": .grid, "义警": .volunteer, "志愿者": .volunteer,
        "其他": .other,
    ]

    package init(cells: (String) -> String?) throws(CSVTable.Fault) {
        let text = cells("role") ?? ""
        guard let role = Role(rawValue: text) ?? Self.roles[text] else {
            let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw CSVTable.Fault("'role' must be one of \(known), not '\(text.prefix(32))'")
        }
        self.init(
            number: cells("number") ?? "",
            name: cells("name") ?? "",
            role: role,
            rank: cells("rank"),
            team: cells("team"),
            callSign: cells("call_sign"),
            phone: cells("phone")
        )
    }

    package var cells: [String: String] {
        var cells = ["number": self.number, "name": self.name, "role": self.role.rawValue]
        (cells["rank"], cells["team"], cells["call_sign"]) = (self.rank, self.team, self.callSign)
        cells["phone"] = self.phone
        return cells
    }
}

extension PoliceTeam: TableEntry {
    package static let columns = ["id", "name", "parent", "leader", "deputy"]
    package static let needed = 2
    package static let names = [
        "编号": "id", "名称": "name", "上级": "parent", "队长": "leader", "组长": "leader", "副队长": "deputy",
    ]

    package init(cells: (String) -> String?) throws(CSVTable.Fault) {
        self.init(
            id: cells("id") ?? "",
            name: cells("name") ?? "",
            parent: cells("parent"),
            leader: cells("leader"),
            deputy: cells("deputy")
        )
    }

    package var cells: [String: String] {
        var cells = ["id": self.id, "name": self.name]
        (cells["parent"], cells["leader"], cells["deputy"]) = (self.parent, self.leader, self.deputy)
        return cells
    }
}

extension Responsibility: TableEntry {
    package static let columns = ["grid", "officer", "helper"]
    package static let needed = 1
    package static let names = ["网格": "grid", "民警": "officer", "责任民警": "officer", "网格员": "helper", "辅警": "helper"]

    package init(cells: (String) -> String?) throws(CSVTable.Fault) {
        self.init(grid: cells("grid") ?? "", officer: cells("officer"), helper: cells("helper"))
    }

    package var cells: [String: String] {
        var cells = ["grid": self.grid]
        (cells["officer"], cells["helper"]) = (self.officer, self.helper)
        return cells
    }
}

extension Shift: TableEntry {
    package static let columns = [
        "id", "date", "from", "until", "officers", "name", "every", "last", "except", "need", "unit", "sector",
        "places",
    ]
    package static let needed = 4
    package static let names = [
        "编号": "id", "日期": "date", "开始": "from", "结束": "until", "人员": "officers", "班次": "name", "周期": "every",
        "截止": "last", "除外": "except", "需要": "need", "车辆": "unit", "分区": "sector", "网格": "places",
    ]

    package init(cells: (String) -> String?) throws(CSVTable.Fault) {
        self.init(
            id: cells("id") ?? "",
            name: cells("name"),
            date: cells("date") ?? "",
            from: cells("from") ?? "",
            until: cells("until") ?? "",
            every: try CSVTable.number(cells("every"), "every") ?? 0,
            last: cells("last"),
            except: CSVTable.list(cells("except")),
            officers: CSVTable.list(cells("officers")),
            need: try CSVTable.number(cells("need"), "need"),
            unit: cells("unit"),
            sector: cells("sector"),
            places: CSVTable.list(cells("places"))
        )
    }

    package var cells: [String: String] {
        var cells = ["id": self.id, "date": self.date, "from": self.from, "until": self.until]
        cells["every"] = self.every == 0 ? nil : "\(self.every)"
        cells["need"] = self.need == self.officers.count ? nil : "\(self.need)"
        (cells["name"], cells["last"], cells["unit"], cells["sector"]) = (self.name, self.last, self.unit, self.sector)
        for (key, list) in [("except", self.except), ("officers", self.officers), ("places", self.places)] {
            cells[key] = list.isEmpty ? nil : list.joined(separator: " ")
        }
        return cells
    }
}

extension Absence: TableEntry {
    package static let columns = ["id", "officer", "from", "until", "reason"]
    package static let needed = 4
    package static let names = ["编号": "id", "警号": "officer", "开始": "from", "结束": "until", "事由": "reason"]

    package init(cells: (String) -> String?) throws(CSVTable.Fault) {
        self.init(
            id: cells("id") ?? "",
            officer: cells("officer") ?? "",
            from: cells("from") ?? "",
            until: cells("until") ?? "",
            reason: cells("reason")
        )
    }

    package var cells: [String: String] {
        var cells = ["id": self.id, "officer": self.officer, "from": self.from, "until": self.until]
        cells["reason"] = self.reason
        return cells
    }
}
