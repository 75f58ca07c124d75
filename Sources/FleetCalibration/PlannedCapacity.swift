import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much an aggregated instance promises at the time per token that was measured, beside the rate that it then had.
///
/// The rate of a closed loop of `c` requests is `c/(TTFT + O·TPOT)`. The promise is the largest rate of one class with
/// the lengths of the benchmark whose TPOT, at a percentile, is the measured one, without an objective for the first
/// token: what a plan would take an instance for. Where the closed-loop prediction of TPOT is right and the promise
/// is far below the measured rate, it is the planning that is too careful.
public struct PlannedCapacity: Sendable, Hashable {
  public var measurement: Measurement
  public var configuration: InstanceConfiguration
  /// Largest rate that meets the measured TPOT [requests/s]; `nil` = none, for `reason`.
  public var plannedPerSecond: Double?
  /// Chunk budget of that promise [tokens].
  public var chunkTokens: Int?
  public var reason: String?
  /// `c/(TTFT + O·TPOT)` of the measurement [requests/s].
  public var measuredPerSecond: Double
  /// Closed-loop prediction of TPOT ÷ measured TPOT.
  public var predictedShare: Double

  /// Planned ÷ measured rate; 0 where nothing can be promised.
  public var ratio: Double { (plannedPerSecond ?? 0) / measuredPerSecond }
}

extension PlannedCapacity {
  /// The percentile and the assumptions of the promise.
  public struct Options: Sendable, Hashable {
    /// Percentile at which the measured TPOT is the objective.
    public var percentile: Double
    /// Budgets that the promise may choose from [tokens].
    public var chunkTokens: [Int]
    /// Largest deviation of the closed-loop prediction of TPOT from the measurement, as a fraction: rows on which the
    /// latency model itself is wrong say nothing of planning.
    public var tolerance: Double

    public init(percentile: Double = 0.5, chunkTokens: [Int] = [2048, 8192], tolerance: Double = 0.05) {
      self.percentile = percentile
      self.chunkTokens = chunkTokens
      self.tolerance = tolerance
    }
  }

  /// Points of the uniform distribution of lengths.
  static let lengthPoints = 9

  /// The planned capacities of the aggregated closed loops among measurements; others are passed over, and so are rows
  /// whose names the catalog does not know, without both latencies, or off the prediction by more than the tolerance.
  public static func all(
    of measurements: [Measurement], catalog: Catalog, options: Options = Options()
  ) -> [PlannedCapacity] {
    let model = LatencyModel(constants: catalog.latencyConstants)
    return measurements.compactMap { measurement in
      guard measurement.kind == .aggregated, let resolved = try? measurement.resolved(in: catalog),
        case .instance(let configuration) = resolved.deployment
      else { return nil }
      return PlannedCapacity(resolved, configuration, model, options)
    }
  }

  init?(
    _ resolved: ResolvedMeasurement, _ configuration: InstanceConfiguration, _ model: LatencyModel, _ options: Options
  ) {
    let measurement = resolved.measurement
    guard let ttft = measurement.ttftSeconds, let tpot = measurement.tpotSeconds, tpot > 0,
      model.unsupportedReason(resolved) == nil
    else { return nil }
    let predicted = model.predict(resolved)
    let share = predicted.tpotSeconds / tpot
    guard abs(share - 1) <= options.tolerance else { return nil }
    self.measurement = measurement
    self.configuration = configuration
    measuredPerSecond = measurement.concurrency / (ttft + measurement.meanOutputTokens * tpot)
    predictedShare = share

    // The promise is for the software that was measured.
    let dated = LatencyModel(constants: model.constants, softwareMonth: measurement.harness.monthsSince2024)
    let admitted = AdmittedClass(
      id: "benchmark", lengths: Self.lengths(measurement),
      tpot: LatencyObjective(seconds: tpot, percentile: options.percentile))
    for chunk in options.chunkTokens {
      let serving = ServingModel(latency: dated, assumptions: ServingAssumptions(chunkTokens: chunk))
      switch serving.aggregatedEnvelopes(configuration, admitted: [admitted], servers: 1) {
      case .rejected(let reason): if self.reason == nil { self.reason = reason }
      case .serves(let envelopes):
        for envelope in envelopes where 1 / envelope.loads[0] > plannedPerSecond ?? 0 {
          plannedPerSecond = 1 / envelope.loads[0]
          chunkTokens = chunk
        }
      }
    }
    if plannedPerSecond != nil { reason = nil }
  }

  /// Lengths as benchmarks draw them: uniform between a share of the stated ones and the stated ones.
  private static func lengths(_ measurement: Measurement) -> LengthDistribution {
    let low = measurement.lengthRatio
    guard low < 0.999 else {
      return LengthDistribution(inputTokens: measurement.inputTokens, outputTokens: measurement.outputTokens)
    }
    var points: [LengthDistribution.Point] = []
    let count = Self.lengthPoints
    for index in 0..<count {
      // Prompt and answer are drawn apart from each other: one goes through its range as the other jumps about in it.
      let first = (Double(index) + 0.5) / Double(count)
      let second = (Double((index * 4 + 2) % count) + 0.5) / Double(count)
      points.append(
        .init(
          inputTokens: max(1, (measurement.inputTokens * (low + (1 - low) * first)).rounded()),
          outputTokens: max(1, (measurement.outputTokens * (low + (1 - low) * second)).rounded()), weight: 1))
    }
    return LengthDistribution(points: points)
  }
}

/// Planned capacities of many rows in two figures and a worst one.
public struct PlannedCapacitySummary: Sendable, Hashable {
  public var rows: Int
  /// Geometric mean of planned ÷ measured rate over rows with a promise.
  public var geometricMean: Double
  /// Rows with a ratio above 1.15, and without any promise.
  public var above: Int
  public var withoutPromise: Int
  public var largest: Double

  /// - Parameter rows: At least one.
  public init(_ rows: [PlannedCapacity]) {
    let ratios = rows.map(\.ratio).filter { $0 > 0 }
    self.rows = rows.count
    geometricMean = ratios.isEmpty ? 0 : exp(ratios.reduce(0) { $0 + log($1) } / Double(ratios.count))
    above = ratios.filter { $0 > 1.15 }.count
    withoutPromise = rows.count - ratios.count
    largest = ratios.max() ?? 0
  }
}
