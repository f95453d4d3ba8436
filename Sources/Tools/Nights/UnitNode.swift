import Delivery
import Ground
import Numbering
import PatrolWire
import Patrolling
import Position
import Report

/// One device of a night: its machine, its disk, and the program while that runs.
final class UnitNode {
    /// The program between its start and its end.
    final class Process {
        var patrol: Patrol
        var log: RecordLog<ModelDisk>
        var delivery: Delivery
        /// Messages that the broker has not answered, and their lane.
        var unanswered: [(message: Int, isLive: Bool)] = []

        init(patrol: Patrol, log: RecordLog<ModelDisk>, delivery: Delivery) {
            (self.patrol, self.log, self.delivery) = (patrol, log, delivery)
        }
    }

    let index: Int
    let name: Name
    let disk: ModelDisk
    let writer: ReportWriter
    var process: Process?
    /// Programs so far: what was planned for an earlier one means nothing to this one.
    var generation = 0
    /// When the machine was started, ms of the night.
    var bootedAt: Int64 = 0
    /// How wrong its wall clock is, ms.
    var clockError: Int64 = 0
    var isSynchronised = true
    /// Whether the radio reaches the broker.
    var isReached = false
    /// Connections so far, while there is one; 0 while there is none.
    var connection = 0
    var connections = 0
    /// When the newest word for it comes, ms of the night: a connection keeps the order of what goes down.
    var lastWord: Int64 = 0
    /// When its newest word of birth comes to the broker, and to the room: of one topic the order is kept.
    var lastBirth: (broker: Int64, room: Int64) = (0, 0)
    /// Images of its disk that somebody kept.
    var images: [DiskImage] = []
    /// Whether it belongs to the fleet now; one that does not is switched off.
    var isInService = true
    /// Metres north of the place where it began.
    var north = 0.0
    var speed = 0.0

    init(index: Int, name: Name, log: String) {
        (self.index, self.name) = (index, name)
        self.disk = ModelDisk(log: log, identity: "disk \(index)")
        self.writer = ReportWriter(device: name, unit: "Patrol \(index)", log: log)
    }
}
