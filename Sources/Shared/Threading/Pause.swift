/// Sleeps for a while, or until the task is cancelled: a loop around it checks for that itself.
package func pause(for duration: Duration) async {
    do {
        try await Task.sleep(for: duration)
    } catch {
        // Only cancellation ends a sleep early, and it needs no word here.
    }
}
