import Ground

/// Turns features into parts of a plan and notes what is wrong with them.
struct FeatureBuilder {
    let plane: TangentPlane
    private(set) var grids: [PatrolGrid] = []
    private(set) var lines: [PatrolLine] = []
    private(set) var posts: [PatrolPost] = []
    private(set) var stations: [PatrolStation] = []

    private let isShifted: Bool
    private var ids: Set<String> = []
    private var problems: [String] = []

    init(plane: TangentPlane, isShifted: Bool) { (self.plane, self.isShifted) = (plane, isShifted) }

    /// Adds a feature; `number` counts from 1, for those without an id.
    mutating func add(_ feature: FeatureDocument, number: Int) {
        guard let id = feature.id, !id.isEmpty else {
            self.problems.append("feature \(number) has no 'id'; give each feature one of its own")
            return
        }
        guard self.ids.insert(id).inserted else {
            self.problems.append("'\(id)' is the id of two features; give each one of its own")
            return
        }
        switch feature.body {
        case .failure(let problem): self.problems.append("'\(id)': \(problem.text)")
        case .success(let body): self.add(body, id: id)
        }
    }

    /// Checks what can only be seen of the whole; returns everything that is wrong.
    mutating func finish() -> [String] {
        let coarse = Set(self.grids.filter { $0.level == 1 }.map(\.id))
        for grid in self.grids {
            if let parent = grid.parent, !coarse.contains(parent) {
                self.problems.append("'\(grid.id)': 'parent' is '\(parent)', which is no grid of level 1 in this plan")
            }
        }
        return self.problems
    }

    private mutating func add(_ body: FeatureDocument.Body, id: String) {
        let properties = body.properties
        let name = properties.name ?? id
        do throws(FeatureProblem) {
            switch (properties.kind, body.geometry) {
            case ("grid", .polygon(let rings)):
                self.grids.append(try self.grid(properties, id: id, name: name, rings: rings))
            case ("grid", .multiPolygon(let polygons)):
                self.grids.append(try self.grid(properties, id: id, name: name, rings: polygons.flatMap { $0 }))
            case ("line", .line(let positions)):
                self.lines.append(try self.line(properties, id: id, name: name, positions))
            case ("post", .point(let position)):
                self.posts.append(try self.post(properties, id: id, name: name, position))
            case ("station", .point(let position)):
                self.stations.append(PatrolStation(id: id, name: name, place: try self.project(position)))
            case ("grid", _): throw FeatureProblem("a grid is a Polygon or MultiPolygon")
            case ("line", _): throw FeatureProblem("a line is a LineString")
            case ("post", _), ("station", _): throw FeatureProblem("a \(properties.kind) is a Point")
            default:
                throw FeatureProblem("'kind' is '\(properties.kind)'; write grid, line, post or station")
            }
        } catch {
            self.problems.append("'\(id)': \(error.text)")
        }
    }

    private func grid(
        _ properties: FeatureDocument.Properties,
        id: String,
        name: String,
        rings: [[Position]]
    ) throws(FeatureProblem) -> PatrolGrid {
        let level = properties.level ?? 2
        guard (1...2).contains(level) else { throw FeatureProblem("'level' is \(level); write 1 or 2") }
        var projected: [[PlanePoint]] = []
        for ring in rings {
            guard let first = ring.first, let last = ring.last, ring.count >= 4,
                first.longitude == last.longitude, first.latitude == last.latitude
            else {
                throw FeatureProblem("a ring is not closed; its last position must repeat the first, and it needs four")
            }
            projected.append(try self.project(ring))
        }
        let area = PlaneArea(rings: projected)
        if let crossing = area.selfCrossing {
            let place =
                self.plane.coordinate(of: crossing).map { " near \($0.latitude.shown),\($0.longitude.shown)" } ?? ""
            throw FeatureProblem("its edge crosses itself\(place); draw it without")
        }
        return PatrolGrid(
            id: id,
            name: name,
            level: level,
            parent: properties.parent,
            responsible: properties.responsible ?? [],
            area: area
        )
    }

    private func line(
        _ properties: FeatureDocument.Properties,
        id: String,
        name: String,
        _ positions: [Position]
    ) throws(FeatureProblem) -> PatrolLine {
        guard let direction = PatrolLine.Direction(rawValue: properties.direction ?? "both") else {
            throw FeatureProblem("'direction' is '\(properties.direction ?? "")'; write both or forward")
        }
        let path = PlanePath(try self.project(positions))
        guard path.length >= 10 else { throw FeatureProblem("the line is shorter than 10 m; draw at least two places") }
        return PatrolLine(
            id: id,
            name: name,
            corridor: try self.number("corridor_m", properties.corridor, in: 5...500, default: 30),
            direction: direction,
            windows: try self.windows(properties.windows),
            laps: Int(try self.number("laps", properties.laps.map(Double.init), in: 1...1_000, default: 1)),
            path: path
        )
    }

    private func post(
        _ properties: FeatureDocument.Properties,
        id: String,
        name: String,
        _ position: Position
    ) throws(FeatureProblem) -> PatrolPost {
        guard let category = PatrolPost.Category(rawValue: properties.category ?? "deterrent") else {
            let known = PatrolPost.Category.allCases.map(\.rawValue).joined(separator: ", ")
            throw FeatureProblem("'category' is '\(properties.category ?? "")'; write one of \(known)")
        }
        return PatrolPost(
            id: id,
            name: name,
            category: category,
            place: try self.project(position),
            radius: try self.number("radius_m", properties.radius, in: 10...5_000, default: 50),
            dwell: try self.number("dwell_s", properties.dwell, in: 0...86_400, default: 60),
            windows: try self.windows(properties.windows),
            visits: Int(try self.number("visits", properties.visits.map(Double.init), in: 0...1_000, default: 1))
        )
    }

    private func windows(_ texts: [String]?) throws(FeatureProblem) -> [TidalWindow] {
        var windows: [TidalWindow] = []
        for text in texts ?? [] {
            guard let window = TidalWindow(text) else {
                throw FeatureProblem(
                    "window '\(text)' cannot be read; write one such as 22:00-02:00 or mon-fri 07:20-08:10"
                )
            }
            windows.append(window)
        }
        return windows
    }

    private func number(
        _ key: String,
        _ value: Double?,
        in range: ClosedRange<Double>,
        default otherwise: Double
    ) throws(FeatureProblem) -> Double {
        let number = value ?? otherwise
        guard range.contains(number) else {
            throw FeatureProblem(
                "'\(key)' is \(number.shown); it must be from \(range.lowerBound.shown) to \(range.upperBound.shown)"
            )
        }
        return number
    }

    private func project(_ positions: [Position]) throws(FeatureProblem) -> [PlanePoint] {
        var points: [PlanePoint] = []
        points.reserveCapacity(positions.count)
        for position in positions { points.append(try self.project(position)) }
        return points
    }

    private func project(_ position: Position) throws(FeatureProblem) -> PlanePoint {
        guard let place = Coordinate(latitude: position.latitude, longitude: position.longitude) else {
            throw FeatureProblem(
                "[\(position.longitude.shown), \(position.latitude.shown)] is no place on Earth; positions are longitude first"
            )
        }
        return self.plane.project(self.isShifted ? GCJ02.decode(place) : place)
    }
}

/// What is wrong with one feature.
struct FeatureProblem: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

extension Double {
    /// A number for people: whole ones without a fraction, others with at most five decimals.
    fileprivate var shown: String {
        if let whole = Int(exactly: self) { return String(whole) }
        let rounded = (self * 1e5).rounded() / 1e5
        return "\(rounded)"
    }
}
