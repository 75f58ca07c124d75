import FleetServing
import Foundation
import Testing

@testable import FleetCalibration

/// Folder `models` of the package.
let modelsDirectory =
  #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/") + "/models"

/// Measurements that follow the model exactly, or with noise, under constants that the fit does not know.
enum Laboratory {
  /// Physics alone: no deviations, no profiles.
  static func catalog() throws -> Catalog {
    let catalog = try Catalog(contentsOf: modelsDirectory)
    return with(catalog) { $0.corrections = .none }
  }

  static func with(_ catalog: Catalog, _ change: (inout LatencyConstants) -> Void) -> Catalog {
    var constants = catalog.latencyConstants
    change(&constants)
    return Catalog(accelerators: catalog.accelerators, models: catalog.models, latencyConstants: constants)
  }

  /// What `catalog` predicts for a sweep over concurrency and lengths, times `factor` of the row.
  static func sweep(
    _ catalog: Catalog, system: String, model: String, backend: String = "vllm", weights: String = "fp8",
    tensor: Int, lengths: [(Double, Double)] = [(1024, 1024), (8192, 1024), (1024, 8192)],
    concurrencies: [Double] = [4, 8, 16, 32, 64], factor: (Int) -> Double = { _ in 1 }
  ) throws -> [FleetServing.Measurement] {
    let latency = LatencyModel(constants: catalog.latencyConstants)
    var rows: [FleetServing.Measurement] = []
    for (input, output) in lengths {
      for concurrency in concurrencies {
        var row = Measurement(
          kind: .aggregated, system: system, backend: backend, model: model, weights: weights, inputTokens: input,
          outputTokens: output, concurrency: concurrency, devices: tensor, tensor: tensor,
          origin: .init(file: "sweep.csv", line: rows.count + 2))
        let prediction = latency.predict(try row.resolved(in: catalog))
        row.tpotSeconds = prediction.tpotSeconds * factor(rows.count)
        row.ttftSeconds = prediction.ttftSeconds * factor(rows.count)
        rows.append(row)
      }
    }
    return rows
  }

  static func medianError(
    _ rows: [FleetServing.Measurement], _ constants: LatencyConstants, _ catalog: Catalog
  ) throws -> Double {
    let model = LatencyModel(constants: constants)
    let errors = try rows.map { abs(CalibrationRow(try $0.resolved(in: catalog)).logErrors(model).tpot ?? 0) }
    return quantile(errors.sorted(), 0.5)
  }
}

@Suite struct CalibrationTests {
  let catalog: Catalog

  init() throws { catalog = try Laboratory.catalog() }

  private func varied(seed: UInt64, _ catalog: Catalog) throws -> [FleetServing.Measurement] {
    var generator = SplitMix(seed: seed)
    func noise(_ row: Int) -> Double {
      exp(0.05 * (Double.random(in: -1...1, using: &generator) + Double.random(in: -1...1, using: &generator)))
    }
    var rows: [FleetServing.Measurement] = []
    for (system, tensors) in [("h100-sxm", [4, 8]), ("b200-sxm", [2, 8]), ("a100-80gb-sxm", [8])] {
      for tensor in tensors {
        for model in ["llama-3.1-70b", "gpt-oss-120b"] {
          let weights = model.hasPrefix("gpt") ? "mxfp4" : system.hasPrefix("a100") ? "bf16" : "fp8"
          rows += try Laboratory.sweep(
            catalog, system: system, model: model, weights: weights, tensor: tensor, factor: noise)
        }
      }
    }
    return rows
  }

  @Test func fitFindsConstantsThatMadeTheMeasurements() throws {
    let seed: UInt64 = 7
    let truth = Laboratory.with(catalog) { constants in
      for family in ["hopper", "blackwell", "ampere"] {
        constants.families[family]?.memoryEfficiency *= 0.8
        constants.families[family]?.kvReadEfficiency *= 0.85
      }
      constants.backends["vllm"]?.decodeLayerSeconds *= 1.5
    }
    let rows = try varied(seed: seed, truth)
    let calibration = Calibration(rows, catalog: catalog, start: .priors, splits: [])
    #expect(calibration.rows.count == rows.count && calibration.unusable.isEmpty)
    var physics = calibration.constants
    physics.corrections = .none
    let before = try Laboratory.medianError(rows, catalog.latencyConstants, catalog)
    let after = try Laboratory.medianError(rows, physics, catalog)
    #expect(before > 0.1 && after < 0.04, "seed \(seed): \(before) → \(after)")
    let hopper = try #require(physics.families["hopper"])
    let expected = try #require(truth.latencyConstants.families["hopper"])
    #expect(abs(log(hopper.memoryEfficiency / expected.memoryEfficiency)) < 0.15, "seed \(seed)")
  }

  @Test func sameRowsGiveTheSameConstants() throws {
    let rows = try varied(seed: 11, catalog)
    let first = Calibration(rows, catalog: catalog, start: .priors, splits: [.newConfiguration])
    let second = Calibration(rows, catalog: catalog, start: .priors, splits: [.newConfiguration])
    let source = MeasurementSource(title: "test", date: "2026-01-31")
    #expect(first.files(source: source) == second.files(source: source))
    #expect(first.leftOut.map(\.logError) == second.leftOut.map(\.logError))
  }

