import Delivery
import Ground
import Numbering
import PatrolWire
import Patrolling

/// What goes wrong in a night, and its end.
extension Night {
    /// Something of this night's weather goes wrong.
    func strike() {
        guard !self.isCalm, let every = self.weather.strikeEvery else { return }
        self.plan(.strike, in: self.draw(0...2 * every))
        guard let strike = self.weather.strikes.randomElement(using: &self.random),
            let unit = self.units.randomElement(using: &self.random)
        else { return }
        self.note("\(strike) at \(unit.name)")
        switch strike {
        case .linkDrops:
            self.disconnect(unit)
            self.plan(.connect(unit: unit.index), in: self.draw(500...120_000))
        case .brokerForgets: self.brokerForgets()
        case .deviceDies:
            self.die(unit)
            self.restart(unit, isBoot: self.chance(0.5))
        case .deviceRestarts:
            self.take(PatrolInput.stop, unit)
            self.take(Delivery.Event.stop, unit)
            self.plan(.end(of: strike, unit: unit.index), in: 5_000)
        case .machineReboots:
            self.die(unit)
            unit.isSynchronised = unit.clockError == 0 && self.chance(0.5)
            self.restart(unit, isBoot: true)
        case .roomDies:
            self.roomDies()
            self.plan(.roomStart, in: self.draw(1_000...120_000))
        case .storeFails: self.room.storeFailsUntil = self.now + self.draw(1_000...60_000)
        case .diskFull, .diskLocked:
            unit.disk.trouble = strike == .diskFull ? .full : .locked
            self.plan(.end(of: strike, unit: unit.index), in: self.draw(1_000...60_000))
        case .imageKept: unit.images.append(unit.disk.image)
        case .diskSetBack, .diskCopied: self.setBack(unit, isCopy: strike == .diskCopied)
        case .clockJumps:
            unit.clockError = self.chance(0.3) ? 0 : self.draw(-7_200_000...7_200_000)
            // A clock that the network disciplines is right.
            unit.isSynchronised = unit.clockError == 0
        case .storeKept: self.room.images.append(self.room.store.committed)
        case .storeSetBack: self.setBackStore()
        case .rowsAge: self.aged(self.room.store.forget(before: Self.beginning + self.now - 120_000))
        case .recordRots: self.rot(unit)
        case .fleetChanges:
            unit.isInService.toggle()
            if unit.isInService { self.restart(unit, isBoot: true) } else { self.die(unit) }
        case .powerCut: unit.disk.powerCut = self.chance(0.5) ? .before : .after
        case .resendAsked: self.askForResend(unit)
        }
    }

    /// What a strike did is over.
    func end(_ strike: Weather.Strike, _ unit: UnitNode) {
        switch strike {
        case .diskFull, .diskLocked: unit.disk.trouble = .none
        case .deviceRestarts:
            self.die(unit)
            self.restart(unit, isBoot: false)
        default: break
        }
    }

    private func restart(_ unit: UnitNode, isBoot: Bool) {
        self.plan(.start(unit: unit.index, isBoot: isBoot), in: self.draw(500...20_000))
        self.plan(.connect(unit: unit.index), in: self.draw(20_500...40_000))
    }

    /// An older image comes in place of the disk: onto it, or as a copy on another.
    private func setBack(_ unit: UnitNode, isCopy: Bool) {
        guard let image = unit.images.randomElement(using: &self.random) else { return }
        self.die(unit)
        let before = unit.disk.image
        self.messages += 1
        unit.disk.setBack(to: image, identity: isCopy ? "disk \(unit.index) copy \(self.messages)" : nil)
        if !isCopy {
            self.truth.setBack.formUnion([before.state.log, image.state.log])
            self.truth.setBacks[unit.index, default: 0] += 1
        }
        self.lost(before, instead: image)
        self.restart(unit, isBoot: true)
    }

    private func setBackStore() {
        guard let image = self.room.images.randomElement(using: &self.random) else { return }
        self.roomDies()
        self.room.store.setBack(to: image)
        self.lostStore(image)
        self.plan(.roomStart, in: self.draw(1_000...20_000))
    }

    private func rot(_ unit: UnitNode) {
        let image = unit.disk.image
        guard let index = image.entries.indices.randomElement(using: &self.random) else { return }
        let content = self.table.content(image.entries[index].body)
        unit.disk.spoil(index)
        guard let content, self.truth.contents[content].stored == 0 else { return }
        self.truth.contents[content].fate = .excused
        self.truth.rotten.insert(unit.index)
    }

    private func askForResend(_ unit: UnitNode) {
        guard unit.connection > 0 else { return }
        let first = self.draw(1...50)
        self.messages += 1
        let command = Command(
            id: "c\(self.messages)",
            kind: .resend,
            time: Self.beginning + self.now,
            expires: Self.beginning + self.now + 60_000,
            actor: "li",
            data: ["first": .int(first), "last": .int(first + self.draw(0...50))]
        )
        self.send(.command(command), to: unit)
    }

    /// When the last fixes come, ms of the night.
    var calmFixesEnd: Int64 { self.weather.length + 90_000 }

    /// From here on everything is well, and what is left gets its time.
    func calmDown() {
        self.note("all is well from here on")
        self.isCalm = true
        self.room.storeFailsUntil = 0
        if !self.room.isUp { self.plan(.roomStart, in: 1_000) }
        for unit in self.units {
            (unit.disk.trouble, unit.isInService, unit.clockError) = (.none, true, 0)
            if unit.disk.isCut { self.die(unit) }
            unit.disk.powerCut = nil
            self.plan(.start(unit: unit.index, isBoot: true), in: 1_000)
            self.plan(.connect(unit: unit.index), in: 30_000)
        }
    }
}
