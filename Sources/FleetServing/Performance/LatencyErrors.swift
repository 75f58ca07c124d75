#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How well founded a prediction is, from best to worst.
public enum LatencyGrade: String, Sendable, CaseIterable, Hashable, Comparable {
  /// This very configuration was measured: the model is multiplied with its profile.
  case profiled
  /// The model was measured on this family under this backend, in another configuration.
  case modelMeasured = "model_measured"
  /// Other models were measured on this family under this backend.
  case calibrated
  /// The family was measured, under other backends.
  case familyCalibrated = "family_calibrated"
  /// Nothing of the family was measured: constants of other families.
  case assumed
  /// Whole deployments with instances of each phase, whatever was measured of their configurations: connectors and the
  /// harness add errors of their own.
  case disaggregated

  /// The grades of a configuration, from best to worst.
  public static let ofConfigurations: [LatencyGrade] = [
    .profiled, .modelMeasured, .calibrated, .familyCalibrated, .assumed,
  ]

  public static func < (left: LatencyGrade, right: LatencyGrade) -> Bool { left.order < right.order }

  private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What an error is of.
public enum LatencyQuantity: String, Sendable, CaseIterable, Hashable {
  /// Time per output token.
  case tpot
  /// Time of a prompt alone on an instance.
  case prefill
  /// Mean TTFT in a closed loop.
  case ttft
}

/// How far measurements were from predictions that had not seen them.
public struct LatencyError: Sendable, Hashable {
  /// 90 % of the measurements lay between `lowRatio` and `highRatio` times the prediction.
  public var lowRatio: Double
  public var highRatio: Double
  /// Median and mean of |predicted/measured − 1|.
  public var medianAPE: Double
  public var meanAPE: Double
  /// Left-out measurements that this was computed from.
  public var rows: Int

  public init(lowRatio: Double, highRatio: Double, medianAPE: Double, meanAPE: Double, rows: Int) {
    self.lowRatio = lowRatio
    self.highRatio = highRatio
    self.medianAPE = medianAPE
    self.meanAPE = meanAPE
    self.rows = rows
  }
}

/// Errors by grade and quantity.
public struct LatencyErrors: Sendable, Hashable {
  public struct Key: Sendable, Hashable {
    public var grade: LatencyGrade
    public var quantity: LatencyQuantity

    public init(_ grade: LatencyGrade, _ quantity: LatencyQuantity) {
      self.grade = grade
      self.quantity = quantity
    }
  }

  public var table: [Key: LatencyError]

  public init(_ table: [Key: LatencyError] = [:]) {
    self.table = table
  }

  /// The error at a grade; where none was computed, that of the next worse grade, because a band may be too wide but
  /// must not be too narrow; else of the next better one. `nil` when nothing is known of the quantity.
  public func error(_ grade: LatencyGrade, _ quantity: LatencyQuantity) -> LatencyError? {
    if let known = table[Key(grade, quantity)] { return known }
    let worse = LatencyGrade.ofConfigurations.filter { $0 >= grade }
    let better = LatencyGrade.ofConfigurations.filter { $0 < grade }.reversed()
    return (worse + better).lazy.compactMap { table[Key($0, quantity)] }.first
  }
}

extension LatencyError {
  /// The error between this one, which counts with `share`, and a wider one: logarithms of ratios are interpolated.
  func blended(share: Double, with other: LatencyError) -> LatencyError {
    func mean(_ own: Double, _ wide: Double) -> Double { exponential(share * log(own) + (1 - share) * log(wide)) }
    return LatencyError(
      lowRatio: mean(lowRatio, other.lowRatio), highRatio: mean(highRatio, other.highRatio),
      medianAPE: share * medianAPE + (1 - share) * other.medianAPE,
      meanAPE: share * meanAPE + (1 - share) * other.meanAPE, rows: rows)
  }
}
