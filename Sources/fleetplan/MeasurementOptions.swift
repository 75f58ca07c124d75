import ArgumentParser
import FleetJSON
import FleetPlan

/// What is known of measurements beside their files; shared by commands that read them.
struct MeasurementOptions: ParsableArguments {
  @Option(
    name: .customLong("format"),
    help:
      "Format of the measurements: csv, vllm, sglang, aiperf or aiconfigurator (default: found out from the content).")
  var format: MeasurementFormat?

  @Option(help: ArgumentHelp("Accelerator, where the file does not state it.", valueName: "accelerator"))
  var system: String?

  @Option(help: ArgumentHelp("Serving backend, where the file does not state it.", valueName: "backend"))
  var backend: String?

  @Option(help: ArgumentHelp("Model, where the file does not state it.", valueName: "model"))
  var model: String?

  @Option(help: ArgumentHelp("Precision of the weights, where the file does not state it.", valueName: "precision"))
  var weights: String?

  @Option(help: "Tensor-parallel degree, where the file does not state it.")
  var tp: Int?

  @Option(help: "Attention-data-parallel ranks, where the file does not state them.")
  var dp: Int?

  @Option(help: "Expert-parallel degree, where the file does not state it.")
  var ep: Int?

  @Option(name: .customLong("n-gpu"), help: "Devices of the deployment, where the file does not state them.")
  var devices: Int?

  @Option(help: ArgumentHelp("Mean prompt length, where the file does not state it.", valueName: "tokens"))
  var isl: Double?

  @Option(help: ArgumentHelp("Mean length of the answer, where the file does not state it.", valueName: "tokens"))
  var osl: Double?

  @Option(help: ArgumentHelp("Requests at the same time, where the file does not state them.", valueName: "requests"))
  var concurrency: Double?

  func validate() throws {
    for (name, value) in [("--tp", tp), ("--dp", dp), ("--ep", ep), ("--n-gpu", devices)] {
      guard let value, !(1...100_000 ~= value) else { continue }
      throw ValidationError("\(name): expected a whole number from 1 to 100000, found \(value)")
    }
    for (name, value) in [("--isl", isl), ("--osl", osl), ("--concurrency", concurrency)] {
      guard let value, !(value >= 1 && value <= 100_000_000) else { continue }
      throw ValidationError("\(name): expected a number from 1 to 100000000, found \(value)")
    }
  }

  var context: MeasurementContext {
    MeasurementContext(
      system: system, backend: backend, model: model, weights: weights, tensor: tp, data: dp, expert: ep,
      devices: devices, inputTokens: isl, outputTokens: osl, concurrency: concurrency)
  }

  /// Reads all files; the faults of all of them are reported together.
  func read(_ paths: [String]) throws -> [Measurement] {
    var measurements: [Measurement] = []
    var failures: [Faults] = []
    for path in paths {
      do {
        measurements += try MeasurementFile.read(contentsOf: path, format: format, context: context)
      } catch {
        failures.append(error)
      }
    }
    if !failures.isEmpty { throw CommandFailure(failures) }
    return measurements
  }
}

extension MeasurementFormat: ExpressibleByArgument {}
