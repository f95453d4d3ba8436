// What the board says, in Chinese and English.
const all = {
  "zh-CN": {
    incidents: "警情", units: "警力", candidates: "到场预估", clock: "时间", newIncident: "接警 (n)", search: "搜索 (/)",
    rollcall: "点名", coverage: "覆盖", wall: "大屏", desk: "桌面", language: "English", logout: "退出",
    linkGood: "连接正常", linkBad: "连接中断", lost: "与指挥室的连接中断，画面可能已过时", online: "在线", alarms: "告警",
    where: "地点：街道、网格或岗位，或在地图上点击", category: "类别", priority: "等级", note: "报警人说明",
    cancel: "取消", open: "立案", send: "派警", recall: "召回", close: "处警完毕", reopen: "重新打开", takeAlarm: "受理",
    seconds: "秒", interval: "区间", reason: "原因", age: "距上次", unit: "车组", state: "状态", below: "不可派",
    silent: "静默", minutes: "分钟", noIncidents: "暂无警情", arrived: "到场", estimated: "预计", left: "剩余",
    received: "接警", assigned: "已派警", accepted: "已接受", enroute: "出警中", scene: "到场", cleared: "处警完毕",
    cancelled: "已取消", patrol: "巡逻", busy: "忙", break: "休息", off: "下勤", unknown: "未知",
    stale: "位置过旧", unreachable: "无法到达", "no position": "无位置", result: "处置结果", referred: "转调解",
    unassigned: "未派警", undelivered: "命令未送达", unaccepted: "30 秒未接受", unmoving: "60 秒未出动", late: "超过预计到场",
    followUp: "回访逾期", answered: "已答", waiting: "等待", outside: "不在责任网格", silentCall: "未答", lateCall: "迟答",
    within: "分钟内可达", blind: "盲区", reachedRoad: "道路", theft: "盗窃", dispute: "纠纷", traffic: "交通", fight: "打架",
    help: "求助", other: "其他", noPlace: "请先在地图上选择地点", back: "返回", follow: "回访", mediation: "转调解",
    name: "用户名", password: "密码", logIn: "登录", all: "全部", brokerLost: "与终端的连接（消息服务器）中断，位置不再更新：", owner: "负责人", hours: "多少小时内", keys: "n 接警  1-9 派警  / 搜索  Esc 返回", closures: "封路",
    assign: "派警", delivered: "命令已送达", amend: "补充", followed: "回访完成", take: "受理告警",
    placeName: "名称", reports: "报表", presence: "巡逻到位", response: "出警时效", workload: "绩效清单", heatOn: "热力图", heatOff: "关闭热力图",
    grids: "网格", posts: "岗位", lines: "巡线", presentMinutes: "在格分钟", visits: "到访", done: "完成", missed: "缺勤",
    reached: "已到场", medianResponse: "中位时长", p90Response: "九成以内", within1: "1 分钟内", within3: "3 分钟内", within5: "5 分钟内",
    within155: "2 分 35 秒内", estimateBias: "预估偏差", estimateError: "预估误差中位", estimateInside: "落在区间内", incident: "警情",
    took: "派警到场（秒）", drove: "行驶（秒）", km: "公里", declined: "拒绝", arrivals: "到场数",
    "8h": "8 小时", "24h": "24 小时", "7d": "7 天", "30d": "30 天",
    whom: "点名对象", everybody: "全体在勤", team: "队", station: "派出所", callSeconds: "应答时限（秒）", callOfficer: "须民警本人应答",
    callGo: "开始点名", closedRoad: "封闭", slower: "倍行驶时间", lift: "解除", noClosures: "暂无封路", closureNew: "在地图上标出封路",
    closureWhat: "类型", closureHours: "持续（小时）", closureNote: "说明", enter: "确定", followText: "回访事项", followNeeds: "请填写事项、负责人和时限",
    sketchHint: "在地图上点出区域各角（只点一处则封闭该处道路）；回车完成，Esc 取消",
  },
  en: {
    incidents: "Incidents", units: "Units", candidates: "Time to scene", clock: "Time", newIncident: "New (n)",
    search: "Search (/)", rollcall: "Roll call", coverage: "Coverage", wall: "Wall", desk: "Desk", language: "中文",
    logout: "Log out", linkGood: "connected", linkBad: "no connection",
    lost: "No connection to the room: what you see may be old", online: "online", alarms: "Alarms",
    where: "Place: a street, grid or post, or a click on the map", category: "Category", priority: "Priority",
    note: "What the caller says", cancel: "Cancel", open: "Open", send: "Send", recall: "Recall", close: "Close",
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
    grids: "Grids", posts: "Posts", lines: "Lines", presentMinutes: "minutes there", visits: "visits", done: "done", missed: "missed",
    reached: "reached", medianResponse: "median", p90Response: "nine of ten within", within1: "within 1 min", within3: "within 3 min", within5: "within 5 min",
    within155: "within 2 min 35 s", estimateBias: "estimates: bias", estimateError: "estimates: median error", estimateInside: "estimates: inside the interval",
    incident: "Incident", took: "order to scene, s", drove: "drove, s", km: "km", declined: "declined", arrivals: "scenes",
    "8h": "8 hours", "24h": "24 hours", "7d": "7 days", "30d": "30 days",
    whom: "Whom", everybody: "Everybody on duty", team: "Team", station: "Station", callSeconds: "Seconds to answer", callOfficer: "The officer has to answer",
    callGo: "Call the roll", closedRoad: "closed", slower: "the time to drive", lift: "Lift", noClosures: "Nothing is closed", closureNew: "Close on the map",
    closureWhat: "What", closureHours: "For how many hours", closureNote: "Why", enter: "Enter", followText: "What remains to be done",
    followNeeds: "Say what, whose it is and until when",
    sketchHint: "Click the corners of the area (one click closes the road there); Enter when done, Esc to leave",
  },
};

let chosen = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh-CN" : "en");

export function language() { return chosen; }

export function switchLanguage() {
  chosen = chosen === "en" ? "zh-CN" : "en";
  localStorage.setItem("language", chosen);
}

/** The word for a key; the key itself when nobody gave it one. */
export function word(key) { return all[chosen][key] ?? key; }
