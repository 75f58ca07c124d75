import Testing

@testable import FleetServing

/// Prefill pools whose prompts share steps: the formulas against a simulation of such steps, and their laws.
@Suite("Prompts that share a prefill step")
struct PromptSharingTests {
  static let lengths: [String: LengthDistribution] = [
    "100": LengthDistribution(inputTokens: 100, outputTokens: 1),
    "1000": LengthDistribution(inputTokens: 1000, outputTokens: 1),
    "2500": LengthDistribution(inputTokens: 2500, outputTokens: 1),
    "mixed": LengthDistribution(points: [
      .init(inputTokens: 200, outputTokens: 1, weight: 0.5), .init(inputTokens: 1000, outputTokens: 1, weight: 0.3),
      .init(inputTokens: 3000, outputTokens: 1, weight: 0.2),
    ]),
  ]

  private static func steps(base: Double, perToken: Double) -> LinearSteps {
    var steps = LinearSteps()
    (steps.base, steps.perPromptToken, steps.perPromptPair) = (base, perToken, 0)
    steps.kvCapacityBytes = 1e13
    return steps
  }

  private struct Case {
    var name: String
    var base: Double
    var servers: Int
    var utilization: Double
  }

  private static let cases: [Case] = lengths.keys.sorted().flatMap { name in
    [0.005, 0.03, 0.1].flatMap { base in
      [1, 4].flatMap { servers in
        [0.2, 0.5, 0.85].map { Case(name: name, base: base, servers: servers, utilization: $0) }
      }
    }
  }

  @Test("TTFT of shared steps: nine tenths of the quantiles within −6 to +20 % at P90 and −12 to +30 % at P99")
  func simulation() throws {
    var ratios: [[Double]] = [[], []]
    for one in Self.cases {
      let lengths = try #require(Self.lengths[one.name])
      let steps = Self.steps(base: one.base, perToken: one.base > 0.05 ? 2e-5 : 5e-5)
      let admitted = AdmittedClass(id: "class", lengths: lengths)
      func predict(_ rate: Double, _ percentile: Double) -> PrefillPrediction {
        var asked = admitted
        asked.ttft = LatencyObjective(seconds: 1, percentile: percentile)
        return PoolPrediction.prefill(
          steps, instances: one.servers, mix: [(asked, rate)], assumptions: ServingAssumptions())
      }
      let rate = one.utilization / predict(1, 0.9).utilization
      let simulated = PoolSimulation.sharedSteps(
        steps, lengths, rate: rate, servers: one.servers, budget: 8192, requests: 30_000, seed: 7)
      for (index, percentile) in [0.9, 0.99].enumerated() {
        let seconds = predict(rate, percentile).classes[0].ttftSeconds
        ratios[index].append(seconds / sampleQuantile(simulated, percentile))
      }
    }
    for (values, bounds) in zip(ratios, [(0.94, 1.2), (0.88, 1.3)]) {
      let sorted = values.sorted()
      let (low, high) = (sorted[sorted.count / 20], sorted[sorted.count - 1 - sorted.count / 20])
      #expect(low > bounds.0 && high < bounds.1, "\(low) to \(high), all \(sorted[0]) to \(sorted[sorted.count - 1])")
      #expect(sorted[0] > 0.8 && sorted[sorted.count - 1] < 1.5, "\(sorted)")
    }
  }

