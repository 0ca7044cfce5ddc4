/// The files beside this one, as bytes inside the program: a binary runs from any folder.
package enum ReportAssets {
    /// The schema that every `report.xml` is validated against before it is written.
    package static var schema: [UInt8] { PackageResources.podium_report_xsd }
    package static var stylesheet: [UInt8] { PackageResources.report_css }

    /// Sorts tables by a click on a header; the page is complete without it.
    package static var script: [UInt8] { PackageResources.report_js }

    /// Mustache templates by the names they call each other by.
    package static var templates: [String: [UInt8]] {
        [
            "appendix": PackageResources.appendix_mustache,
            "budget": PackageResources.budget_mustache,
            "chart": PackageResources.chart_mustache,
            "comparison-table": PackageResources.comparison_table_mustache,
            "compute": PackageResources.compute_mustache,
            "flip-table": PackageResources.flip_table_mustache,
            "flips": PackageResources.flips_mustache,
            "run-table": PackageResources.run_table_mustache,
            "seeds": PackageResources.seeds_mustache,
            "side": PackageResources.side_mustache,
            "slices": PackageResources.slices_mustache,
            "similarity": PackageResources.similarity_mustache,
            "timeline": PackageResources.timeline_mustache,
            "leaderboard": PackageResources.leaderboard_mustache,
            "page": PackageResources.page_mustache,
            "pretraining": PackageResources.pretraining_mustache,
            "task": PackageResources.task_mustache,
        ]
    }

    /// Tables of published results, in the order of a report's sources.
    package static var published: [[UInt8]] {
        [
            PackageResources.glue_board_yaml,
            PackageResources.squad_v1_1_test_yaml,
            PackageResources.squad_v2_0_test_yaml,
            PackageResources.bert_paper_glue_yaml,
            PackageResources.bert_paper_ablations_yaml,
            PackageResources.small_berts_yaml,
            PackageResources.run_glue_dev_yaml,
            PackageResources.distilbert_dev_yaml,
            PackageResources.minilm_dev_yaml,
            PackageResources.squad_v1_1_dev_yaml,
            PackageResources.squad_v2_0_dev_yaml,
            PackageResources.distilbert_squad_dev_yaml,
        ]
    }
}
