/// `GET today`: how the station stands now, in the few numbers above the board.
struct TodayAnswer: Encodable, Sendable {
    /// How fast help came to the incidents of this day.
    struct Response: Encodable, Sendable {
        /// Incidents that needed somebody.
        let counted: Int
        /// Those that a unit got to.
        let reached: Int
        /// From the call to the first unit there, s; `nil` while nobody was reached.
        let medianSeconds: Double?
        /// Nine of ten are below, s.
        let p90Seconds: Double?
        /// Shares within 1, 3 and 5 minutes, 0…1.
        let within: [String: Double]
        /// Share within the station's own target, 0…1.
        let withinTarget: Double?

        private enum CodingKeys: String, CodingKey {
            case counted, reached, within
            case medianSeconds = "median_s"
            case p90Seconds = "p90_s"
            case withinTarget = "within_target"
        }
    }

    /// Officers.
    struct Officers: Encodable, Sendable {
        /// Signed in on devices that are heard.
        let signedIn: Int
        /// On duty by the roster.
        let rostered: Int

        private enum CodingKeys: String, CodingKey {
            case rostered
            case signedIn = "signed_in"
        }
    }

    /// Grids of the finest level of the plan.
    struct Presence: Encodable, Sendable {
        let grids: Int
        /// Those in which a unit is that was heard lately.
        let present: Int
    }

    /// When it was counted, ms since 1970 UTC.
    let at: Int64
    /// When the day began by the station's clock, ms since 1970 UTC.
    let since: Int64
    /// The station's own target, s.
    let targetSeconds: Double
    let response: Response
    let officers: Officers
    /// `nil` without a plan.
    let presence: Presence?
    /// Share of road that the free units reach within 3 minutes, 0…1; `nil` while the roads are not ready.
    let roadShare: Double?

    private enum CodingKeys: String, CodingKey {
        case at, since, response, officers, presence
        case targetSeconds = "target_s"
        case roadShare = "road_share"
    }
}