  @Test("An instance sustains several times the prompts that it takes one at a time")
  func capacity() throws {
    let steps = Self.steps(base: 0.03, perToken: 5e-5)
    let chat = AdmittedClass(
      id: "chat", lengths: LengthDistribution(inputTokens: 250, outputTokens: 1),
      ttft: LatencyObjective(seconds: 1, percentile: 0.9))
    func load(_ tokens: Int) throws -> Double {
      try #require(
        PrefillEnvelope.make(
          steps, admitted: [chat], servers: 2, assumptions: ServingAssumptions(prefillStepTokens: tokens)
        ).envelope
      ).loads[0]
    }
    // One at a time 42.5 ms each, in full steps of 32 prompts 13.4 ms.
    #expect(abs(try load(1) / (0.0425 / 0.85) - 1) < 1e-6)
    let shared = try load(8192)
    #expect(abs(shared / ((0.03 / 32 + 0.0125) / 0.85) - 1) < 0.01, "\(shared)")
    // Larger budgets never need more.
    var last = try load(1)
    for tokens in [250, 500, 1000, 4000, 8192, 16_384] {
      let next = try load(tokens)
      #expect(next <= last * 1.0001, "\(tokens): \(next) after \(last)")
      last = next
    }
  }

  @Test("Prompts above half the budget are taken one at a time, as before")
  func longPrompts() throws {
    let steps = Self.steps(base: 0.03, perToken: 5e-5)
    let long = AdmittedClass(
      id: "long",
      lengths: LengthDistribution(points: [
        .init(inputTokens: 4097, outputTokens: 1, weight: 0.5), .init(inputTokens: 9000, outputTokens: 1, weight: 0.5),
      ]), ttft: LatencyObjective(seconds: 1, percentile: 0.9))
    let all = [1, 8192].map { tokens in
      PrefillEnvelope.makeAll(
        steps, admitted: [long], servers: 2, assumptions: ServingAssumptions(prefillStepTokens: tokens)
      ).envelope
    }
    #expect(all[0] == all[1] && all[0]?.count == 1 && all[0]?[0].maximumBatch == 1)
    let predictions = [1, 8192].map { tokens in
      PoolPrediction.prefill(
        steps, instances: 2, mix: [(long, 4)], assumptions: ServingAssumptions(prefillStepTokens: tokens))
    }
    #expect(predictions[0] == predictions[1])
  }

  @Test("Any mix within the loads of either law meets all objectives", arguments: [1, 3])
  func law(servers: Int) throws {
    let steps = Self.steps(base: 0.04, perToken: 5e-5)
    var generator = QueueGenerator(seed: 11)
    let assumptions = ServingAssumptions()
    let names = Self.lengths.keys.sorted()
    for round in 0..<40 {
      let classes = try (0..<Int.random(in: 1...3, using: &generator)).map { index in
        AdmittedClass(
          id: "class \(index)", lengths: try #require(Self.lengths[names[Int.random(in: 0..<4, using: &generator)]]),
          ttft: LatencyObjective(
            seconds: Double.random(in: 0.25...2, using: &generator), percentile: index == 1 ? 0.99 : 0.9))
      }
      let envelopes =
        PrefillEnvelope.makeAll(steps, admitted: classes, servers: servers, assumptions: assumptions).envelope ?? []
      for envelope in envelopes {
        let shares = classes.map { _ in Double.random(in: 0.001...1, using: &generator) }
        let total = shares.reduce(0, +)
        for factor in [0.5, 0.9, 1] {
          let mix = classes.indices.map {
            (classes[$0], factor * Double(servers) * shares[$0] / total / envelope.loads[$0])
          }
          let prediction = PoolPrediction.prefill(
            steps, instances: servers, mix: mix, maximumBatch: envelope.maximumBatch, assumptions: assumptions)
          for (found, asked) in zip(prediction.classes, classes) {
            let limit = (asked.ttft?.seconds ?? 0) * 1.005
            #expect(found.ttftSeconds <= limit, "round \(round), \(asked.id), \(envelope), \(shares)")
          }
        }
      }
    }
  }

  @Test("More load waits longer")
  func monotone() throws {
    let steps = Self.steps(base: 0.03, perToken: 5e-5)
    for name in Self.lengths.keys.sorted() {
      let admitted = AdmittedClass(id: name, lengths: try #require(Self.lengths[name]))
      func predict(_ rate: Double) -> PrefillPrediction {
        PoolPrediction.prefill(steps, instances: 2, mix: [(admitted, rate)], assumptions: ServingAssumptions())
      }
      let most = 1 / predict(1).utilization
      var last = 0.0
      for share in stride(from: 0.02, to: 0.99, by: 0.03) {
        let seconds = predict(share * most).classes[0].ttftSeconds
        #expect(seconds >= last * (1 - 1e-6), "\(name) at \(share)")
        last = seconds
      }
      #expect(predict(1.01 * most).classes[0].ttftSeconds == .infinity)
    }
  }
}

extension PoolSimulation {
  /// Servers behind one queue that take as many prompts as fit into a step, at most their share of those that wait: those that
  /// come free before a step with all of them would end count by how much of it they could take over. Sojourn times.
  static func sharedSteps(
    _ steps: some StepTimes, _ lengths: LengthDistribution, rate: Double, servers: Int, budget: Double, requests: Int,
    seed: UInt64
  ) -> [Double] {
    var generator = QueueGenerator(seed: seed)
    var sojourns: [Double] = []
    var freeAt = [Double](repeating: 0, count: servers)
    var isBusy = [Bool](repeating: false, count: servers)
    var queue: [(arrival: Double, tokens: Double)] = []
    var (head, waiting) = (0, 0.0)
    func step(_ tokens: Double) -> Double { steps.sharedPrefill(tokens: tokens, context: 0).latency }
    func start(_ server: Int, _ now: Double) {
      guard head < queue.count, !isBusy[server] else { return }
      let all = step(min(waiting, budget))
      var instances = 1.0
      for other in 0..<servers where other != server {
        instances += isBusy[other] ? max(0, 1 - (freeAt[other] - now) / all) : 1
      }
      let share = queue.count - head > 1 ? waiting / instances : .infinity
      var (tokens, first) = (0.0, true)
      let begin = head
      while head < queue.count {
        let next = queue[head].tokens
        if !first, tokens + next > budget || tokens + next / 2 > share { break }
        tokens += next
        head += 1
        first = false
      }
      waiting -= tokens
      freeAt[server] = now + step(tokens)
      isBusy[server] = true
      for index in begin..<head where index > requests / 20 { sojourns.append(freeAt[server] - queue[index].arrival) }
    }
    var arrival = generator.exponential(rate: rate)
    while true {
      let next = freeAt.indices.filter { isBusy[$0] }.min { freeAt[$0] < freeAt[$1] }
      if queue.count < requests, next.map({ arrival <= freeAt[$0] }) ?? true {
        let tokens = generator.point(of: lengths).inputTokens
        queue.append((arrival, tokens))
        waiting += tokens
        if let idle = isBusy.firstIndex(of: false) { start(idle, arrival) }
        arrival += generator.exponential(rate: rate)
      } else if let next {
        isBusy[next] = false
        start(next, freeAt[next])
      } else {
        return sojourns
      }
    }
  }
}
