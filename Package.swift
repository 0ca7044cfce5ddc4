// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Baked into a target of its own, so that another commit compiles one C file anew.
///
/// SwiftPM's own `gitInformation` will not do: it is cached with the manifest and goes stale.
let commit: [CSetting] = Context.environment["PODIUM_COMMIT"].map { [.define("PODIUM_COMMIT", to: "\"\($0)\"")] } ?? []

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let flyingFox = Target.Dependency.product(name: "FlyingFox", package: "FlyingFox")
let flyingSocks = Target.Dependency.product(name: "FlyingSocks", package: "FlyingFox")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func library(
    _ name: String,
    _ dependencies: [Target.Dependency] = [],
    path: String? = nil,
    exclude: [String] = [],
    resources: [Resource]? = nil
) -> Target {
    .target(
        name: name,
        dependencies: dependencies,
        path: path,
        exclude: exclude,
        resources: resources,
        swiftSettings: settings
    )
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "podium",
    products: [
        .executable(name: "podium", targets: ["podium"]),
        // Built for tests: a library that they load by its path.
        .library(name: "FaultyPlugin", type: .dynamic, targets: ["FaultyPlugin"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // C libraries and kernels
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CCurl"),
        .target(name: "CBuild", cSettings: commit),
        .target(name: "CKernels"),
        .target(name: "CMPI"),
        .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
        .target(name: "COpenBLAS"),
        .target(name: "CPJRT"),

        // What every room shares: the shape of errors, numbers and tables as text
        library("PodiumPrimitives"),
        library("PodiumFiles", ["CCrypto", "CZlib", "PodiumPrimitives"]),

        // What a job is
        library("PodiumCore"),
        library("PodiumSpec", ["PodiumCore", "PodiumPrimitives", yams]),

        // Where it is kept and who runs it
        library(
            "PodiumMigrations",
            path: "migrations",
            resources: [
                .embedInCode("0001_initial.sql"), .embedInCode("0002_artifacts.sql"), .embedInCode("0003_history.sql"),
                .embedInCode("0004_access.sql"), .embedInCode("0005_test_predictions.sql"),
                .embedInCode("0006_saved_views.sql"), .embedInCode("0007_orders.sql"), .embedInCode("0008_sharing.sql"),
                .embedInCode("0009_pilots.sql"), .embedInCode("0010_transfer.sql"),
                .embedInCode("0011_short_submissions.sql"), .embedInCode("0012_standings.sql"),
                .embedInCode("0013_lighter_writes.sql"), .embedInCode("0014_unused_index.sql"),
                .embedInCode("0015_seed_plans.sql"), .embedInCode("0016_ends_by_key.sql"),
                .embedInCode("0017_scores_in_order.sql"),
                .embedInCode("0018_worker_tokens.sql"),
                .embedInCode("0019_reuse.sql"),
                .embedInCode("0020_budgets.sql"),
                .embedInCode("0021_gangs.sql"),
                .embedInCode("0022_changes_of_suites.sql"),
                .embedInCode("0023_lighter_claims.sql"),
                .embedInCode("0024_reservations.sql"),
                .embedInCode("0025_queues_and_budgets.sql"),
                .embedInCode("roles.sql"), .embedInCode("privileges.sql"), .embedInCode("schema.sql"),
            ]
        ),
        library("PodiumStore", ["CLibPQ", "PodiumCore", "PodiumMigrations", "PodiumPrimitives", subprocess]),
        library(
            "PodiumScheduler",
            ["PodiumCore", "PodiumEval", "PodiumFiles", "PodiumPrimitives", logging, subprocess]
        ),

        // The engine
        library("PodiumText", ["PodiumPrimitives"]),
        library("PodiumGraph", ["PodiumPrimitives"]),
        library("PodiumCPU", ["CKernels", "COneDNN", "COpenBLAS", "PodiumGraph"]),
        library("PodiumPJRT", ["CPJRT", "PodiumFiles", "PodiumGraph", "PodiumPrimitives"]),
        library("PodiumMPI", ["CMPI", "PodiumGraph"]),
        library("PodiumPretraining", ["PodiumFiles", "PodiumGraph", "PodiumPrimitives", "PodiumText"]),
        library("PodiumBERT", ["PodiumFiles", "PodiumGraph", "PodiumPrimitives", "PodiumText"]),

        // Data, scores, reports
        library("PodiumData", ["PodiumCore", "PodiumFiles", "PodiumPrimitives", "PodiumText"]),
        library("PodiumSample", ["PodiumCore", "PodiumPrimitives"]),
        library("PodiumEval", ["PodiumCore", "PodiumFiles", "PodiumPrimitives"]),
        library(
            "PodiumReportAssets",
            path: "reports",
            resources: [
                .embedInCode("appendix.mustache"),
                .embedInCode("budget.mustache"),
                .embedInCode("chart.mustache"),
                .embedInCode("comparison-table.mustache"),
                .embedInCode("compute.mustache"),
                .embedInCode("flip-table.mustache"),
                .embedInCode("flips.mustache"),
                .embedInCode("leaderboard.mustache"),
                .embedInCode("page.mustache"),
                .embedInCode("podium-report.xsd"),
                .embedInCode("pretraining.mustache"),
                .embedInCode("published"),
                .embedInCode("report.css"),
                .embedInCode("report.js"),
                .embedInCode("run-table.mustache"),
                .embedInCode("seeds.mustache"),
                .embedInCode("side.mustache"),
                .embedInCode("similarity.mustache"),
                .embedInCode("slices.mustache"),
                .embedInCode("task.mustache"),
                .embedInCode("timeline.mustache"),
            ]
        ),
        library(
            "PodiumReport",
            ["CLibXML2", "PodiumCore", "PodiumFiles", "PodiumPrimitives", "PodiumReportAssets", mustache, yams]
        ),

        library(
            "PodiumLibrary",
            [
                "CCurl", "PodiumCore", "PodiumData", "PodiumEval", "PodiumFiles", "PodiumPrimitives", "PodiumSample",
                subprocess,
            ]
        ),

        // What each kind of job does in the engine process
        library(
            "PodiumJobs",
            [
                "PodiumBERT", "PodiumCore", "PodiumData", "PodiumEval", "PodiumFiles", "PodiumGraph", "PodiumLibrary",
                "PodiumPretraining", "PodiumPrimitives", "PodiumText",
            ]
        ),

        // The use cases: neither terminal nor process; the first of them without the engine
        library(
            "PodiumExperiments",
            [
                "PodiumCore", "PodiumData", "PodiumEval", "PodiumFiles", "PodiumLibrary", "PodiumPrimitives",
                "PodiumReport",
                "PodiumScheduler", "PodiumSpec", "PodiumStore", logging,
            ]
        ),

        // The dashboard and its API
        library(
            "PodiumWebAssets",
            path: "web",
            resources: [
                .embedInCode("actions.mustache"),
                .embedInCode("budgets.mustache"),
                .embedInCode("compare.mustache"),
                .embedInCode("counts.mustache"),
                .embedInCode("graph.mustache"),
                .embedInCode("history.mustache"),
                .embedInCode("icon.svg"),
                .embedInCode("layout.mustache"),
                .embedInCode("live.js"),
                .embedInCode("log.mustache"),
                .embedInCode("matrix.mustache"),
                .embedInCode("message.mustache"),
                .embedInCode("overview.mustache"),
                .embedInCode("queue.mustache"),
                .embedInCode("ranking.mustache"),
                .embedInCode("run.mustache"),
                .embedInCode("runs.mustache"),
                .embedInCode("seed-plan.mustache"),
                .embedInCode("sign-in.mustache"),
                .embedInCode("submit.mustache"),
                .embedInCode("suites-page.mustache"),
                .embedInCode("suites.mustache"),
                .embedInCode("web.css"),
                .embedInCode("workers.mustache"),
                .embedInCode("openapi.json"),
            ]
        ),
        library(
            "PodiumWeb",
            [
                "PodiumCore", "PodiumEval", "PodiumExperiments", "PodiumFiles", "PodiumLibrary", "PodiumPrimitives",
                "PodiumReport", "PodiumReportAssets", "PodiumSpec", "PodiumStore", "PodiumWebAssets", flyingFox,
                flyingSocks, mustache,
            ]
        ),
        library(
            "PodiumDevices",
            [
                "PodiumBERT", "PodiumCPU", "PodiumCore", "PodiumFiles", "PodiumGraph", "PodiumLibrary", "PodiumMPI",
                "PodiumPJRT", "PodiumPrimitives",
            ]
        ),
        library(
            "PodiumBench",
            [
                "PodiumBERT", "PodiumCPU", "PodiumCore", "PodiumData", "PodiumDevices", "PodiumEval", "PodiumFiles",
                "PodiumGraph", "PodiumJobs", "PodiumPJRT", "PodiumPretraining", "PodiumPrimitives", "PodiumReport",
                "PodiumScheduler", "PodiumStore", "PodiumText", "PodiumWeb", logging, subprocess,
            ]
        ),

        // The command
        .executableTarget(
            name: "podium",
            dependencies: [
                "CBuild", "PodiumBERT", "PodiumBench", "PodiumCPU", "PodiumCore", "PodiumData", "PodiumDevices",
                "PodiumEval",
                "PodiumExperiments", "PodiumFiles", "PodiumGraph", "PodiumJobs", "PodiumLibrary", "PodiumMigrations",
                "PodiumPJRT", "PodiumPretraining", "PodiumPrimitives", "PodiumReport", "PodiumScheduler", "PodiumSpec",
                "PodiumStore",
                "PodiumText", "PodiumWeb", argumentParser, logging, subprocess,
            ],
            swiftSettings: settings
        ),

        // Tests
        library("PodiumTestSupport", ["PodiumCore", "PodiumPrimitives", "PodiumStore"]),
        .target(name: "FaultyPlugin", dependencies: ["CPJRT"], path: "Tests/FaultyPlugin"),
        .target(name: "RealData", path: "Tests/RealData", swiftSettings: settings),
        .target(
            name: "GraphCases",
            dependencies: ["PodiumGraph"],
            path: "Tests/GraphCases",
            swiftSettings: settings
        ),
        tests("PodiumFilesTests", ["PodiumFiles"], exclude: ["Fixtures"]),
        tests("PodiumPretrainingTests", ["PodiumFiles", "PodiumPretraining", "PodiumText"]),
        tests("PodiumPrimitivesTests", ["PodiumPrimitives"]),
        tests(
            "PodiumSchedulerTests",
            ["PodiumCore", "PodiumPrimitives", "PodiumScheduler", "PodiumTestSupport", logging]
        ),
        tests("PodiumSpecTests", ["PodiumCore", "PodiumSpec"]),
        tests(
            "PodiumStoreTests",
            [
                "PodiumCore", "PodiumMigrations", "PodiumPrimitives", "PodiumScheduler", "PodiumStore",
                "PodiumTestSupport",
                logging, subprocess,
            ]
        ),
        tests(
            "PodiumBERTTests",
            ["PodiumBERT", "PodiumCPU", "PodiumFiles", "PodiumGraph", "PodiumText", "RealData"],
            exclude: ["Fixtures"]
        ),
        tests(
            "PodiumJobsTests",
            [
                "PodiumBERT", "PodiumCPU", "PodiumCore", "PodiumData", "PodiumFiles", "PodiumGraph", "PodiumJobs",
                "PodiumLibrary", "PodiumPretraining", "PodiumText",
            ],
            exclude: ["Fixtures"]
        ),
        tests("PodiumDevicesTests", ["PodiumBERT", "PodiumCore", "PodiumDevices", "PodiumLibrary"]),
        tests(
            "PodiumExperimentsTests",
            [
                "PodiumCore", "PodiumEval", "PodiumExperiments", "PodiumFiles", "PodiumLibrary", "PodiumMigrations",
                "PodiumPrimitives", "PodiumReport", "PodiumStore", "PodiumTestSupport", "RealData", logging,
            ]
        ),
        tests("PodiumSampleTests", ["PodiumCore", "PodiumData", "PodiumPretraining", "PodiumSample"]),
        tests("PodiumTests", ["podium", subprocess]),
        tests("PodiumLibraryTests", ["PodiumFiles", "PodiumLibrary", "RealData"], exclude: ["Fixtures"]),
        tests("PodiumTextTests", ["PodiumText", "RealData"], exclude: ["Fixtures"]),
        tests(
            "PodiumDataTests",
            ["PodiumCore", "PodiumData", "PodiumFiles", "PodiumPrimitives", "PodiumText", "RealData"],
            exclude: ["Fixtures"]
        ),
        tests("PodiumGraphTests", ["GraphCases", "PodiumGraph"]),
        tests("PodiumCPUTests", ["GraphCases", "PodiumCPU", "PodiumGraph"]),
        tests(
            "PodiumPJRTTests",
            [
                "GraphCases", "PodiumBERT", "PodiumCPU", "PodiumCore", "PodiumData", "PodiumGraph", "PodiumPJRT",
                "PodiumText", "RealData",
            ]
        ),
        tests(
            "PodiumEvalTests",
            ["PodiumCore", "PodiumEval", "PodiumFiles", "PodiumPrimitives", "RealData"],
            exclude: ["Fixtures"]
        ),
        tests(
            "PodiumWebTests",
            [
                "PodiumCore", "PodiumExperiments", "PodiumFiles", "PodiumLibrary", "PodiumMigrations", "PodiumReport",
                "PodiumScheduler", "PodiumStore", "PodiumTestSupport", "PodiumWeb", "PodiumWebAssets",
            ]
        ),
        tests("PodiumReportTests", ["CLibXML2", "PodiumCore", "PodiumFiles", "PodiumReport"], exclude: ["Snapshots"]),
    ]
)
