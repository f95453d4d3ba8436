/// The kinds of incidents in two levels, as the station calls them: 刑事, 治安, 纠纷, 求助 …, and below each its own.
///
/// An incident keeps both levels as they were when it was entered, so that a later change of the table does not change a
/// report that was made before.
package struct Categories: Sendable, Hashable {
    /// A kind of the upper level and those below it.
    package struct Group: Sendable, Hashable, Encodable {
        /// Its name.
        package let name: String
        /// Those below it, in the station's order.
        package let categories: [Category]

        /// Creates a group.
        package init(name: String, categories: [Category]) { (self.name, self.categories) = (name, categories) }
    }

    /// A kind of the lower level.
    package struct Category: Sendable, Hashable, Encodable {
        /// Its name.
        package let name: String
        /// What other systems call it, such as the code of the 110 centre.
        package let otherNames: [String]

        /// Creates a category.
        package init(name: String, otherNames: [String] = []) { (self.name, self.otherNames) = (name, otherNames) }

        private enum CodingKeys: String, CodingKey {
            case name
            case otherNames = "other_names"
        }
    }

    /// Both levels of one incident.
    package struct Place: Sendable, Hashable {
        /// The lower level.
        package let category: String
        /// The upper level; `nil` where the table does not have it.
        package let group: String?
    }

    /// In the station's order.
    package let groups: [Group]
    private let places: [String: Place]

    /// No table: each incident keeps the word that it came with.
    package static let none = Categories()

    private init() { (self.groups, self.places) = ([], [:]) }

    /// Creates a table.
    ///
    /// - Throws: ``CategoryFault`` for a name that means two things.
    package init(_ groups: [Group]) throws(CategoryFault) {
        var places: [String: Place] = [:]
        func note(_ name: String, _ place: Place) throws(CategoryFault) {
            guard places.updateValue(place, forKey: name) == nil else { throw CategoryFault(name: name) }
        }
        for group in groups {
            // Where no more is known of an incident than its group, that is both of its levels.
            if !group.categories.contains(where: { $0.name == group.name }) {
                try note(group.name, Place(category: group.name, group: group.name))
            }
            for category in group.categories {
                let place = Place(category: category.name, group: group.name)
                try note(category.name, place)
                for other in category.otherNames { try note(other, place) }
            }
        }
        (self.groups, self.places) = (groups, places)
    }

    /// What a word of a caller or of another system means here; a word that the table does not have stays as it is.
    package func place(of word: String) -> Place { self.places[word] ?? Place(category: word, group: nil) }

    /// The report with both levels of its category.
    func placing(_ report: Incident.Report) -> Incident.Report {
        guard let word = report.category else { return report }
        let place = self.place(of: word)
        var report = report
        (report.category, report.group) = (place.category, place.group)
        return report
    }
}

/// A name stands for two things.
package struct CategoryFault: Error, Sendable, Hashable {
    /// The name.
    package let name: String
}
