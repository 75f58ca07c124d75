extension LatencyModel {
  /// Predicts a closed-loop benchmark of disaggregated pools: `c` clients over `P` prefill and `D` decode instances, each
  /// pool behind one queue that spreads requests evenly.
  ///
  /// A request passes four places, so that Little's law gives `c = X·(W + t_p + t_kv + T_k·input + output·t_d)`:
  ///
  /// - prefill: the prompt alone takes `t_p` and occupies an instance for `S`, prompts that fit into one step together. `W` is `WaitingTime` of `P` servers at the
  /// utilisation that the other clients cause, `(c − 1)/c·X·S/P`: an arrival at a closed network sees the network without
  /// itself (Sevcik and Mitrani 1981; Lavenberg and Reiser 1980), in the approximation of Schweitzer (1979).
  /// - transfer: `t_kv`, the visible part of `KVTransferModel.estimate`.
  /// - handling outside the devices: `T_k·input`.
  /// - decode: `output` steps of `t_d(b)` at the batch `b = X·output·t_d(b)/D` of an instance, without prompts beside it.
  ///
  /// Then `TPOT = t_d(b)`, and in steady state `TTFT = W + t_p + t_kv + T_k·input + K_R·t_d(b) + t_rr`: a client sees its first
  /// token `K_R` decode steps after the decode instance has the cache, at least one. In the first of the benchmark's waves the
  /// prompts of all clients come together, and on average half of those of an instance, `(c/P − 1)/2·S`, stand before
  /// one's own instead of `W`.
  ///
  /// `X` does not exceed `P/S`, nor the rate at which as many sequences run as fit into decode memory. Clients beyond that
  /// wait in front of the slower pool before their first token. `K_D` of `closedLoop` does not apply: it counts decode
  /// steps that a prompt waits for, and a prefill instance runs none.
  ///
  /// Faster or more decode instances shorten TPOT but may lengthen TTFT, because clients return to the prompt queue
  /// sooner.
  ///
  /// - Parameters:
  ///   - prefillInstances: P, at least 1.
  ///   - decodeInstances: D, at least 1.
  ///   - concurrency: Requests in the system, c; less than 1 counts as 1.
  ///   - link: The network between the pools, `nil` for the devices' own figures.
  ///   - maximumBatch: Most sequences that a decode instance runs; by default as many as fit into memory.
  /// - Returns: Means over requests. For pools that cannot exchange caches (`KVCompatibility`) the transfer counts with
  ///   its time on the wire.
  public func closedLoopDisaggregated(
    prefill: InstanceConfiguration, prefillInstances: Int, decode: InstanceConfiguration, decodeInstances: Int,
    concurrency: Double, inputTokens: Double, outputTokens: Double, link: PoolLink? = nil,
    harness: ClosedLoopHarness = ClosedLoopHarness(), maximumBatch: Double? = nil
  ) -> ClosedLoopPrediction {
    precondition(prefillInstances >= 1 && decodeInstances >= 1, "a pool has at least one instance")
    let instance = instance(decode)
    let fitting =
      maximumBatch
      ?? MemoryFootprint(decode, constants: constants).sequences(ofTokens: inputTokens + outputTokens)
    let alone = prefillSeconds(prefill, inputTokens: inputTokens).totalSeconds
    let transfer = KVTransferModel(constants: constants).visibleSeconds(
      from: prefill, to: decode, tokens: inputTokens, link: link, prefillSeconds: alone)
    let backend = instance.fit.backend
    let stepTokens = harness.chunkTokens ?? instance.fit.engine.chunkTokens
    let network = DisaggregatedNetwork(
      clients: max(concurrency, 1), prefillInstances: prefillInstances, decodeInstances: Double(decodeInstances),
      prefillOccupancy: self.instance(prefill).prefillOccupancySeconds(
        inputTokens: inputTokens, stepTokens: stepTokens),
      fixedSeconds: alone + transfer + promptHandlingSeconds(prefill, inputTokens: inputTokens),
      waitSteps: max(backend.remoteWaitSteps, 1), requestSeconds: backend.remoteRequestSeconds,
      outputTokens: max(outputTokens, 1), largestBatch: max(fitting, 1), waves: harness.waves
    ) { batch in
      instance.decodeStep(batch: max(batch, 1), contextTokens: inputTokens + outputTokens / 2).totalSeconds
    }
    return network.prediction()
  }
}

/// The closed network of `LatencyModel.closedLoopDisaggregated`, solved for the decode batch.
private struct DisaggregatedNetwork {
  /// c.
  let clients: Double
  let prefillInstances: Int
  let decodeInstances: Double
  /// S [s].
  let prefillOccupancy: Double
  /// `t_p + t_kv + T_k·input` [s].
  let fixedSeconds: Double
  /// K_R.
  let waitSteps: Double
  /// t_rr [s].
  let requestSeconds: Double
  let outputTokens: Double
  /// Sequences that an instance can run.
  let largestBatch: Double
  /// W of the benchmark.
  let waves: Double
  /// t_d at a batch [s].
  let step: (Double) -> Double

  /// The state at which `batch` sequences run on each decode instance.
  private struct State {
    /// X [requests/s].
    var rate: Double
    /// W [s].
    var wait: Double
    /// t_d [s].
    var step: Double
    /// Clients in all places.
    var clients: Double
  }

  private func state(batch: Double) -> State {
    let step = step(batch)
    let rate = batch * decodeInstances / (outputTokens * step)
    let busy = rate * prefillOccupancy / Double(prefillInstances)
    let wait = WaitingTime(
      servers: prefillInstances, utilization: (clients - 1) / clients * min(busy, 1),
      meanResidual: prefillOccupancy / 2
    ).mean
    // Beyond its capacity the prompt queue would hold any number of clients.
    let held = busy > 1 ? .infinity : rate * (wait + fixedSeconds + waitSteps * step) + batch * decodeInstances
    return State(rate: rate, wait: wait, step: step, clients: held)
  }

  func prediction() -> ClosedLoopPrediction {
    var low = 0.0
    var high = min(largestBatch, clients / decodeInstances)
    var found = state(batch: high)
    if found.clients > clients {
      for _ in 0..<100 where high - low > 1e-12 * high {
        let middle = (low + high) / 2
        if state(batch: middle).clients > clients { high = middle } else { low = middle }
      }
      found = state(batch: low)
    }
    // Clients that no place holds at this rate wait in front of the slower pool.
    let surplus = found.clients.isFinite ? max(clients - found.clients, 0) / found.rate : 0
    let first = max(clients / Double(prefillInstances) - 1, 0) / 2 * prefillOccupancy
    let queueing = first / waves + (1 - 1 / waves) * (found.wait + surplus)
    return ClosedLoopPrediction(
      ttftSeconds: queueing + fixedSeconds + waitSteps * found.step + requestSeconds, tpotSeconds: found.step)
  }
}
