import Live

/// The health in a page's frame and in `GET /healthz`.
struct RoomHealthAnswer: Encodable, Sendable {
    let status: String
    let faults: [RoomHealth.Fault]

    init(_ health: RoomHealth) {
        self.faults = health.all
        self.status = self.faults.isEmpty ? "ok" : "degraded"
    }
}
