// What the board says, in Chinese and English.
const all = {
  "zh-CN": {
    incidents: "警情", units: "警力", candidates: "到场预估", clock: "时间", newIncident: "接警 (n)", search: "搜索 (/)",
    rollcall: "点名", coverage: "覆盖", wall: "大屏", desk: "桌面", language: "English", logout: "退出",
    linkGood: "连接正常", linkBad: "连接中断", linkDegraded: "部分异常", lost: "与指挥室的连接中断，画面可能已过时", online: "在线", alarms: "告警",
    where: "地点：街道、网格或岗位，或在地图上点击", category: "类别", priority: "等级", note: "报警人说明",
    cancel: "取消警情", leave: "取消", open: "生成警单", send: "派警", recall: "撤回派警", close: "处警完毕", reopen: "重新打开", takeAlarm: "认领",
    seconds: "秒", interval: "区间", reason: "原因", age: "距上次", unit: "车组", state: "状态", below: "不可派",
    silent: "失联", minutes: "分钟", noIncidents: "暂无警情", arrived: "到场", estimated: "预计", left: "剩余",
    received: "接警", assigned: "已派警", accepted: "已签收", enroute: "出警中", scene: "已到场", cleared: "处警完毕",
    cancelled: "已取消", patrol: "巡逻", busy: "处警中", break: "休息", off: "下勤", unknown: "未知",
    stale: "位置过旧", unreachable: "无法到达", "no position": "无位置", result: "处置结果", referred: "转调解",
    unassigned: "未派警", undelivered: "指令未送达", unaccepted: "30 秒未签收", unmoving: "60 秒未出动", late: "超过预计到场",
    followUp: "回访逾期", answered: "已答", waiting: "等待", outside: "不在责任网格", silentCall: "未答", lateCall: "迟答",
    within: "分钟内可达", blind: "盲区", reachedRoad: "道路", theft: "盗窃", dispute: "纠纷", traffic: "交通", fight: "打架",
    help: "求助", other: "其他", noPlace: "请先在地图上选择地点", back: "返回", follow: "回访", mediation: "转调解",
    name: "用户名", password: "密码", logIn: "登录", all: "全部", brokerLost: "与终端的连接（消息服务器）中断，位置不再更新：", owner: "负责人", hours: "多少小时内", keys: "n 接警  1-9 派警  / 搜索  Esc 返回", closures: "封路",
    assign: "派警", delivered: "指令已送达", amend: "补充", followed: "回访完成", take: "认领告警",
    placeName: "名称", reports: "报表", presence: "巡逻到位", response: "出警时效", workload: "绩效清单", heatOn: "热力图", heatOff: "关闭热力图",
    grids: "网格", posts: "岗位", lines: "巡线", presentMinutes: "在格分钟", visits: "到访", done: "完成", missedPost: "未到位", missedLine: "漏巡",
    reached: "已到场", medianResponse: "中位时长", p90Response: "九成以内", within1: "1 分钟内", within3: "3 分钟内", within5: "5 分钟内",
    within155: "2 分 35 秒内", estimateBias: "预估偏差", estimateError: "预估误差中位", estimateInside: "落在区间内", incident: "警情",
    took: "派警到场（秒）", drove: "行驶（秒）", km: "公里", declined: "拒绝派警", arrivals: "到场数",
    "8h": "8 小时", "24h": "24 小时", "7d": "7 天", "30d": "30 天",
    whom: "点名对象", everybody: "全体在勤", team: "队", station: "派出所", callSeconds: "应答时限（秒）", callOfficer: "须民警本人应答",
    callGo: "开始点名", closedRoad: "封闭", slower: "倍行驶时间", lift: "解除", noClosures: "暂无封路", closureNew: "在地图上标出封路",
    closureWhat: "类型", closureHours: "持续（小时）", closureNote: "说明", enter: "确定", followText: "回访事项", followNeeds: "请填写事项、负责人和时限",
    sketchHint: "在地图上点出区域各角（只点一处则封闭该处道路）；回车完成，Esc 取消",
    sos: "紧急求助", takeSOS: "认领处置", sosLate: "延迟上报", soundOff: "浏览器未允许播放告警声，点此开启",
    secondsAgo: "秒前", minutesAgo: "分钟前", hoursAgo: "小时前", placeless: "位置未知", listComma: "、",
    settled: "现场处结", transferred: "移交其他单位", detained: "带回审查", nothing_found: "未发现异常",
    false_alarm: "误报或谎报", duplicate: "重复警情", withdrawn: "报警人撤回", test: "测试",
    cancelIncident: "取消警情", cancelReason: "取消原因", endingNote: "备注", referredTick: "转人民调解",
    choose: "请选择", chooseFirst: "请先选择一项", otherNeeds: "选择“其他”时请填写备注",
    withoutTimes: "位置未知，无法估算到场时间；以下为可派车组", justMoved: "画面刚切换到紧急求助，未派警，请重新选择", straight: "现场距道路较远，以下时间按直线距离估算",
    offline: "离线", unhealthy: "设备异常", gnss_lost: "定位丢失", gnss_frozen: "定位停滞", battery_low: "电量低",
    disk_low: "存储空间不足", backlog: "数据积压", clock_wrong: "时钟不准", hot: "设备过热",
    awaiting: "待结案", caller: "求助车组", unclosed: "各车组已处置完毕，警情待结", older: "更早的警情", noOlder: "没有更早的警情",
    officers: "民警", nobodySignedIn: "无人签到", linkOfUnit: "通信", trouble: "异常", speed: "速度", accuracy: "精度",
    gnss: "卫星定位", gnssOK: "正常", battery: "电量", ignition: "点火", camera: "执法记录仪", recording: "录像中",
    light: "警灯", siren: "警报", on: "开", off_: "关", line: "巡线", onLine: "在线路上", besideLine: "偏离线路",
    rightOfLine: "右偏", leftOfLine: "左偏",
    spoilt: "收到一条无法读取的消息，正在重新获取全部数据",
    sessionEnded: "登录已失效，请重新登录；已填写的内容不会丢失", wrongPassword: "用户名或密码不正确",
    degraded: "指挥室部分功能异常", "fault broker": "与消息服务器的连接中断，位置与指令不通",
    "fault store": "数据库无法写入，新记录尚未保存", "fault intake": "接收滞后，画面可能落后",
    "fault casebook": "警情簿无法写入，警情操作尚未保存", since: "自",
    "problem 0": "没有收到指挥室的答复，请检查网络后重试", "problem 401": "请先登录，然后重试", "problem 403": "当前账号无此权限",
    "problem 404": "没有找到", "problem 409": "已被他人先行操作，或状态已变化", "problem 413": "内容过长", "problem 429": "请求过于频繁，请稍候再试",
    "problem 503": "指挥室繁忙，请稍候再试", "problem 500": "指挥室出错，请重试", "problem 400": "指挥室未接受",
  },
  en: {
    incidents: "Incidents", units: "Units", candidates: "Time to scene", clock: "Time", newIncident: "New (n)",
    search: "Search (/)", rollcall: "Roll call", coverage: "Coverage", wall: "Wall", desk: "Desk", language: "中文",
    logout: "Log out", linkGood: "connected", linkBad: "no connection", linkDegraded: "not all is well",
    lost: "No connection to the room: what you see may be old", online: "online", alarms: "Alarms",
    where: "Place: a street, grid or post, or a click on the map", category: "Category", priority: "Priority",
    note: "What the caller says", cancel: "Cancel incident", leave: "Cancel", open: "Open", send: "Send", recall: "Recall", close: "Close",
    reopen: "Reopen", takeAlarm: "Take", seconds: "s", interval: "8 of 10", reason: "Why not", age: "Seen", unit: "Unit",
    state: "State", below: "Not free", silent: "silent for", minutes: "min", noIncidents: "No incidents",
    arrived: "there", estimated: "estimated", left: "to go", received: "received", assigned: "assigned",
    accepted: "accepted", enroute: "en route", scene: "on scene", cleared: "cleared", cancelled: "cancelled",
    patrol: "patrol", busy: "busy", break: "break", off: "off", unknown: "unknown", stale: "old position",
    unreachable: "no way", "no position": "no position", result: "Disposition", referred: "to mediation",
    unassigned: "nobody sent", undelivered: "order not delivered", unaccepted: "not accepted in 30 s",
    unmoving: "not moving in 60 s", late: "later than estimated", followUp: "follow-up overdue", answered: "answered",
    waiting: "waiting", outside: "outside its grid", silentCall: "silent", lateCall: "late", within: "min reach",
    blind: "blind", reachedRoad: "of the road", theft: "theft", dispute: "dispute", traffic: "traffic", fight: "fight",
    help: "help", other: "other", noPlace: "Choose a place on the map first", back: "Back", follow: "Follow-up",
    mediation: "To mediation", name: "Name", password: "Password", logIn: "Log in", all: "All",
    brokerLost: "The message broker is gone, positions are not updated:", owner: "Whose is it?", hours: "Within how many hours?", keys: "n new  1-9 send  / search  Esc back", closures: "Closures",
    assign: "sent", delivered: "has the order", amend: "amended", followed: "followed up", take: "took the alarm",
    placeName: "name", reports: "Reports", presence: "Presence", response: "Response", workload: "Workload", heatOn: "Heat map", heatOff: "Heat map off",
    grids: "Grids", posts: "Posts", lines: "Lines", presentMinutes: "minutes there", visits: "visits", done: "done", missedPost: "missed", missedLine: "missed",
    reached: "reached", medianResponse: "median", p90Response: "nine of ten within", within1: "within 1 min", within3: "within 3 min", within5: "within 5 min",
    within155: "within 2 min 35 s", estimateBias: "estimates: bias", estimateError: "estimates: median error", estimateInside: "estimates: inside the interval",
    incident: "Incident", took: "order to scene, s", drove: "drove, s", km: "km", declined: "declined", arrivals: "scenes",
    "8h": "8 hours", "24h": "24 hours", "7d": "7 days", "30d": "30 days",
    whom: "Whom", everybody: "Everybody on duty", team: "Team", station: "Station", callSeconds: "Seconds to answer", callOfficer: "The officer has to answer",
    callGo: "Call the roll", closedRoad: "closed", slower: "the time to drive", lift: "Lift", noClosures: "Nothing is closed", closureNew: "Close on the map",
    closureWhat: "What", closureHours: "For how many hours", closureNote: "Why", enter: "Enter", followText: "What remains to be done",
    followNeeds: "Say what, whose it is and until when",
    sketchHint: "Click the corners of the area (one click closes the road there); Enter when done, Esc to leave",
    sos: "distress call", takeSOS: "Take", sosLate: "reported late", soundOff: "This browser keeps the alarm's sound back: click here to hear it",
    secondsAgo: "s ago", minutesAgo: "min ago", hoursAgo: "h ago", placeless: "place not known", listComma: ", ",
    settled: "settled on the spot", transferred: "handed to another office", detained: "somebody was detained", nothing_found: "nothing found",
    false_alarm: "false alarm", duplicate: "reported twice", withdrawn: "withdrawn by the caller", test: "test",
    cancelIncident: "Cancel incident", cancelReason: "Why it is cancelled", endingNote: "Note", referredTick: "Referred to mediation",
    choose: "please choose", chooseFirst: "Choose one first", otherNeeds: "With 'other', say in the note what it was",
    withoutTimes: "Nobody knows where it is: these units are free, there are no times", justMoved: "The page has just gone to a distress call: nobody was sent, choose again", straight: "The scene is far from any road: these times are by straight line",
    offline: "offline", unhealthy: "device in trouble", gnss_lost: "no GNSS fix", gnss_frozen: "GNSS frozen", battery_low: "battery low",
    disk_low: "disk nearly full", backlog: "records are waiting to be sent", clock_wrong: "clock is wrong", hot: "device too hot",
    awaiting: "to be closed", caller: "it is calling for help", unclosed: "all units are done, not closed yet", older: "Earlier incidents", noOlder: "No earlier incidents",
    officers: "Officers", nobodySignedIn: "nobody signed in", linkOfUnit: "Link", trouble: "Trouble", speed: "Speed", accuracy: "Accuracy",
    gnss: "GNSS", gnssOK: "good", battery: "Battery", ignition: "Ignition", camera: "Camera", recording: "recording",
    light: "Lights", siren: "Siren", on: "on", off_: "off", line: "Line", onLine: "in its corridor", besideLine: "off its corridor",
    rightOfLine: "right by", leftOfLine: "left by",
    spoilt: "A message could not be read: asking for everything again",
    sessionEnded: "Your session has ended: log in again, nothing that you typed is lost", wrongPassword: "Name and password do not fit",
    degraded: "The room is degraded", "fault broker": "the message broker cannot be reached, positions and orders do not pass",
    "fault store": "the store cannot be written, new records are not kept yet", "fault intake": "the intake has fallen behind, what you see may be late",
    "fault casebook": "the casebook cannot be written, acts on incidents are not kept yet", since: "since",
    "problem 0": "The room did not answer: check the network and try again", "problem 401": "Log in first, then press again", "problem 403": "This account may not do that",
    "problem 404": "Not found", "problem 409": "Somebody was faster, or it has changed", "problem 413": "That is too much text", "problem 429": "Too many requests: wait a moment and try again",
    "problem 503": "The room is busy: try again in a moment", "problem 500": "The room has failed at this: try again", "problem 400": "The room did not accept that",
  },
};

