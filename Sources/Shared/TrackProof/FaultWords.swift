extension TrackVerifier.Fault {
    /// What is wrong, in English.
    package var words: String {
        switch self {
        case .altered: "is not what its device signed for"
        case .missing:
            "is missing: its device signed for it; it may not have arrived yet, or have been dropped for want of space, or deleted for its age"
        case .notSealed: "is not signed for, and records after it are"
        case .badSeal(.unreadable): "is a seal that cannot be read"
        case .badSeal(.unknownKey): "is a seal whose key's certificate is not known"
        case .badSeal(.certificate(.foreign)): "is a seal whose certificate the authority did not give"
        case .badSeal(.certificate(.unknown)): "is a seal, and the authority's certificate cannot be read"
        case .badSeal(.certificate(.name(_))): "is a seal whose certificate names another device"
        case .badSeal(.certificate(.time)): "is a seal made while its certificate did not hold"
        case .badSeal(.signature): "is a seal whose signature does not fit"
        case .badSeal(.root): "is a seal that was not made for these records"
        case .badSeal(.chain): "is a seal, and the one before it is missing"
        }
    }
}
