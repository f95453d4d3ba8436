import Delivery
import Ground

/// What a night's seed makes of it: how long it is, and how often what goes wrong.
struct Weather {
    /// What may go wrong; one is drawn each time that the weather strikes.
    enum Strike: CaseIterable {
        case linkDrops, brokerForgets, deviceDies, deviceRestarts, machineReboots, roomDies, storeFails, diskFull
        case diskLocked, diskSetBack, imageKept, diskCopied, clockJumps, storeKept, storeSetBack, rowsAge, recordRots
        case fleetChanges, powerCut, resendAsked
    }

    let devices: Int
    /// ms.
    let length: Int64
    /// Between two strikes, ms on average; `nil` for a quiet night.
    let strikeEvery: Int64?
    /// What of all may go wrong in this night: a night of everything hides what a night of two things shows.
    let strikes: [Strike]
    /// Of a message, 0…1.
    let doubled: Double
    /// ms at most.
    let delay: Int64
    /// Of an action, 0…1: the program dies between it and the next.
    let dies: Double
    /// Between two fixes, ms.
    let fixEvery: Int64
    /// Records that a disk may hold; `nil` for no limit.
    let mostRecords: Int64?
    let allowance: BacklogAllowance

    init(_ random: inout SplitMix64) {
        self.devices = Int.random(in: 1...3, using: &random)
        self.length = Int64.random(in: 3...15, using: &random) * 60_000
        self.strikeEvery =
            Int.random(in: 0..<20, using: &random) == 0 ? nil : Int64.random(in: 3...40, using: &random) * 1_000
        let share = Double.random(in: 0.1...1, using: &random)
        var strikes: [Strike] = []
        for strike in Strike.allCases where Double.random(in: 0..<1, using: &random) < share { strikes.append(strike) }
        self.strikes = strikes
        self.doubled = Bool.random(using: &random) ? 0 : Double.random(in: 0...0.1, using: &random)
        self.delay = [20, 200, 3_000, 12_000].randomElement(using: &random) ?? 200
        self.dies = Bool.random(using: &random) ? 0 : Double.random(in: 0...0.002, using: &random)
        self.fixEvery = Int64.random(in: 1...10, using: &random) * 1_000
        self.mostRecords = Int.random(in: 0..<3, using: &random) == 0 ? Int64.random(in: 40...200, using: &random) : nil
        self.allowance =
            Int.random(in: 0..<4, using: &random) == 0
            ? BacklogAllowance(bytesPerSecond: Double.random(in: 50...2_000, using: &random)) : BacklogAllowance()
    }
}
