/// What this build is.
package enum Release {
    /// Semantic version.
    package static let version = "0.1.0"

    /// Midnight of the release's month, ms since 1970 UTC: no true clock can be before it.
    package static let earliestPlausibleTime: Int64 = 1_793_491_200_000  // 2026-11-01T00:00:00Z
}
