internal import PodiumMigrations

/// What a database's schema is made of, each part as people would call it: `table runs`, `column runs.held`.
package struct SchemaParts: Sendable, Equatable {
    package private(set) var names: Set<String>

    /// The parts that the migrations add up to.
    package static let expected = SchemaParts(dump: Migration.schema)

    /// - Parameter dump: what pg_dump wrote, a statement's first words on a line of their own.
    init(dump: String) {
        names = []
        var table: Substring?
        for line in dump.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 4)
            /// A word that names something, as this schema's own.
            func name(_ place: Int) -> Substring {
                let word = words[place].prefix { $0 != "(" }
                return word.hasPrefix("public.") ? word.dropFirst("public.".count) : word
            }
            switch (words[0], words.count > 1 ? words[1] : "") {
            case ("CREATE", "TABLE"):
                table = name(2)
                names.insert("table \(name(2))")
            case ("CREATE", "VIEW"): names.insert("view \(name(2))")
            case ("CREATE", "FUNCTION"): names.insert("function \(name(2))")
            case ("CREATE", "SEQUENCE"), ("SEQUENCE", "NAME"): names.insert("sequence \(name(2))")
            case ("CREATE", "INDEX"): names.insert("index \(name(2))")
            case ("CREATE", "UNIQUE"): names.insert("index \(name(3))")
            case ("CREATE", "TRIGGER"):
                guard let on = line.firstRange(of: " ON ") else { continue }
                let target = line[on.upperBound...].prefix { $0 != " " }
                names.insert("trigger \(name(2)) of \(target.dropFirst("public.".count))")
            case ("CONSTRAINT", _): names.insert("constraint \(name(1))")
            case ("ADD", "CONSTRAINT"): names.insert("constraint \(name(2))")
            case (")", _), (");", _): table = nil
            default:
                // Conditions of constraints go on in further lines, which begin with a word of SQL or further left.
                if let table, line.hasPrefix("    "), words[0].first?.isLowercase == true {
                    names.insert("column \(table).\(words[0])")
                }
            }
        }
    }

    private init(_ names: Set<String>) {
        self.names = names
    }

    /// Those of the database behind a connection.
    package init(of connection: Connection) async throws(StoreError) {
        let rows = try await connection.query(
            """
            -- spaces: where Podium's tables are, and its views for people
            with spaces as (
                select oid, case when nspname = current_schema() then '' else nspname || '.' end as prefix
                from pg_namespace where nspname in (current_schema(), 'podium')
            ),
            relations as (
                select c.oid, c.relkind, spaces.prefix || c.relname as name
                from pg_class c join spaces on spaces.oid = c.relnamespace where c.relkind in ('r', 'v', 'S', 'i')
            )
            select case relkind when 'r' then 'table ' when 'v' then 'view ' when 'S' then 'sequence ' else 'index ' end
                || name as part
            from relations
            where relkind <> 'i' or not exists (select from pg_constraint where conindid = relations.oid)
            union all
            select 'column ' || name || '.' || attname from relations join pg_attribute on attrelid = relations.oid
            where relkind = 'r' and attnum > 0 and not attisdropped
            union all
            select 'function ' || spaces.prefix || proname from pg_proc join spaces on spaces.oid = pronamespace
            union all
            select 'constraint ' || conname from pg_constraint join relations on relations.oid = conrelid
            where contype in ('c', 'f', 'p', 'u')
            union all
            select 'trigger ' || tgname || ' of ' || name from pg_trigger join relations on relations.oid = tgrelid
            where not tgisinternal
            """
        )
        self.init(Set(try rows.map { row throws(StoreError) in try row.get("part") }))
    }

    /// What is here and not there, tables first; a part of a table that is not there is not told as well.
    package func subtracting(_ others: SchemaParts) -> [String] {
        let absent = names.subtracting(others.names)
        return absent.filter { name in
            guard name.hasPrefix("column "), let dot = name.firstIndex(of: ".") else { return true }
            return !absent.contains("table " + name[..<dot].dropFirst("column ".count))
        }
        .sorted { (Self.rank($0), $0) < (Self.rank($1), $1) }
    }

    /// Without these statements fail; the others keep them fast and rows consistent.
    package static func isNeeded(_ name: String) -> Bool { rank(name) < kinds.count }

    private static let kinds = ["table ", "column ", "view ", "function ", "sequence "]

    private static func rank(_ name: String) -> Int {
        kinds.firstIndex { name.hasPrefix($0) } ?? kinds.count
    }
}
