import Glibc
import SystemErrors

extension Diagnosis {
    /// So much has to be free for a day of records and a copy of the store's log beside it, bytes.
    private static let enough: UInt64 = 500_000_000
    /// With less, writing fails soon.
    private static let little: UInt64 = 50_000_000

    /// Looks at the disk under a folder: whether it can be written, and how much is free.
    package mutating func disk(_ folder: String) {
        var room = statvfs()
        guard statvfs(folder, &room) == 0 else {
            return self.note("disk", .unknown, "\(folder): \(SystemError.last)")
        }
        guard room.f_flag & UInt(ST_RDONLY) == 0 else {
            return self.note(
                "disk",
                .fault,
                "\(folder) is on a disk that cannot be written",
                remedy: "look at 'dmesg' for errors of the disk; 'mount -o remount,rw' if it is sound"
            )
        }
        let free = UInt64(room.f_bavail).multipliedReportingOverflow(by: UInt64(room.f_frsize)).partialValue
        let text = "\(folder): \(free / 1_000_000) MB free"
        // btrfs and others count no files: they say none of none.
        let isOutOfFiles = room.f_files > 0 && room.f_favail < 100
        if isOutOfFiles {
            self.note(
                "disk",
                .fault,
                "\(text), and no more files may be made",
                remedy: "delete what has many: 'du --inodes -x / | sort -n | tail'"
            )
        } else if free < Self.little {
            self.note("disk", .fault, text, remedy: "make room: 'du -xh --max-depth=2 / | sort -h | tail'")
        } else if free < Self.enough {
            self.note("disk", .warning, text, remedy: "make room: 'du -xh --max-depth=2 / | sort -h | tail'")
        } else {
            self.note("disk", .good, text)
        }
    }
}
