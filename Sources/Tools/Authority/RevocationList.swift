import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// The list of certificates that were put out (RFC 5280, section 5), signed by the authority.
struct RevocationList {
    /// Each certificate's number and when it was put out.
    let revoked: [(serial: Certificate.SerialNumber, time: Date)]
    /// Grows with each list, whose clock may have been wrong and be right now: so all say that they hold from the beginning.
    let number: Int
    let issuer: DistinguishedName
    let made: Date
    /// A broker refuses everybody once its list is too old: this one holds as long as the authority.
    let until: Date

    private static let ecdsaWithSHA256: ASN1ObjectIdentifier = [1, 2, 840, 10_045, 4, 3, 2]
    private static let crlNumber: ASN1ObjectIdentifier = [2, 5, 29, 20]
    private static let keyIdentifier: ASN1ObjectIdentifier = [2, 5, 29, 35]

    /// The list as PEM.
    func signed(by key: P256.Signing.PrivateKey) throws -> String {
        var body = DER.Serializer()
        try body.appendConstructedNode(identifier: .sequence) { try self.writeBody(into: &$0, key) }
        let signature = try key.signature(for: body.serializedBytes)
        var whole = DER.Serializer()
        try whole.appendConstructedNode(identifier: .sequence) { list in
            list.serializeRawBytes(body.serializedBytes)
            try Self.writeAlgorithm(into: &list)
            try list.serialize(ASN1BitString(bytes: ArraySlice(signature.derRepresentation)))
        }
        return PEMDocument(type: "X509 CRL", derBytes: whole.serializedBytes).pemString + "\n"
    }

    private func writeBody(into list: inout DER.Serializer, _ key: P256.Signing.PrivateKey) throws {
        // Version 2 is written as 1.
        try list.serialize(1)
        try Self.writeAlgorithm(into: &list)
        try list.serialize(self.issuer)
        try list.serialize(Self.time(self.made))
        try list.serialize(Self.time(self.until))
        if !self.revoked.isEmpty {
            try list.appendConstructedNode(identifier: .sequence) { rows in
                for one in self.revoked {
                    try rows.appendConstructedNode(identifier: .sequence) { row in
                        // As in the certificate: a number whose first bit is set is not a negative one.
                        try row.serialize(one.serial.bytes)
                        try row.serialize(Self.time(one.time))
                    }
                }
            }
        }
        try list.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { tagged in
            try tagged.appendConstructedNode(identifier: .sequence) { extensions in
                let key = SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
                try Self.write(Self.keyIdentifier, into: &extensions) { value in
                    value.appendConstructedNode(identifier: .sequence) { sequence in
                        sequence.appendPrimitiveNode(
                            identifier: ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
                        ) { $0.append(contentsOf: key.keyIdentifier) }
                    }
                }
                try Self.write(Self.crlNumber, into: &extensions) { try $0.serialize(self.number) }
            }
        }
    }

    private static func write(
        _ identifier: ASN1ObjectIdentifier,
        into extensions: inout DER.Serializer,
        _ value: (inout DER.Serializer) throws -> Void
    ) throws {
        var content = DER.Serializer()
        try value(&content)
        try extensions.appendConstructedNode(identifier: .sequence) { row in
            try row.serialize(identifier)
            try row.serialize(ASN1OctetString(contentBytes: ArraySlice(content.serializedBytes)))
        }
    }

    private static func writeAlgorithm(into list: inout DER.Serializer) throws {
        try list.appendConstructedNode(identifier: .sequence) { try $0.serialize(Self.ecdsaWithSHA256) }
    }

    /// Until 2049 a list's times are `UTCTime`, from then on `GeneralizedTime`.
    private static func time(_ date: Date) throws -> ASN1Any {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let part = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        guard let year = part.year, let month = part.month, let day = part.day, let hour = part.hour,
            let minute = part.minute, let second = part.second
        else { throw AuthorityError("a moment that the calendar does not have") }
        guard year < 2_050 else {
            return try ASN1Any(
                erasing: try GeneralizedTime(
                    year: year,
                    month: month,
                    day: day,
                    hours: hour,
                    minutes: minute,
                    seconds: second,
                    fractionalSeconds: 0
                )
            )
        }
        return try ASN1Any(
            erasing: try UTCTime(year: year, month: month, day: day, hours: hour, minutes: minute, seconds: second)
        )
    }
}
