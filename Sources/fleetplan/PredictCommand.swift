import ArgumentParser
import FleetJSON
import FleetPlan

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict step times, memory and capacity of one instance, or the rows of a table.",
    discussion: """
      One model on one group of devices: how long a decode step and a prompt take and on what the time is spent, how \
      memory is used, and how many requests per second the instance carries within latency objectives.

        fleetplan predict --model llama-3.1-70b --accelerator h100-sxm --tp 4
        fleetplan predict --model llama-3.1-8b --accelerator mi300x --batch 1 32 256
        fleetplan predict --model deepseek-r1 --accelerator h200-sxm --dp 8 --ep 8 --precision fp8
        fleetplan predict --model qwen3-32b --accelerator h20 --ttft-ms 800 --tpot-ms 40 --percentile 99
        fleetplan predict --model ./my-model.json --accelerator ascend-910b --json

      Exit status 3 means that the model does not fit or that the devices cannot run it so.

      With --input, the closed loop or the steps that each row of a CSV table describes (docs/profiling.md lists the \
      columns): the rows come back with predicted TTFT, TPOT, their 90 % bands and a status.

        fleetplan predict --input rows.csv --output predictions.csv
      """)

  @Option(help: ArgumentHelp("Id, name or alias of a model, or the path of a model file.", valueName: "model"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Id, name or alias of an accelerator, or the path of an accelerator file.", valueName: "accelerator"))
  var accelerator: String?

  @Option(
    help: ArgumentHelp("CSV table of configurations to predict instead of a single one.", valueName: "file"),
    completion: .file(extensions: ["csv"]))
  var input: String?

  @Option(
    help: ArgumentHelp("File for the predicted table (default: the output).", valueName: "file"),
    completion: .file(extensions: ["csv"]))
  var output: String?

  @Option(help: "Tensor-parallel degree (default: the smallest that fits).")
  var tp: Int?

  @Option(help: "Pipeline stages.")
  var pp = 1

  @Option(help: "Attention-data-parallel ranks, for mixture-of-experts models.")
  var dp = 1

  @Option(help: "Expert-parallel degree.")
  var ep = 1

  @Option(help: "Precision of the weights (default: as published, where the accelerator runs it).")
  var precision: Precision?

  @Option(help: "Precision of the KV cache (default: bf16, where the accelerator stores it).")
  var kvPrecision: Precision?

  @Option(help: "Serving backend whose constants apply (default: the accelerator's first).")
  var backend: String?

  @Option(help: ArgumentHelp("Prompt length.", valueName: "tokens"))
  var inputTokens = 1024

  @Option(help: ArgumentHelp("Length of the answer.", valueName: "tokens"))
  var outputTokens = 256

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Running sequences for which the decode step is shown; one or more.", valueName: "sequences"))
  var batch: [Int] = []

  @Option(help: ArgumentHelp("Objective for time to first token.", valueName: "ms"))
  var ttftMs: Double?

  @Option(help: ArgumentHelp("Objective for time per output token.", valueName: "ms"))
  var tpotMs: Double?

  @Option(help: ArgumentHelp("Percentile that must meet the objectives.", valueName: "percent"))
  var percentile = 95.0

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func validate() throws {
    if input == nil {
      if model == nil { throw ValidationError("Missing expected argument '--model <model>' (or '--input <file>')") }
      if accelerator == nil { throw ValidationError("Missing expected argument '--accelerator <accelerator>'") }
      if output != nil { throw ValidationError("--output goes with --input") }
    } else if model != nil || accelerator != nil {
      throw ValidationError("--input takes model and accelerator from its rows; leave out --model and --accelerator")
    }
    for (name, value) in [("--tp", tp ?? 1), ("--pp", pp), ("--dp", dp), ("--ep", ep)] where !(1...16_384 ~= value) {
      throw ValidationError("\(name): expected a degree from 1 to 16384, found \(value)")
    }
    for (name, value) in [("--input-tokens", inputTokens), ("--output-tokens", outputTokens)]
    where !(1...100_000_000 ~= value) {
      throw ValidationError("\(name): expected 1 to 100000000 tokens, found \(value)")
    }
    for value in batch where !(1...10_000_000 ~= value) {
      throw ValidationError("--batch: expected 1 to 10000000 sequences, found \(value)")
    }
    for (name, value) in [("--ttft-ms", ttftMs ?? 1), ("--tpot-ms", tpotMs ?? 1)] where !(value > 0 && value < 1e9) {
      throw ValidationError("\(name): expected a number of ms > 0, found \(value)")
    }
    if !(percentile > 1 && percentile < 100) {
      throw ValidationError("--percentile: expected a number > 1 and < 100, found \(percentile)")
    }
  }

  func run() throws {
    if let input { return try predictTable(input) }
    guard let model, let spelled = self.accelerator else { preconditionFailure("validate() asks for both") }
    let catalog = try catalog.load()
    let accelerator = try EntryArgument.accelerator(spelled, in: catalog)
    let question = PredictionQuestion(
      model: try EntryArgument.model(model, in: catalog), accelerator: accelerator, tensor: tp, pipeline: pp, data: dp,
      expert: ep, weightPrecision: precision, kvPrecision: kvPrecision,
      backend: try knownBackend(of: accelerator, catalog),
      inputTokens: inputTokens, outputTokens: outputTokens, batches: batch,
      ttft: ttftMs.map { LatencyObjective(seconds: $0 / 1000, percentile: percentile / 100) },
      tpot: tpotMs.map { LatencyObjective(seconds: $0 / 1000, percentile: percentile / 100) })
    let prediction = Prediction(question, constants: catalog.latencyConstants)
    if appearance.json {
      Terminal.output.write(prediction.encoded().encoded())
    } else {
      Terminal.output.write(PredictionText.render(prediction, style: appearance.style))
    }
    if prediction.fault != nil { throw ExitStatus.infeasible }
  }

  /// Predicts each row of a table. Rows that cannot be predicted say why and stop no others.
  private func predictTable(_ path: String) throws {
    let file = try OutputFile(checking: output, inputs: [path])
    let catalog = try catalog.load()
    let table: MeasurementTable
    do {
      table = try MeasurementTable(CSVTable(contentsOf: path))
    } catch {
      throw CommandFailure([error])
    }
    let prediction = PredictionTable(table, catalog: catalog)
    guard let file else {
      if appearance.json {
        Terminal.output.write(prediction.encoded().encoded())
      } else {
        Terminal.output.write(String(decoding: prediction.csv(), as: UTF8.self))
        Terminal.errors.write(prediction.summary(style: appearance.style))
      }
      return
    }
    try file.write(prediction.csv())
    let style = appearance.style
    Terminal.output.write(appearance.json ? prediction.encoded().encoded() : prediction.summary(style: style))
  }

  /// A backend of the accelerator or one with fitted constants.
  private func knownBackend(of accelerator: Accelerator, _ catalog: Catalog) throws -> String? {
    guard let backend else { return nil }
    let known = accelerator.backends + catalog.latencyConstants.backends.keys.sorted()
    if known.contains(backend) { return backend }
    let hint = nearest(backend, among: known).map { "did you mean \"\($0)\"?" }
    let list = known.enumerated().filter { !known[..<$0].contains($1) }.map(\.element).joined(separator: ", ")
    throw CommandFailure(
      .badInput, "no constants are known for the backend \"\(backend)\"", hint: hint ?? "known: \(list)")
  }
}

extension Precision: ExpressibleByArgument {
  /// Any common spelling: `fp8`, `FP8`, `bfloat16`, `w4a16`.
  public init?(argument: String) { self.init(spelling: argument) }
}

/// Models and accelerators named on the command line.
enum EntryArgument {
  static func model(_ text: String, in catalog: Catalog) throws -> LanguageModel {
    if text.hasSuffix(".json") { return try read(text) { LanguageModel(decoding: $0) } }
    if let model = catalog.model(text) { return model }
    throw unknown("model", text, near: catalog.nearestModel(to: text), list: "--llms")
  }

  static func accelerator(_ text: String, in catalog: Catalog) throws -> Accelerator {
    if text.hasSuffix(".json") { return try read(text) { Accelerator(decoding: $0) } }
    if let accelerator = catalog.accelerator(text) { return accelerator }
    throw unknown("accelerator", text, near: catalog.nearestAccelerator(to: text), list: "--accelerators")
  }

  private static func read<Entry>(_ path: String, _ decode: (JSONReader) -> Entry?) throws -> Entry {
    do {
      return try JSONParser.decode(contentsOf: path, decode)
    } catch {
      throw CommandFailure([error])
    }
  }

  private static func unknown(_ kind: String, _ text: String, near: String?, list: String) -> CommandFailure {
    CommandFailure(
      .badInput, "the catalog has no \(kind) \"\(text)\"",
      hint: near.map { "did you mean \"\($0)\"?" } ?? "`fleetplan catalog list \(list)` shows all")
  }
}
