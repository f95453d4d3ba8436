import Delivery
import Ledger
import PatrolWire
import Units

/// The room of a night: its store, and the program while that runs.
final class RoomNode {
    let store: ModelStore
    var isUp = false
    /// Programs so far.
    var generation = 0
    /// The ledger as committed, of the logs that this program has touched.
    var known: [LogName: SequenceRanges] = [:]
    var schedule = AckSchedule()
    var units = Units()
    /// The newest connection of each unit over which something came: what went over an earlier one came before, or not at all.
    var newestConnection: [Int: Int] = [:]
    /// Messages that came and were not looked at yet.
    var inbox: [Message] = []
    var isBatchPlanned = false
    /// The store takes nothing before this, ms of the night.
    var storeFailsUntil: Int64 = 0
    /// Copies of the store that somebody kept.
    var images: [StoreImage] = []

    init(_ table: RecordTable) { self.store = ModelStore(table) }
}

/// What a device sends to the room.
struct Message {
    enum Content {
        case live(body: [UInt8])
        case backlog(payload: [UInt8])
        case state(DeviceState)
    }

    let unit: Int
    /// Connection of the unit over which it went.
    let connection: Int
    let content: Content
}

/// What the room, or the broker in its name, sends to a device.
enum Downward {
    case room(isOnline: Bool)
    case acknowledgement(Acknowledgement)
    case command(Command)
}

/// What will happen in a night.
enum Happening {
    case second(unit: Int)
    case fix(unit: Int)
    case officer(unit: Int)
    case start(unit: Int, isBoot: Bool)
    case connect(unit: Int)
    case disconnect(unit: Int)
    /// Something that a program asked for is done.
    case done(unit: Int, generation: Int, Delivery.Event)
    case read(unit: Int, generation: Int, BacklogQuery, through: Int64)
    case reachBroker(Message, connection: Int, number: Int, generation: Int)
    case answer(unit: Int, generation: Int, number: Int, isTaken: Bool)
    case reachRoom(Message, connection: Int)
    case reachUnit(unit: Int, connection: Int, Downward)
    case roomBatch(generation: Int)
    case roomSecond(generation: Int)
    case roomStart
    case strike
    case end(of: Weather.Strike, unit: Int)
}
