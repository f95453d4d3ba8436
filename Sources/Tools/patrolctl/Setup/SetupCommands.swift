import ArgumentParser
import Authority
import Glibc
import Program

/// `patrolctl setup`: a machine from its packages to a service that works.
struct SetupCommands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "setup",
        abstract: say("Set this machine up, from a few answers to a test that it works.", "安装本机：回答几个问题，直到通过检验。"),
        discussion: say(
            """
            Each answer is a flag, or a line 'name: answer' of a file given with --answers, or is asked at the terminal. Once \
            the configuration is good they are kept for the next time, without passwords. Whatever interrupts it, run it \
            again: it goes on, and what is there already stays.
            """,
            """
            答案可用参数给出，也可写在 --answers 指定的文件里（每行“名称: 答案”），否则在终端询问；除密码外，答案会保存供下次使用。\
            无论在哪一步中断，重新运行即可继续，已有的内容保持不变。
            """
        ),
        subcommands: [SetupRoom.self, SetupDevice.self]
    )
}

/// What both machines are told in one way.
struct SetupOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A file of answers, a line 'name: answer' each.", "答案文件，每行“名称: 答案”。"))
    var answers: String?
    @Option(help: ArgumentHelp("Folder of the configuration, keys and certificates.", "配置、密钥和证书所在的目录。"))
    var folder = "/etc/patrollink"
    @Option(help: ArgumentHelp("Seconds that the last test waits for the services.", "最后检验时等待服务的秒数。"))
    var wait = 120
    @Flag(help: ArgumentHelp("Replace a configuration that is there.", "替换已有的配置。")) var force = false
    @Flag(help: ArgumentHelp("Start no service: somebody else does.", "不启动服务。")) var noServices = false

    /// Whether services are started here: where systemd runs, unless somebody else sees to it.
    var startsServices: Bool { !self.noServices && access("/run/systemd/system", F_OK) == 0 }

    func validate() throws {
        guard (0...3_600).contains(self.wait) else { throw ValidationError("--wait must be from 0 to 3600") }
    }
}

/// A port as somebody typed it.
func portFault(_ text: String) -> String? {
    Int(text).map((1...65_535).contains) == true
        ? nil : say("a port is a number from 1 to 65535", "端口是 1 到 65535 的数字")
}

/// Host names and addresses as somebody typed them.
func hostsFault(_ text: String) -> String? {
    let hosts = Answers.parts(text)
    let wrong = hosts.first { !StationAuthority.isHost($0) }
    if let wrong { return say("'\(wrong)' is no host name and no address", "“\(wrong)”不是主机名或地址") }
    return hosts.isEmpty ? say("give a host name or an address", "请填写主机名或地址") : nil
}

/// Lets every account read a file that holds no secret; a link is not followed, the folder may be another account's.
func letEverybodyRead(_ path: String) {
    let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 {
        fchmod(descriptor, 0o644)
    }
}
