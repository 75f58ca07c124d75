// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "fleetplan",
  products: [
    .library(name: "FleetPlan", targets: ["FleetPlan"]),
    .library(name: "FleetServing", targets: ["FleetServing"]),
    .library(name: "FleetReporting", targets: ["FleetReporting"]),
    .library(name: "FleetSimulation", targets: ["FleetSimulation"]),
    .library(name: "FleetCalibration", targets: ["FleetCalibration"]),
    .library(name: "FleetOptimization", targets: ["FleetOptimization"]),
    .library(name: "FleetJobs", targets: ["FleetJobs"]),
    .executable(name: "fleetplan", targets: ["fleetplan"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // GLPK itself (GPL-3). Only FleetOptimization links it.
    .systemLibrary(name: "CGLPK", providers: [.apt(["libglpk-dev"])]),
    .target(name: "CGLPKBridge", dependencies: ["CGLPK"]),
    .target(name: "FleetOptimization", dependencies: ["CGLPKBridge"]),
    // Everything an embedder can use without linking GLPK.
    .target(name: "FleetJSON"),
    .target(name: "FleetServing", dependencies: ["FleetJSON"]),
    .target(name: "FleetReporting", dependencies: ["FleetServing", "FleetJSON"]),
    // Discrete-event simulation of a plan.
    .target(name: "FleetSimulation", dependencies: ["FleetServing", "FleetJSON"]),
    // Fitting the latency model. LAPACK (BSD) solves its least squares.
    .systemLibrary(name: "CLAPACKE", providers: [.apt(["liblapacke-dev"])]),
    .target(name: "FleetCalibration", dependencies: ["FleetServing", "FleetJSON", "CLAPACKE"]),
    // The planner, the umbrella and the command.
    .target(
      name: "FleetPlanning", dependencies: ["FleetServing", "FleetSimulation", "FleetOptimization", "FleetJSON"]),
    .target(name: "FleetPlan", dependencies: ["FleetServing", "FleetPlanning", "FleetSimulation", "FleetReporting"]),
    // Many problems in one folder: the store, its leases and the runner.
    .target(
      name: "FleetJobs",
      dependencies: ["FleetPlanning", "FleetReporting", "FleetServing", "FleetOptimization", "FleetJSON"]),
    .executableTarget(
      name: "fleetplan",
      dependencies: [
        "FleetPlan", "FleetJobs", "FleetCalibration", "FleetJSON", "FleetOptimization",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // Not a test: `swift run -c release SimulationBenchmark` prints how fast the simulator is.
    .executableTarget(
      name: "SimulationBenchmark", dependencies: ["FleetSimulation", "FleetServing"], path: "Tests/Benchmarks"),
    .testTarget(name: "FleetJSONTests", dependencies: ["FleetJSON"]),
    .testTarget(name: "FleetOptimizationTests", dependencies: ["FleetOptimization"]),
    .testTarget(name: "FleetServingTests", dependencies: ["FleetServing", "FleetJSON"]),
    .testTarget(name: "FleetCalibrationTests", dependencies: ["FleetCalibration", "FleetServing", "FleetJSON"]),
    .testTarget(name: "FleetSimulationTests", dependencies: ["FleetSimulation", "FleetServing", "FleetJSON"]),
    .testTarget(name: "FleetPlanningTests", dependencies: ["FleetPlanning", "FleetReporting"]),
    .testTarget(name: "FleetReportingTests", dependencies: ["FleetReporting", "FleetPlanning"]),
    .testTarget(name: "FleetJobsTests", dependencies: ["FleetJobs", "FleetServing", "FleetJSON"]),
    .testTarget(name: "CommandTests", dependencies: ["fleetplan", "FleetPlan"]),
  ],
  swiftLanguageModes: [.v6]
)
