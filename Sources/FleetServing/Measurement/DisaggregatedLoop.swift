extension LatencyModel {
  /// Predicts a closed-loop benchmark of prefill instances that hand over to decode instances.
  ///
  /// Clients alternate between a queue in front of `k_p` equal prefill instances and the running batches of `k_d` decode
  /// instances. With prompt time `S`, answer length `O` and decode step `t(b)`, Schweitzer's approximation of mean value
  /// analysis gives the response time of the prefill station, `R = S·(1 + (c − 1)/c·X·R/k_p)`, and the throughput
  /// `X = c/(R + O·t)`; the batch of a decode instance is `X·O·t/k_d`.
  func disaggregatedLoop(
    prefill: InstanceConfiguration, prefillInstances: Int, decode: InstanceConfiguration, decodeInstances: Int,
    concurrency: Double, inputTokens: Double, outputTokens: Double
  ) -> ClosedLoopPrediction {
    let prefillLatency = instance(prefill)
    let decodeLatency = instance(decode)
    let prompt = prefillLatency.prefill(inputTokens: inputTokens).totalSeconds
    let occupancy = prefillLatency.prefillOccupancySeconds(inputTokens: inputTokens) / Double(prefillInstances)
    let steps = max(outputTokens - 1, 1)
    let room = MemoryFootprint(decode, constants: constants).sequences(ofTokens: inputTokens + outputTokens)
    func step(_ batch: Double) -> Double {
      decodeLatency.decodeStep(
        batch: max(1, min(batch, room)), contextTokens: inputTokens + outputTokens / 2
      ).totalSeconds
    }
    var response = prompt
    var tpot = step(concurrency / Double(decodeInstances))
    for _ in 0..<60 {
      let throughput = min(concurrency / (response + steps * tpot), 1 / occupancy)
      let others = throughput * response * max(concurrency - 1, 0) / concurrency
      response = (response + prompt + occupancy * others) / 2
      tpot = step(throughput * steps * tpot / Double(decodeInstances))
    }
    return ClosedLoopPrediction(
      ttftSeconds: response + promptHandlingSeconds(prefill, inputTokens: inputTokens), tpotSeconds: tpot)
  }
}
