import Console
import ConsoleWire
import Ground
import PatrolWire
import Rig
import Simulation
import Threading

/// The officer in car 01: takes an order on the device's console after a moment, and is done a while after the car is
/// at the scene.
struct DemoOfficer: Sendable {
    let rig: DemoRig
    let world: World

    private static let beat: Duration = .milliseconds(500)
    /// Beats until an order is taken, and until the scene is cleared.
    private static let thinks = 5
    private static let stays = 40

    func run() async {
        var (phase, beats) = ("", 0)
        while !Task.isCancelled {
            await pause(for: Self.beat)
            do {
                let order = try self.ask(.status)?.orders.last
                let now = order?.phase ?? ""
                beats = now == phase ? beats + 1 : 0
                defer { phase = now }
                switch now {
                case "offered" where beats == Self.thinks: _ = try self.ask(.accept)
                case "enroute" where beats == 0:
                    guard let incident = order?.incident else { break }
                    let place = try await self.rig.room.incident(incident)
                    guard let scene = Coordinate(latitude: place.lat, longitude: place.lon) else { break }
                    await self.world.respond(0, to: self.world.node(near: scene))
                case "scene" where beats == Self.stays: _ = try self.ask(.cleared)
                case "" where phase != "": await self.world.patrol(0)
                default: break
                }
            } catch {
                // The device or the room is not there yet, or no more.
                continue
            }
        }
    }

    private func ask(_ verb: ConsoleRequest.Verb) throws -> UnitReport? {
        var client = try ConsoleClient(path: "\(self.rig.folder)/patrold/console.sock")
        try client.send(ConsoleRequest(verb))
        return try client.next().reply.report
    }
}
