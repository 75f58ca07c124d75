#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@testable import FleetServing

/// SplitMix64 (Steele, Lea and Flood 2014): the same numbers everywhere for one seed.
struct QueueGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func exponential(rate: Double) -> Double {
    -log(1 - Double.random(in: 0..<1, using: &self)) / rate
  }

  mutating func point(of lengths: LengthDistribution) -> LengthDistribution.Point {
    var u = Double.random(in: 0..<1, using: &self)
    for point in lengths.points {
      u -= point.weight
      if u < 0 { return point }
    }
    return lengths.points[lengths.points.count - 1]
  }
}

/// The value that the given share of samples does not exceed.
func sampleQuantile(_ samples: [Double], _ percentile: Double) -> Double {
  binnedQuantiles(samples, [percentile])[0]
}

/// The same for several shares, from a histogram of 20,000 bins up to the largest sample, at the upper ends of the bins.
func binnedQuantiles(_ samples: [Double], _ percentiles: [Double]) -> [Double] {
  let bins = 20_000
  var counts = [Int](repeating: 0, count: bins + 1)
  let width = samples.withUnsafeBufferPointer { values in
    var largest = 0.0
    var index = 0
    while index < values.count {
      if values[index] > largest { largest = values[index] }
      index += 1
    }
    let width = largest / Double(bins)
    counts.withUnsafeMutableBufferPointer { counts in
      var index = 0
      while index < values.count {
        counts[Int(values[index] / width)] += 1
        index += 1
      }
    }
    return width
  }
  return percentiles.map { percentile in
    var left = Int(Double(samples.count) * percentile)
    var bin = 0
    while bin < bins, counts[bin] <= left {
      left -= counts[bin]
      bin += 1
    }
    return Double(bin + 1) * width
  }
}

/// Step times that are linear in everything, so that theory and simulation can be compared by hand.
struct LinearSteps: StepTimes {
  var base = 0.010
  var perSequence = 0.000_1
  var perContextToken = 2e-8
  var perPromptToken = 0.000_05
  var perPromptPair = 1e-9
  /// What a step with prompts costs beside its tokens.
  var perMixedStep = 0.0
  var kvCapacityBytes = 4e10
  var bytesPerToken = 131_072.0
  var shortfallText: String? { nil }
  var contextBreaks: [Double] { [] }

  func decode(batch: Double, context: Double) -> Double {
    base + batch * (perSequence + perContextToken * context)
  }
  func mixed(batch: Double, context: Double, prefill: Double, prefillContext: Double) -> Double {
    decode(batch: batch, context: context) + perMixedStep + prefill * (perPromptToken + perPromptPair * prefillContext)
  }
  func prefill(inputTokens: Double) -> (occupancy: Double, latency: Double) {
    let seconds = base + inputTokens * (perPromptToken + perPromptPair * inputTokens / 2)
    return (seconds, seconds)
  }
  func sharedPrefill(tokens: Double, context: Double) -> (occupancy: Double, latency: Double) {
    let seconds = base + tokens * (perPromptToken + perPromptPair * context)
    return (seconds, seconds)
  }
  func promptHandling(inputTokens: Double) -> Double { 0 }
  func kvBytes(sequenceTokens: Double) -> Double { bytesPerToken * sequenceTokens }
}

/// A class with its arrival rate [requests/s], as simulated.
struct SimulatedClass {
  var lengths: LengthDistribution
  var rate: Double
}

/// Discrete-event simulations of single pools, for comparison with the formulas.
enum PoolSimulation {
  /// First come, first served with `servers` servers; returns sojourn times per class.
  static func queue(_ classes: [(times: ServiceTimes, rate: Double)], servers: Int, requests: Int, seed: UInt64)
    -> [[Double]]
  {
    var generator = QueueGenerator(seed: seed)
    let total = classes.reduce(0) { $0 + $1.rate }
    var free = [Double](repeating: 0, count: servers)
    var now = 0.0
    var sojourns = [[Double]](repeating: [], count: classes.count)
    for request in 0..<requests {
      now += generator.exponential(rate: total)
      var u = Double.random(in: 0..<total, using: &generator)
      var chosen = classes.count - 1
      for (index, one) in classes.enumerated() {
        u -= one.rate
        if u < 0 {
          chosen = index
          break
        }
      }
      var v = Double.random(in: 0..<1, using: &generator)
      var point = classes[chosen].times.points[0]
      for candidate in classes[chosen].times.points {
        point = candidate
        v -= candidate.weight
        if v < 0 { break }
      }
      var first = 0
      for server in free.indices where free[server] < free[first] { first = server }
      let start = max(now, free[first])
      free[first] = start + point.occupancySeconds
      if request > requests / 20 { sojourns[chosen].append(start + point.latencySeconds - now) }
    }
    return sojourns
  }

