import ArgumentParser
import Program

@main
struct Patrolctl: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrolctl",
        abstract: say("What an officer or an installer tells and asks the device.", "警员和安装人员与设备的对话。"),
        discussion: say(
            """
            One word says what the unit is doing: patrol, busy, break, off. An order from the command room is taken with \
            accept, or refused with decline; arrival is seen by itself, or said with arrived; cleared ends it. incident begins \
            one that the officer came upon; visit, task and done tell the room of the daily work.

            Exit status: 0 done, 1 not possible now (the reason is said), 2 wrong command line, 65 a plan with faults, \
            69 patrold cannot be reached. Completions: patrolctl --generate-completion-script bash|zsh|fish.
            """,
            """
            用一个词说明车组状态：patrol 巡逻、busy 处警中、break 休息、off 下勤。指挥室的指令用 accept 签收，用 decline 拒收；\
            到场自动识别，也可用 arrived 报告；cleared 表示处置完毕。incident 登记自行发现的警情；visit、task、done 登记日常工作。

            退出码：0 完成，1 当前不能执行（会说明原因），2 命令行有误，65 方案有误，69 无法连接 patrold。\
            命令补全：patrolctl --generate-completion-script bash|zsh|fish。
            """
        ),
        version: Release.version,
        subcommands: [
            Status.self, Watch.self, Patrol.self, Busy.self, Break.self, Off.self, Checkin.self, Checkout.self,
            Accept.self, Decline.self, Arrived.self, Cleared.self, SOS.self, Rollcall.self, FoundIncident.self,
            Visit.self,
            RaiseTask.self, Done.self, Input.self,
            PlanCommand.self, TrackCommands.self, AccountCommands.self,
            SetupCommands.self, DoctorCommand.self, PKICommands.self, EnrolCommands.self, Revoke.self,
            BrokerCommands.self,
        ]
    )

    static func main() async { await runProgram(Patrolctl.self) }
}
