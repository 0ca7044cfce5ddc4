/// The one place that knows what PostgreSQL's error codes mean.
///
/// Source: PostgreSQL manual, appendix A.
enum SQLState {
    static func code(_ state: String, constraint: String?) -> StoreError.Code {
        switch state {
        case "28P01", "28000", "3D000": return .authenticationFailed
        case "42501": return .forbidden
        case "57014": return .cancelled
        case "57P01", "57P02", "57P03", "57P05", "25P03": return .serverGone
        case "53100": return .diskFull
        case "53300": return .tooManyConnections
        case "42P01", "42703", "42704", "42883", "3F000", "58P01", "XX001", "XX002": return .schemaDamaged
        case "P0001": return .statement
        default: break
        }
        switch state.prefix(2) {
        case "08": return .serverGone
        case "22": return .value
        case "23": return .constraint(constraint ?? "unnamed")
        case "40": return .serialization
        default: return .statement
        }
    }

    /// What the user can do about an error, appended to the server's own words.
    static func advice(_ code: StoreError.Code) -> String? {
        switch code {
        case .diskFull: "free some space on the server's disk and retry"
        case .tooManyConnections: "stop idle clients or raise max_connections"
        case .schemaDamaged:
            "the database is not what its schema version says: `podium doctor` names what it lacks; restore it from a backup "
                + "(`podium migrate` applies no migration a second time)"
        case .forbidden:
            "give its user one of the roles of `podium roles`, which the owner runs, or use another user"
        case .authenticationFailed: "check role, password and database name"
        default: nil
        }
    }

    /// Whether a statement fails until somebody changes the database or what Podium sends it.
    static func isPermanent(_ state: String) -> Bool {
        // Class 42: names that are not there, rights that are not given, statements that make no sense.
        state.hasPrefix("42")
    }

    /// A prepared statement that is gone or was planned for an older table.
    static func isStalePreparedStatement(_ state: String?) -> Bool {
        state == "26000" || state == "0A000"
    }
}