  /// The same for one class, in a loop without calls: sojourn times.
  static func pool(_ service: ServiceTimes, rate: Double, servers: Int, requests: Int, seed: UInt64) -> [Double] {
    var state = seed
    var shares: [Double] = []
    for point in service.points { shares.append((shares.last ?? 0) + point.weight) }
    let times = service.points.map { ($0.occupancySeconds, $0.latencySeconds) }
    var now = 0.0
    let skipped = requests / 20
    return [Double](unsafeUninitializedCapacity: requests) { buffer, count in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: servers) { free in
        free.initialize(repeating: 0)
        var request = 0
        while request < requests {
          // SplitMix64, twice.
          state &+= 0x9E37_79B9_7F4A_7C15
          var z = state
          z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
          z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
          now -= log(1 - Double((z ^ (z >> 31)) >> 11) * 0x1p-53) / rate
          state &+= 0x9E37_79B9_7F4A_7C15
          z = state
          z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
          z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
          let u = Double((z ^ (z >> 31)) >> 11) * 0x1p-53
          var kind = 0
          while kind < times.count - 1, shares[kind] <= u { kind += 1 }
          var first = 0
          var server = 1
          while server < servers {
            if free[server] < free[first] { first = server }
            server += 1
          }
          let start = now > free[first] ? now : free[first]
          free[first] = start + times[kind].0
          if request >= skipped {
            buffer[count] = start + times[kind].1 - now
            count += 1
          }
          request += 1
        }
      }
    }
  }

  struct Latencies {
    var ttft: [[Double]]
    var tpot: [[Double]]
    var meanBatch: Double
  }

  private struct Running {
    var kind: Int
    var start: Double
    var outputTokens: Double
    var contextAtEnd: Double
  }

  /// One instance that decodes and, when `chunkTokens` is given, also processes prompts in chunks, first come first
  /// served. Without chunks, requests join at the first step after they arrive and the batch is not limited.
  static func instance(
    _ steps: some StepTimes, _ classes: [SimulatedClass], chunkTokens: Int?, requests: Int, seed: UInt64
  ) -> Latencies {
    var generator = QueueGenerator(seed: seed)
    let total = classes.reduce(0) { $0 + $1.rate }
    var result = Latencies(
      ttft: classes.map { _ in [] }, tpot: classes.map { _ in [] }, meanBatch: 0)
    var now = 0.0
    var arrived = 0
    var nextArrival = generator.exponential(rate: total)
    /// Prompts in the queue: class, arrival, lengths, tokens already processed.
    var queue: [(kind: Int, arrival: Double, point: LengthDistribution.Point, done: Double)] = []
    var head = 0
    var ending: [Int: [Running]] = [:]
    var (batch, context, step) = (0.0, 0.0, 0)
    var (batchTime, busy) = (0.0, 0.0)
    func draw() -> (Int, LengthDistribution.Point) {
      var u = Double.random(in: 0..<total, using: &generator)
      for (index, one) in classes.enumerated() {
        u -= one.rate
        if u < 0 || index == classes.count - 1 { return (index, generator.point(of: one.lengths)) }
      }
      return (0, classes[0].lengths.points[0])
    }
    func start(_ kind: Int, _ arrival: Double, _ point: LengthDistribution.Point) {
      batch += 1
      context += point.inputTokens
      ending[step + Int(point.outputTokens) - 1, default: []].append(
        Running(
          kind: kind, start: arrival, outputTokens: point.outputTokens,
          contextAtEnd: point.inputTokens + point.outputTokens))
    }
    while arrived < requests || batch > 0 || head < queue.count {
      while arrived < requests, nextArrival <= now {
        let (kind, point) = draw()
        if chunkTokens == nil {
          start(kind, nextArrival, point)
        } else {
          queue.append((kind, nextArrival, point, 0))
        }
        arrived += 1
        nextArrival += generator.exponential(rate: total)
      }
      if batch == 0, head == queue.count {
        if arrived == requests { break }
        now = nextArrival
        continue
      }
      var budget = chunkTokens.map { StepBudget(chunkTokens: $0, ranks: steps.ranks).promptTokens(beside: batch) } ?? 0
      var (taken, pairs) = (0.0, 0.0)
      var finished: [(kind: Int, arrival: Double, point: LengthDistribution.Point)] = []
      while budget > 0, head < queue.count {
        let left = queue[head].point.inputTokens - queue[head].done
        let now = min(left, budget)
        pairs += now * (queue[head].done + now / 2)
        taken += now
        budget -= now
        queue[head].done += now
        if now == left {
          finished.append((queue[head].kind, queue[head].arrival, queue[head].point))
          head += 1
        }
      }
      let mean = batch > 0 ? context / batch : 0
      let seconds =
        taken > 0
        ? steps.mixed(batch: batch, context: mean, prefill: taken, prefillContext: pairs / taken)
        : steps.decode(batch: batch, context: mean)
      now += seconds
      batchTime += batch * seconds
      busy += seconds
      context += batch
      for ended in ending.removeValue(forKey: step) ?? [] {
        batch -= 1
        context -= ended.contextAtEnd
        result.tpot[ended.kind].append((now - ended.start) / ended.outputTokens)
      }
      step += 1
      for prompt in finished {
        result.ttft[prompt.kind].append(now - prompt.arrival)
        start(prompt.kind, now, prompt.point)
      }
    }
    result.meanBatch = batchTime / now
    return result
  }
}
