/// The database's history: numbered SQL that is embedded in the binary.
///
/// A migration that has been released is never edited; a change is a new
/// number. `schema.sql` beside this file shows what they add up to: a test
/// compares it with a migrated database, and Podium looks there for what a database lacks.
package struct Migration: Sendable {
    package let version: Int
    package let name: String
    /// The file's bytes, UTF-8.
    package let sql: [UInt8]

    /// All of them, in order.
    package static let all: [Migration] = [
        Migration(version: 1, name: "initial", sql: PackageResources._001_initial_sql),
        Migration(version: 2, name: "artifacts", sql: PackageResources._002_artifacts_sql),
        Migration(version: 3, name: "history", sql: PackageResources._003_history_sql),
        Migration(version: 4, name: "access", sql: PackageResources._004_access_sql),
        Migration(version: 5, name: "test_predictions", sql: PackageResources._005_test_predictions_sql),
        Migration(version: 6, name: "saved_views", sql: PackageResources._006_saved_views_sql),
        Migration(version: 7, name: "orders", sql: PackageResources._007_orders_sql),
        Migration(version: 8, name: "sharing", sql: PackageResources._008_sharing_sql),
        Migration(version: 9, name: "pilots", sql: PackageResources._009_pilots_sql),
        Migration(version: 10, name: "transfer", sql: PackageResources._010_transfer_sql),
        Migration(version: 11, name: "short_submissions", sql: PackageResources._011_short_submissions_sql),
        Migration(version: 12, name: "standings", sql: PackageResources._012_standings_sql),
        Migration(version: 13, name: "lighter_writes", sql: PackageResources._013_lighter_writes_sql),
        Migration(version: 14, name: "unused_index", sql: PackageResources._014_unused_index_sql),
        Migration(version: 15, name: "seed_plans", sql: PackageResources._015_seed_plans_sql),
        Migration(version: 16, name: "ends_by_key", sql: PackageResources._016_ends_by_key_sql),
        Migration(version: 17, name: "scores_in_order", sql: PackageResources._017_scores_in_order_sql),
        Migration(version: 18, name: "worker_tokens", sql: PackageResources._018_worker_tokens_sql),
        Migration(version: 19, name: "reuse", sql: PackageResources._019_reuse_sql),
        Migration(version: 20, name: "budgets", sql: PackageResources._020_budgets_sql),
        Migration(version: 21, name: "gangs", sql: PackageResources._021_gangs_sql),
        Migration(version: 22, name: "changes_of_suites", sql: PackageResources._022_changes_of_suites_sql),
        Migration(version: 23, name: "lighter_claims", sql: PackageResources._023_lighter_claims_sql),
        Migration(version: 24, name: "reservations", sql: PackageResources._024_reservations_sql),
        Migration(version: 25, name: "queues_and_budgets", sql: PackageResources._025_queues_and_budgets_sql),
    ]

    /// Makes the roles that `privileges` is about; not a migration, because roles belong to a whole server.
    package static var roles: String { String(decoding: PackageResources.roles_sql, as: UTF8.self) }

    /// What those of the roles that exist may do with the newest schema.
    package static var privileges: String { String(decoding: PackageResources.privileges_sql, as: UTF8.self) }

    /// What all migrations add up to, as pg_dump writes it.
    package static var schema: String { String(decoding: PackageResources.schema_sql, as: UTF8.self) }

    package init(version: Int, name: String, sql: [UInt8]) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}
