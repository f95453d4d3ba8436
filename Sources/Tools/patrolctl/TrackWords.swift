import TrackProof

extension TrackVerifier.Fault {
    /// What is wrong with a record, in the reader's language.
    var said: String {
        guard Tongue.isChinese else { return self.words }
        return switch self {
        case .altered: "与终端签名的内容不符"
        case .missing: "缺失：终端曾为其签名（可能因存储空间不足或超过保存期限已删除）"
        case .notSealed: "没有签名，而其后的记录有签名"
        case .badSeal(.unreadable): "是无法读取的签名"
        case .badSeal(.unknownKey): "是签名，但其证书未知"
        case .badSeal(.certificate(.foreign)): "是签名，但其证书不是该机构签发的"
        case .badSeal(.certificate(.unknown)): "是签名，但无法读取机构证书"
        case .badSeal(.certificate(.name(_))): "是签名，但其证书属于其他终端"
        case .badSeal(.certificate(.time)): "是签名，但签名时证书不在有效期内"
        case .badSeal(.signature): "是签名，但签名值不符"
        case .badSeal(.root): "是签名，但不是为这些记录作出的"
        case .badSeal(.chain): "是签名，但它之前的签名缺失"
        }
    }
}
