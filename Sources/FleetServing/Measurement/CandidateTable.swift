import FleetJSON

/// Reads the tables of candidates that AIConfigurator writes, `best_config_topn.csv` and `pareto.csv`: a row for each
/// deployment with what it predicts of it.
///
/// Tables of aggregated instances have columns `tp`, `pp`, `dp`, `moe_ep`, `cp`, `gemm`, `moe`, `backend`, `version` and
/// `system`; those of disaggregated deployments have them twice, as `(p)tp` and `(d)tp`, with `(p)workers` and `(d)workers`.
/// Both have `model`, `isl`, `osl`, `prefix`, `concurrency`, `ttft` and `tpot` in milliseconds, and `seq/s`. Other columns are
/// passed over, because versions differ in them.
enum CandidateTable {
  /// Who predicted the rows: what `Measurement.predictedBy` says.
  static let author = "AIConfigurator"

  /// A column that no table of measurements has.
  static let mark = "tokens/s/gpu"

  static func read(_ table: CSVTable) throws(Faults) -> [Measurement] {
    let faults = FaultCollector(source: table.source)
    let rows = MeasurementRows(table, context: MeasurementContext(), faults: faults)
    let isDisaggregated = table.column("(p)tp") != nil
    let shared = ["model", "isl", "osl", "concurrency", "ttft", "tpot", "seq/s"]
    let own = ["tp", "gemm", "backend", "system"]
    let needed = shared + (isDisaggregated ? ["(p)", "(d)"].flatMap { p in (["workers"] + own).map { p + $0 } } : own)
    for column in needed where table.column(column) == nil {
      faults.add(
        Fault(
          path: "header", line: 1, message: "missing column \(shown(column))",
          hint: "expected best_config_topn.csv or pareto.csv of AIConfigurator"))
    }
    try faults.throwIfAny()
    let found = (0..<table.rowCount).compactMap { isDisaggregated ? rows.disaggregated($0) : rows.aggregated($0) }
    try faults.throwIfAny()
    return found
  }
}

extension MeasurementRows {
  /// Columns of one kind of instance: those of a phase have a prefix.
  private struct Instance {
    var workers: Measurement.Workers
    var tensor: Int
    var system: String
    var backend: String
    var weights: String
    var version: String?
    var usesContextParallelism: Bool
  }

  fileprivate func aggregated(_ row: Int) -> Measurement? {
    guard let instance = instance(row, "") else { return nil }
    return candidate(
      row, instance, kind: .aggregated, flags: instance.usesContextParallelism ? ["context_parallel"] : [])
  }

  fileprivate func disaggregated(_ row: Int) -> Measurement? {
    let prefill = instance(row, "(p)")
    let decode = instance(row, "(d)")
    guard let prefill, let decode else { return nil }
    let isMixed =
      (prefill.system, prefill.backend, prefill.weights) != (decode.system, decode.backend, decode.weights)
    var flags = isMixed ? ["mixed_deployment"] : []
    if prefill.usesContextParallelism || decode.usesContextParallelism { flags.append("context_parallel") }
    var measurement = candidate(row, decode, kind: .disaggregated, flags: flags)
    measurement?.prefill = prefill.workers
    measurement?.decode = decode.workers
    measurement?.devices =
      prefill.workers.count * prefill.workers.devices + decode.workers.count * decode.workers.devices
    return measurement
  }