  @Test func fewerThanFiveProbesChangeNothing() throws {
    // A family of which nothing was measured.
    let rows = try Laboratory.sweep(
      catalog, system: "l40s", model: "llama-3.1-70b", tensor: 4, lengths: [(1024, 1024)],
      concurrencies: [4, 8, 16, 32], factor: { _ in 2 })
    let calibration = Calibration(rows, catalog: catalog, start: .catalog)
    #expect(calibration.constants.families == catalog.latencyConstants.families)
    #expect(calibration.constants.corrections == .none)
    let configuration = calibration.rows[0].resolved.deployment.decodingConfiguration
    #expect(LatencyModel(constants: calibration.constants).evidence(for: configuration).grade == .assumed)
  }

  @Test func fiveProbesOfANewVendorHelpItsOtherConfigurationsToo() throws {
    let truth = Laboratory.with(catalog) { constants in
      var hardware = constants.families["cdna3"] ?? constants.otherFamily
      hardware.memoryEfficiency *= 0.6
      hardware.computeEfficiency *= 0.6
      constants.families["cdna3"] = hardware
    }
    let probes = try Laboratory.sweep(
      truth, system: "mi300x", model: "llama-3.1-70b", tensor: 4, lengths: [(1024, 1024)])
    let others = try Laboratory.sweep(truth, system: "mi300x", model: "qwen3-32b", tensor: 2)
    let calibration = Calibration(probes, catalog: catalog, start: .catalog)
    for (rows, share) in [(probes, 0.35), (others, 0.6)] {
      let before = try Laboratory.medianError(rows, catalog.latencyConstants, catalog)
      let after = try Laboratory.medianError(rows, calibration.constants, catalog)
      #expect(after < share * before, "\(before) → \(after)")
    }
    let unchanged = try Laboratory.sweep(catalog, system: "h100-sxm", model: "llama-3.1-70b", tensor: 4)
    #expect(try Laboratory.medianError(unchanged, calibration.constants, catalog) < 1e-9)
    #expect(!calibration.leftOut.isEmpty && !calibration.before.isEmpty)
  }

  @Test func profileFollowsMeasurementsAndFadesBetweenConfigurations() throws {
    // A configuration that is 30 % slower at every point than the model says.
    let rows = try Laboratory.sweep(
      catalog, system: "h100-sxm", model: "llama-3.1-70b", tensor: 4, factor: { _ in 1.3 })
    let calibration = Calibration(rows, catalog: catalog, start: .catalog)
    #expect(try Laboratory.medianError(rows, calibration.constants, catalog) < 0.03)
    let other = try Laboratory.sweep(catalog, system: "h100-sxm", model: "qwen3-32b", tensor: 4)
    let change = try Laboratory.medianError(other, calibration.constants, catalog)
    #expect(change < 0.2, "another model moves less than the measured one: \(change)")
    let configuration = calibration.rows[0].resolved.deployment.decodingConfiguration
    let evidence = LatencyModel(constants: calibration.constants).evidence(for: configuration)
    #expect(evidence == .profiled(rows: rows.count))
  }

  @Test func outliersAndUnusableRowsAreNamed() throws {
    var rows = try Laboratory.sweep(
      catalog, system: "h100-sxm", model: "llama-3.1-70b", tensor: 8, factor: { $0 == 6 ? 3 : 1 })
    var impossible = rows[0]
    impossible.tensor = 1
    impossible.devices = 1
    impossible.weights = "bf16"
    rows.append(impossible)
    var unknown = rows[0]
    unknown.system = "h1000"
    rows.append(unknown)
    let calibration = Calibration(rows, catalog: catalog, start: .catalog)
    #expect(calibration.unusable.count == 2)
    #expect(calibration.unusable.first?.text.contains("memory limit") == true)
    #expect(calibration.unusable.last?.text.contains("did you mean") == true)
    #expect(calibration.outliers.first?.measurement.origin?.line == 8)
  }

  @Test func filesReadBack() throws {
    let rows = try Laboratory.sweep(
      catalog, system: "h100-sxm", model: "llama-3.1-70b", tensor: 4, factor: { _ in 1.2 })
    let calibration = Calibration(rows, catalog: catalog, start: .catalog)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "fleetplan-calibration-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for file in calibration.files(source: MeasurementSource(title: "test", date: "2026-01-31")) {
      let url = folder.appendingPathComponent(file.path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try file.text.write(to: url, atomically: true, encoding: .utf8)
    }
    let read = try catalog.calibrated(by: folder.path)
    #expect(read.hash != catalog.hash)
    for row in calibration.rows {
      let written = LatencyModel(constants: calibration.constants).predict(row.resolved)
      let again = LatencyModel(constants: read.latencyConstants).predict(row.resolved)
      #expect(abs(written.tpotSeconds / again.tpotSeconds - 1) < 2e-3)
    }
  }

  @Test func committedErrorsAreWithinTheTargets() throws {
    // docs/accuracy.md is made by the same command as models/latency/constants.json.
    let errors = try Catalog(contentsOf: modelsDirectory).latencyConstants.errors
    let profiled = try #require(errors.error(.profiled, .tpot))
    #expect(profiled.medianAPE <= 0.07 && profiled.meanAPE <= 0.10)
    let configuration = try #require(errors.error(.modelMeasured, .tpot))
    #expect(configuration.medianAPE <= 0.10 && configuration.meanAPE <= 0.14)
    let prefill = try #require(errors.error(.modelMeasured, .prefill))
    #expect(prefill.medianAPE <= 0.10 && prefill.meanAPE <= 0.16)
    for quantity in LatencyQuantity.allCases {
      var width = 0.0
      for grade in LatencyGrade.ofConfigurations {
        guard let error = errors.table[.init(grade, quantity)] else { continue }
        let next = log(error.highRatio / error.lowRatio)
        #expect(next >= width, "\(quantity) \(grade)")
        width = next
      }
    }
  }
}
