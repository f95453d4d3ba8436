import FoundationEssentials
import PatrolWire

extension HistoryReader {
    /// What a stored record says; `nil` for one that this version of the program can no longer read.
    static func decoded(_ body: Data) -> Record? {
        do { return try WireCoder().decode(record: Array(body)) } catch { return nil }
    }
}