/** The codes of the room that are said by `word`; a test holds that none of them is without its words. */
export const codes = {
  categories: ["theft", "dispute", "fight", "traffic", "help", "other"],
  results: ["settled", "mediation", "transferred", "detained", "nothing_found", "false_alarm", "other"],
  reasons: ["false_alarm", "duplicate", "withdrawn", "test", "other"],
  states: ["received", "assigned", "accepted", "enroute", "scene", "awaiting", "cleared", "cancelled"],
  steps: ["assign", "recall", "cancel", "close", "reopen", "amend", "follow", "followed", "take", "delivered", "declined", "open", "sos"],
  alarms: ["unassigned", "undelivered", "unaccepted", "unmoving", "late", "followUp", "sos", "declined", "unclosed"],
  below: ["no position", "stale", "off", "busy", "break", "unreachable", "offline", "unhealthy", "caller"],
  troubles: ["offline", "gnss_lost", "gnss_frozen", "battery_low", "disk_low", "backlog", "clock_wrong", "hot"],
  faults: ["fault broker", "fault store", "fault intake", "fault casebook"],
  statuses: ["off", "patrol", "enroute", "scene", "busy", "break", "unknown"],
};

let chosen = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh-CN" : "en");

export function language() { return chosen; }

export function switchLanguage() {
  chosen = chosen === "en" ? "zh-CN" : "en";
  localStorage.setItem("language", chosen);
}

/** The word for a key; the key itself when nobody gave it one. */
export function word(key) { return all[chosen][key] ?? key; }

/** What went wrong with an act, in the page's language; the room's own words stand behind it. */
export function explain(error) {
  if (error.status === undefined) { return error.message; }
  const known = [0, 401, 403, 404, 409, 413, 429, 503];
  const key = known.includes(error.status) ? error.status : error.status >= 500 ? 500 : 400;
  const said = word(`problem ${key}`);
  return error.message && !said.includes(error.message) ? `${said} (${error.message})` : said;
}
