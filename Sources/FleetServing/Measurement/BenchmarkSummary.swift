import FleetJSON

/// What the report of one benchmark says, before the context completes it.
struct BenchmarkSummary {
  var system: String?
  /// The serving backend; `nil` where the report only names the protocol.
  var backend: String?
  var model: String?
  /// Mean lengths [tokens].
  var inputTokens: Double?
  var outputTokens: Double?
  /// Clients of the closed loop.
  var concurrency: Double?
  var ttftSeconds: Double?
  var tpotSeconds: Double?
  var flags: [String] = []
  /// Requests of the benchmark.
  var requests: Double?
  /// As the report spells it: vLLM writes `20260214-101500`.
  var date: String?

  private func harness(concurrency: Double) -> MeasurementHarness {
    let day = date.map { $0.prefix(8) }.flatMap { day in
      day.count == 8 ? "\(day.prefix(4))-\(day.dropFirst(4).prefix(2))-\(day.suffix(2))" : nil
    }
    return MeasurementHarness(
      monthsSince2024: day.flatMap(MeasurementHarness.monthsSince2024), waves: requests.map { $0 / concurrency })
  }

  /// The measurement; `nil` leaves a fault for each thing that neither the report nor the context says.
  ///
  /// A context wins over the report; see `MeasurementContext`.
  func measurement(
    in context: MeasurementContext, origin: Measurement.Origin, faults: FaultCollector
  ) -> Measurement? {
    func missing(_ what: String, _ option: String) {
      faults.add(
        Fault(
          path: "", line: origin.line, message: "the report does not state \(what)", hint: "state it with \(option)"))
    }
    if context.kind == .disaggregated {
      faults.add(
        Fault(
          path: "", line: origin.line,
          message: "a report of one benchmark does not state the workers of a disaggregated deployment",
          hint: "write it as a row of a CSV table with p_n, p_gpu, d_n and d_gpu"))
    }
    let system = context.system ?? self.system
    let backend = context.backend ?? self.backend
    let model = context.model ?? self.model
    let input = context.inputTokens ?? inputTokens
    let output = context.outputTokens ?? outputTokens
    let concurrency = context.concurrency ?? self.concurrency
    let data = context.data ?? 1
    let tensor = context.tensor ?? context.devices.flatMap { $0 % data == 0 ? $0 / data : nil }
    if system == nil { missing("the accelerator", "--system") }
    if backend == nil { missing("the serving backend", "--backend") }
    if model == nil { missing("the model", "--model") }
    if context.weights == nil { missing("the precision of the weights", "--weights") }
    if tensor == nil { missing("the tensor-parallel degree", "--tp") }
    if input == nil { missing("the prompt length", "--isl") }
    if output == nil { missing("the length of the answer", "--osl") }
    if concurrency == nil { missing("the concurrency of a closed loop", "--concurrency") }
    guard context.kind != .disaggregated, let system, let backend, let model, let weights = context.weights, let tensor,
      let input, let output, let concurrency
    else { return nil }
    return Measurement(
      kind: context.kind ?? .aggregated, system: system, backend: backend, model: model, weights: weights,
      inputTokens: input, outputTokens: output, concurrency: concurrency, devices: context.devices ?? tensor * data,
      tensor: tensor, data: data, expert: context.expert ?? 1, ttftSeconds: ttftSeconds, tpotSeconds: tpotSeconds,
      flags: flags, harness: harness(concurrency: concurrency), origin: origin)
  }
}
