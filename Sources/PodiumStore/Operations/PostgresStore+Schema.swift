extension PostgresStore {
    /// What the database lacks of this binary's schema, tables first; nothing where it is as its version says.
    package func missingSchemaParts() async throws -> [String] {
        try await read { connection throws(StoreError) in
            SchemaParts.expected.subtracting(try await SchemaParts(of: connection))
        }
    }

    /// Throws where statements would fail because the database lacks something, naming all of it.
    package func requireWholeSchema() async throws {
        let missing = try await missingSchemaParts().filter(SchemaParts.isNeeded)
        guard missing.isEmpty else {
            let advice = SQLState.advice(.schemaDamaged) ?? ""
            throw StoreError(.schemaDamaged, "\(address) lacks \(missing.joined(separator: ", ")); \(advice)")
        }
    }
}
