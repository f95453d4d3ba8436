import ArgumentParser
import Program

@main
struct Patrolctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrolctl",
        abstract: "What an officer or an installer tells and asks the device.",
        discussion: """
            One word says what the unit is doing: patrol, busy, break, off. An order from the command room is taken with \
            accept, or refused with decline; arrival is seen by itself, or said with arrived; cleared ends it. incident begins \
            one that the officer came upon; visit, task and done tell the room of the daily work.

            Exit status: 0 done, 1 not possible now (the reason is said), 2 wrong command line, 65 a plan with faults, \
            69 patrold cannot be reached. Completions: patrolctl --generate-completion-script bash|zsh|fish.
            """,
        version: Release.version,
        subcommands: [
            Status.self, Watch.self, Patrol.self, Busy.self, Break.self, Off.self, Checkin.self, Checkout.self,
            Accept.self, Decline.self, Arrived.self, Cleared.self, SOS.self, Rollcall.self, FoundIncident.self,
            Visit.self,
            RaiseTask.self, Done.self, Input.self,
            PlanCommand.self, AccountCommands.self,
        ]
    )

    static func main() async { await runProgram(Patrolctl.self) }
}
