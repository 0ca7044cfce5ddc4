/// The dashboard's templates, stylesheet and script as bytes inside the program.
package enum WebAssets {
    /// Added to the report's stylesheet.
    package static var stylesheet: [UInt8] { PackageResources.web_css }
    package static var script: [UInt8] { PackageResources.live_js }
    package static var icon: [UInt8] { PackageResources.icon_svg }
    /// What the API answers, as OpenAPI 3.1 has it.
    package static var openAPI: [UInt8] { PackageResources.openapi_json }

    /// Mustache templates by the names they call each other by.
    package static var templates: [String: [UInt8]] {
        [
            "actions": PackageResources.actions_mustache,
            "budgets": PackageResources.budgets_mustache,
            "compare": PackageResources.compare_mustache,
            "counts": PackageResources.counts_mustache,
            "graph": PackageResources.graph_mustache,
            "history": PackageResources.history_mustache,
            "layout": PackageResources.layout_mustache,
            "log": PackageResources.log_mustache,
            "matrix": PackageResources.matrix_mustache,
            "message": PackageResources.message_mustache,
            "overview": PackageResources.overview_mustache,
            "queue": PackageResources.queue_mustache,
            "ranking": PackageResources.ranking_mustache,
            "run": PackageResources.run_mustache,
            "runs": PackageResources.runs_mustache,
            "seed-plan": PackageResources.seed_plan_mustache,
            "sign-in": PackageResources.sign_in_mustache,
            "submit": PackageResources.submit_mustache,
            "suites": PackageResources.suites_mustache,
            "suites-page": PackageResources.suites_page_mustache,
            "workers": PackageResources.workers_mustache,
        ]
    }
}
