/// What the statements that end an attempt have in common, as common table expressions.
///
/// `over` is the run, by `id` and `attempt`, if the attempt still held it; `$2` its token.
enum LeaseEnd {
    /// The attempt's row says that it succeeded.
    static let closed: Statement.Piece = """
        closed as (
            update attempts set ended_at = clock_timestamp(), outcome = 'succeeded'
            from over where attempts.run_id = over.id and attempts.attempt = over.attempt
            returning attempts.worker_id, attempts.run_id
        )
        """

    /// The worker of the attempt in `closed` has the run no more.
    static let givenUp: Statement.Piece = """
        given_up as (
            delete from leases using closed
            where leases.worker_id = closed.worker_id and leases.run_id = closed.run_id
        )
        """

    /// The run's checkpoints, and files of its other attempts but their models, are as good as gone: its worker removes them.
    static let removed: Statement.Piece = """
        removed as (
            update artifacts set removed_at = clock_timestamp()
            from over
            where run_id = over.id and removed_at is null and (kind = 'checkpoint' or (token <> $2 and kind <> 'model'))
        )
        """
}