  private func candidate(
    _ row: Int, _ instance: Instance, kind: Measurement.Kind, flags: [String]
  ) -> Measurement? {
    let model = text(row, "model", nil)
    let input = needed(row, "isl", MeasurementLimits.tokens, "tokens", nil)
    let output = needed(row, "osl", MeasurementLimits.tokens, "tokens", nil)
    let prefix = number(row, "prefix", MeasurementLimits.stepOutputTokens, "tokens") ?? 0
    let concurrency = needed(row, "concurrency", MeasurementLimits.concurrency, "requests", nil)
    let rate = needed(row, "seq/s", MeasurementLimits.requestsPerSecond, "requests/s", nil)
    let ttft = needed(row, "ttft", MeasurementLimits.ttftMilliseconds, "ms", nil)
    // An answer of one token has no TPOT, which is written as 0.
    let tpot = output == 1 ? 0 : needed(row, "tpot", MeasurementLimits.tpotMilliseconds, "ms", nil)
    guard let model, let input, let output, let concurrency, let rate, let ttft, let tpot else { return nil }
    var measurement = Measurement(
      kind: kind, system: instance.system, backend: instance.backend, model: model, weights: instance.weights,
      inputTokens: input, outputTokens: output, concurrency: concurrency, devices: instance.workers.devices,
      tensor: instance.tensor, data: instance.workers.data, expert: instance.workers.expert,
      ttftSeconds: ttft / 1000, tpotSeconds: output == 1 ? nil : tpot / 1000, flags: flags, dataset: "aiconfigurator",
      harness: MeasurementHarness(
        backendVersion: instance.version, prefixCache: prefix > 0 ? .hits(min(1, prefix / input)) : nil),
      origin: Measurement.Origin(file: table.source, line: table.line(ofRow: row)))
    measurement.pipeline = instance.workers.pipeline
    measurement.ratePerSecond = rate
    measurement.predictedBy = CandidateTable.author
    return measurement
  }

  private func instance(_ row: Int, _ prefix: String) -> Instance? {
    let tensor = degree(row, prefix + "tp")
    let pipeline = degree(row, prefix + "pp") ?? 1
    let data = degree(row, prefix + "dp") ?? 1
    let expert = degree(row, prefix + "moe_ep") ?? 1
    let context = degree(row, prefix + "cp") ?? 1
    let count = prefix.isEmpty ? 1 : degree(row, prefix + "workers")
    let system = text(row, prefix + "system", nil)
    let backend = text(row, prefix + "backend", nil)
    let gemm = text(row, prefix + "gemm", nil)
    if tensor == nil, optionalText(row, prefix + "tp") == nil {
      fault(row, prefix + "tp", "expected a whole number \(MeasurementLimits.devices), found nothing")
    }
    if count == nil, optionalText(row, prefix + "workers") == nil {
      fault(row, prefix + "workers", "expected a whole number \(MeasurementLimits.devices), found nothing")
    }
    guard let tensor, let count, let system, let backend, let gemm else { return nil }
    let (stage, overflow) = tensor.multipliedReportingOverflow(by: pipeline)
    guard !overflow, MeasurementLimits.devices.contains(Double(stage) * Double(data) * Double(context)) else {
      fault(row, prefix + "tp", "expected degrees whose product is \(MeasurementLimits.devices) devices")
      return nil
    }
    return Instance(
      workers: Measurement.Workers(
        count: count, devices: stage * data * context, data: data, expert: expert, pipeline: pipeline),
      tensor: tensor, system: system, backend: backend,
      weights: Self.weights(gemm: gemm, experts: optionalText(row, prefix + "moe")),
      version: optionalText(row, prefix + "version"), usesContextParallelism: context > 1)
  }

  /// The precision of most weights: that of the experts where they are stored with fewer bits than the other matrices.
  /// Names that are not known stay as they are.
  private static func weights(gemm: String, experts: String?) -> String {
    let precisions = [gemm, experts].compactMap { $0.flatMap { quantizations[$0] } }
    return precisions.min { $0.bitsPerElement < $1.bitsPerElement }?.rawValue ?? gemm
  }

  /// AIConfigurator's names of storage formats; `bfloat16` stands for both 16-bit formats, and `_wo` for weights only.
  private static let quantizations: [String: Precision] = [
    "bfloat16": .bf16, "float16": .bf16, "fp8": .fp8, "fp8_static": .fp8, "fp8_block": .fp8, "fp8_ootb": .fp8,
    "int8_wo": .int8, "sq": .int8, "int4_wo": .int4, "w4afp8": .int4, "nvfp4": .nvfp4, "nvfp4_wo": .nvfp4,
    "w4a16_nvfp4": .nvfp4, "w4a16_mxfp4": .mxfp4, "w4a16_mxfp4_cutlass": .mxfp4, "w4a8_mxfp4_mxfp8": .mxfp4,
    "w4a8_mxfp4_mxfp8_trtllm": .mxfp4,
  ]
}
