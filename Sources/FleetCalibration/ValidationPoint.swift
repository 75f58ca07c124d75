import FleetServing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// One prediction beside what somebody else published or measured.
public struct ValidationPoint: Sendable, Hashable {
  /// What is compared with others of its kind, for example `One node, NVIDIA`.
  public var group: String
  /// Accelerator, backend, model, precision and parallel degrees.
  public var configuration: String
  /// Lengths and requests, in words.
  public var load: String
  public var predicted: Double
  /// What was published or measured, in the unit of `predicted`.
  public var observed: Double
  /// 90 % band of the prediction.
  public var band: ClosedRange<Double>?
  /// What the prediction rests on: the grade in words.
  public var evidence: String
  /// Where the observed figure is from.
  public var source: String

  public init(
    group: String, configuration: String, load: String, predicted: Double, observed: Double,
    band: ClosedRange<Double>? = nil, evidence: String = "", source: String = ""
  ) {
    self.group = group
    self.configuration = configuration
    self.load = load
    self.predicted = predicted
    self.observed = observed
    self.band = band
    self.evidence = evidence
    self.source = source
  }

  /// Predicted ÷ observed.
  public var ratio: Double { predicted / observed }
  /// Whether the observed figure lies in the band; `nil` without a band.
  public var isInside: Bool? { band.map { $0.contains(observed) } }
}

/// How far the points of a group are off.
public struct ValidationStatistics: Sendable, Hashable {
  public var points: Int
  /// Geometric mean of predicted ÷ observed.
  public var geometricMean: Double
  /// Median of |predicted ÷ observed − 1|.
  public var medianError: Double
  /// Share of the points with a band that lie in it; `nil` when none has one.
  public var insideShare: Double?

  /// `nil` without points.
  public init?(_ points: [ValidationPoint]) {
    guard !points.isEmpty else { return nil }
    self.points = points.count
    geometricMean = exp(points.reduce(0) { $0 + log($1.ratio) } / Double(points.count))
    medianError = quantile(points.map { abs($0.ratio - 1) }.sorted(), 0.5)
    let judged = points.compactMap(\.isInside)
    insideShare = judged.isEmpty ? nil : Double(judged.count { $0 }) / Double(judged.count)
  }
}

/// Points of one question with the same unit: a chapter of the document.
public struct ValidationSection: Sendable {
  /// A row that is not predicted, and why.
  public struct Remark: Sendable, Hashable {
    public var row: String
    public var reason: String

    public init(row: String, reason: String) {
      self.row = row
      self.reason = reason
    }
  }

  public var id: String
  public var title: String
  /// What is compared with what and how, in sentences.
  public var explanation: String
  /// Unit of predicted and observed, for example `tokens/s`.
  public var unit: String
  /// What the observed figure is called: `published` or `measured`.
  public var observedName: String
  public var points: [ValidationPoint]
  public var unpredicted: [Remark]

  public init(
    id: String, title: String, explanation: String, unit: String, observedName: String, points: [ValidationPoint],
    unpredicted: [Remark] = []
  ) {
    self.id = id
    self.title = title
    self.explanation = explanation
    self.unit = unit
    self.observedName = observedName
    self.points = points
    self.unpredicted = unpredicted
  }

  /// The points by group, in the order in which groups first occur.
  public var groups: [(name: String, points: [ValidationPoint])] {
    var order: [String] = []
    var members: [String: [ValidationPoint]] = [:]
    for point in points {
      if members[point.group] == nil { order.append(point.group) }
      members[point.group, default: []].append(point)
    }
    return order.map { ($0, members[$0] ?? []) }
  }
}
