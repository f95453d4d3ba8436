extension Incident {
    /// When it was closed or called off, ms since 1970 UTC; `nil` while it is open.
    package var over: Int64? {
        self.state.isEnded ? self.entries.last { ["close", "cancel"].contains($0.what) }?.time : nil
    }
}
