import Live

/// The texts that pages are told of changes with: one is made, and all that keep up are given it.
///
/// A page may be anywhere within a text: what it knows already it is told once more, and from then on it keeps step with the
/// others. Without that each page would need a text of its own, ten times a second.
actor LiveFrames {
    private let text: LiveText
    private var newest: LiveFeed.Frame?
    private var making: Task<LiveFeed.Frame?, any Error>?

    init(_ text: LiveText) { self.text = text }

    /// A text over the changes after a number; `nil` when there are none.
    func frame(after version: UInt64) async throws -> LiveFeed.Frame? {
        if let newest = self.newest, Self.fits(newest, version) { return newest }
        if let making {
            if case .success(let made?) = await making.result, Self.fits(made, version) { return made }
            if let newest = self.newest, Self.fits(newest, version) { return newest }
        }
        let task = Task { @concurrent [text] in try await text.frame(after: version) }
        self.making = task
        let result = await task.result
        if self.making == task { self.making = nil }
        guard let frame = try result.get() else { return nil }
        // A page that was away gets more than all others need: that text is its own.
        if frame.after >= self.newest?.after ?? 0, frame.upTo > self.newest?.upTo ?? 0 { self.newest = frame }
        return frame
    }

    private static func fits(_ frame: LiveFeed.Frame, _ version: UInt64) -> Bool {
        frame.after <= version && version < frame.upTo
    }
}
