import Rig
import TestSupport
import Testing
import Threading

/// What a technician sees of the devices: on the board and in the numbers for Prometheus.
@Suite(
    "The board's list of devices",
    .serialized,
    .realPrograms,
    .timeLimit(.minutes(6)),
    .enabled(if: Browser.isThere)
)
struct BoardDevicesTests {
    private func publish(_ channel: String, of device: String, _ payload: String, _ chain: Chain) async throws {
        let published = try await runProgramToEnd(
            "/usr/bin/mosquitto_pub",
            [
                "-p", "\(chain.broker)", "-V", "5", "-q", "1", "-t", "patrol/1/jinzhan/\(device)/\(channel)", "-m",
                payload,
            ]
        )
        #expect(published.status == 0, "\(published.errors)")
    }

    @Test("a device whose certificate ends comes first, with its days, its disk and its version; numbers tell the same")
    func devices() async throws {
        try await Chain.withFleet(2) { chain in
            try await Browser.onPage(of: chain, units: 2) { page in
                let now = SystemClock.wallMilliseconds
                let end = now + 5 * 86_400_000 + 3_600_000
                try await self.publish(
                    "state",
                    of: "gw-9",
                    #"{"v":1,"dev":"gw-9","unit":"zz-9","online":true,"log":"00112233aabbccdd","boot":1,"connect":1,"#
                        + #""version":"0.1\"\n9","profile":"bodyworn-gateway","next":1}"#,
                    chain
                )
                try await self.publish(
                    "health",
                    of: "gw-9",
                    #"{"v":1,"dev":"gw-9","t":\#(now),"up":5,"queue":7,"queue_age_s":12,"disk_free":2500000000,"#
                        + #""temp_c":41.5,"volt":13.8,"gnss":{"mode":3,"sat":9},"cert_ends":\#(end)}"#,
                    chain
                )
                try await page.wait("the device", "return patrollink.state.units.has('jinzhan/gw-9')")
                try await page.open("#devices-open", dialog: "devices")
                try await page.wait("three", "return document.querySelectorAll('#devices-list tr').length === 3")
                let row: [String] = try await page.run(
                    "return [...document.querySelector('#devices-list tr').children].map((one) => one.innerText)"
                )
                #expect(row[0] == "zz-9 · jinzhan / gw-9" && row[1].hasSuffix("· bodyworn-gateway"))
                #expect(row[2] == "online · no position" && row[3] == "7 · 12 s" && row[4] == "3D · 9 satellites")
                #expect(row[5...].map(\.self) == ["2.5 GB", "41.5 °C", "13.8 V", "5", "certificate ends soon"])
                let text = try await chain.room.ask("GET", "/metrics").text
                // A device's text is one label on one line, whatever it holds.
                #expect(text.contains(#"patrollink_units_version{version="0.1\"\n9"} 1"#))
                #expect(text.contains(#"patrollink_units_trouble{trouble="certificate"} 1"#))
                #expect(text.contains("patrollink_units_waiting_records 7\n"))
                #expect(text.contains("patrollink_units_certificate_end_seconds \(end / 1_000)\n"))
            }
        }
    }
}
