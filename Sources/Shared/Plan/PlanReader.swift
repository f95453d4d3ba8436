import FoundationEssentials
import Ground

/// Reads a patrol plan: GeoJSON in, a checked plan out, or every fault of it.
package struct PlanReader: Sendable {
    /// Finds the zone of a name; `nil` when there is none of that name.
    private let zone: @Sendable (String) -> LocalZone?

    /// Creates a reader.
    ///
    /// - Parameter zone: Finds the zone of a name: the reader itself opens no file.
    package init(zone: @escaping @Sendable (String) -> LocalZone?) { self.zone = zone }

    /// Reads a plan.
    ///
    /// - Throws: ``PlanError`` with all that is wrong.
    package func read(_ bytes: [UInt8]) throws(PlanError) -> PatrolPlan {
        let document: PlanDocument
        do {
            document = try JSONDecoder().decode(PlanDocument.self, from: Data(bytes))
        } catch let error as DecodingError {
            throw PlanError(problems: ["\(error.plainText); a plan is a GeoJSON FeatureCollection with 'patrolPlan'"])
        } catch {
            throw PlanError(problems: ["not JSON: \(error)"])
        }
        var problems = self.problems(of: document)
        let isShifted = document.patrolPlan.crs == "GCJ02"
        let (origin, zone) = (Self.origin(of: document, isShifted: isShifted), self.zone(document.patrolPlan.timezone))
        if origin == nil {
            problems.append("the plan has no feature with usable coordinates; degrees are longitude first")
        }
        if zone == nil {
            problems.append(
                "'timezone' is '\(document.patrolPlan.timezone)', which is no known zone; write one such as Asia/Shanghai"
            )
        }
        guard let origin, let zone else {
            for feature in document.features {
                if case .failure(let problem) = feature.body {
                    problems.append("'\(feature.id ?? "?")': \(problem.text)")
                }
            }
            throw PlanError(problems: problems)
        }
        var builder = FeatureBuilder(plane: TangentPlane(at: origin), isShifted: isShifted)
        for (index, feature) in document.features.enumerated() { builder.add(feature, number: index + 1) }
        problems += builder.finish()
        let validity = self.validity(of: document.patrolPlan, in: zone, &problems)
        guard problems.isEmpty else { throw PlanError(problems: problems) }
        return PatrolPlan(
            id: document.patrolPlan.id,
            revision: document.patrolPlan.revision,
            zone: zone,
            validity: validity,
            wasConverted: isShifted,
            plane: builder.plane,
            grids: builder.grids,
            lines: builder.lines,
            posts: builder.posts,
            stations: builder.stations
        )
    }

    private func problems(of document: PlanDocument) -> [String] {
        var problems: [String] = []
        if document.type != "FeatureCollection" {
            problems.append("'type' is '\(document.type)'; a plan is a FeatureCollection")
        }
        if document.patrolPlan.revision < 1 { problems.append("'revision' counts from 1") }
        if let crs = document.patrolPlan.crs, crs != "WGS84", crs != "GCJ02" {
            problems.append("'crs' is '\(crs)'; write WGS84 or GCJ02")
        }
        return problems
    }

    private func validity(of head: PlanDocument.Head, in zone: LocalZone, _ problems: inout [String]) -> Range<Int64> {
        func moment(_ key: String, _ text: String?, _ otherwise: Int64) -> Int64 {
            guard let text else { return otherwise }
            if let moment = PlanDate.moment(text, in: zone) { return moment }
            problems.append(
                "'\(key)' is '\(text.prefix(64))'; write a date of \(CivilDate.years.lowerBound) to \(CivilDate.years.upperBound) "
                    + "such as 2026-11-01, or with a time 2026-11-01T06:00:00+08:00"
            )
            return otherwise
        }
        let from = moment("validFrom", head.validFrom, .min)
        let to = moment("validTo", head.validTo, .max)
        guard from < to else {
            problems.append("'validTo' is not after 'validFrom'")
            return .min..<(.max)
        }
        return from..<to
    }

    /// The middle of everything: where the plane touches.
    private static func origin(of document: PlanDocument, isShifted: Bool) -> Coordinate? {
        var (south, north, west, east) = (90.0, -90.0, 180.0, -180.0)
        for feature in document.features {
            guard case .success(let body) = feature.body else { continue }
            for position in body.geometry.rings.joined() {
                guard (-90...90).contains(position.latitude), (-180...180).contains(position.longitude) else {
                    continue
                }
                (south, north) = (min(south, position.latitude), max(north, position.latitude))
                (west, east) = (min(west, position.longitude), max(east, position.longitude))
            }
        }
        guard south <= north else { return nil }
        let middle = Coordinate(latitude: (south + north) / 2, longitude: (west + east) / 2)
        return isShifted ? middle.map(GCJ02.decode) : middle
    }
}

extension Geometry {
    /// Every position of it, ring by ring.
    var rings: [[Position]] {
        switch self {
        case .point(let position): [[position]]
        case .line(let positions): [positions]
        case .polygon(let rings): rings
        case .multiPolygon(let polygons): polygons.flatMap { $0 }
        }
    }
}
