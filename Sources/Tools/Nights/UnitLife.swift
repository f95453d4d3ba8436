import Delivery
import Numbering
import Orders
import PatrolWire
import Patrolling
import Plan
import Position
import Report

/// Start and end of the program on a device.
extension Night {
    var settings: ReportPolicy.Settings { ReportPolicy.Settings(interval: 10_000, drift: 15, turn: 30) }

    func moment(_ unit: UnitNode) -> Moment {
        Moment(
            wall: Self.beginning + self.now + unit.clockError,
            boot: self.now - unit.bootedAt,
            isSynchronised: unit.isSynchronised
        )
    }

    /// The program starts; it is tried again later where the disk does not let it.
    func start(_ unit: UnitNode, isBoot: Bool) {
        guard unit.process == nil, unit.isInService else { return }
        if isBoot { unit.bootedAt = self.now }
        unit.disk.restart()
        let table = self.table
        let log: RecordLog<ModelDisk>
        do throws(OutboxError) {
            log = try RecordLog(
                unit.disk,
                codec: self.planted == .forgetFormerNumbers ? ForgetfulRecords(table) : table,
                identity: unit.disk.identity,
                spaceBudget: self.weather.mostRecords.map { $0 * ModelDisk.recordSize },
                newLog: { table.newLog() },
                notice: { _ in }
            )
        } catch {
            return self.plan(.start(unit: unit.index, isBoot: isBoot), in: self.draw(1_000...10_000))
        }
        var patrol = Patrol(
            Patrol.Settings(
                device: unit.name.text,
                unit: "Patrol \(unit.index)",
                limits: FixGate.Limits(),
                report: self.settings,
                lostAfter: 10_000,
                saving: Patrol.Saving(below: 0.3, stretch: 3),
                earliest: Self.beginning - 86_400_000,
                keeper: PlanKeeper(keys: [:], reader: PlanReader { _ in nil })
            )
        )
        if let memory = unit.disk.image.notes["patrol"].flatMap({ table.memory($0) }) {
            // Without a plan there is no track that could be spoilt.
            do { try patrol.resume(memory) } catch { self.blame("a memory that was kept cannot be read: \(error)") }
        }
        let spent = unit.disk.image.spent
        let delivery = Delivery(self.weather.allowance, spent: DaySpending(day: spent.day, bytes: spent.bytes))
        unit.process = UnitNode.Process(patrol: patrol, log: log, delivery: delivery)
        unit.generation += 1
        self.note("\(unit.name) starts, log \(log.log), next \(log.next)")
        let isFirst = unit.disk.image.boot != unit.bootedAt
        unit.disk.noteBoot(unit.bootedAt)
        self.take(.started(isFirstOfBoot: isFirst, plan: nil), unit)
    }

    /// The program ends between two actions, as with kill -9 or the power.
    func die(_ unit: UnitNode) {
        guard unit.process != nil else { return }
        self.note("\(unit.name) dies")
        (unit.process, unit.generation) = (nil, unit.generation + 1)
        self.breakConnection(unit)
    }

    /// Whether the program has to die now; then it has.
    func diesNow(_ unit: UnitNode) -> Bool {
        guard unit.disk.isCut || (!self.isCalm && self.chance(self.weather.dies)) else { return false }
        let isCut = unit.disk.isCut
        self.die(unit)
        self.plan(.start(unit: unit.index, isBoot: isCut || self.chance(0.3)), in: self.draw(500...20_000))
        if unit.isReached { self.plan(.connect(unit: unit.index), in: self.draw(1_000...30_000)) }
        return true
    }
}

/// A planted fault: records that get another number do not say which they had.
private struct ForgetfulRecords: RecordCodec {
    private let table: RecordTable

    init(_ table: RecordTable) { self.table = table }

    func digest(of body: [UInt8]) -> String? { self.table.digest(of: body) }

    func number(of body: [UInt8]) -> RecordNumber? { self.table.number(of: body) }

    func renumbered(_ body: [UInt8], as number: RecordNumber) -> [UInt8]? {
        guard let record = self.table.record(body), let content = self.table.content(body) else { return nil }
        var other = record.renumbered(number)
        other.was = nil
        return self.table.write(other, content: content)
    }
}
