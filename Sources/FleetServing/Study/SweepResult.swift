/// The answers to a grid of problems that differ in one or more values of the problem file.
public struct SweepResult: Sendable, Hashable {
  public var problemName: String
  /// SHA-256 of the problem that was varied, and of the catalog.
  public var inputHash: String
  public var catalogHash: String
  /// What was varied, in the order in which it was asked for.
  public var axes: [SweepAxis]
  /// One point for each combination of values; the last axis runs fastest.
  public var points: [SweepPoint]

  public init(problemName: String, inputHash: String, catalogHash: String, axes: [SweepAxis], points: [SweepPoint]) {
    precondition(points.count == axes.reduce(1) { $0 * $1.values.count }, "one point for each combination of values")
    self.problemName = problemName
    self.inputHash = inputHash
    self.catalogHash = catalogHash
    self.axes = axes
    self.points = points
  }

  /// Position of the value of each axis at a point.
  public func valueIndices(ofPoint point: Int) -> [Int] {
    var rest = point
    var indices: [Int] = []
    for axis in axes.reversed() {
      indices.append(rest % axis.values.count)
      rest /= axis.values.count
    }
    return indices.reversed()
  }

  /// Pools that some plan of the sweep holds devices of, sorted.
  public var poolIDs: [String] { Set(points.flatMap { $0.devicesByPool.keys }).sorted() }
}

/// One value of the problem file that is varied.
public struct SweepAxis: Sendable, Hashable {
  /// As written: `accelerators[mi300x].prices.reserved_usd_per_device_hour`.
  public var path: String
  /// JSON pointers of the places that the path names.
  public var pointers: [String]
  /// Unit of the values, as in the problem format; empty where there is none.
  public var unit: String
  public var values: [SweepValue]
  /// The number that stands in the file, where there is one place; `nil` where there are several, none, or no number.
  public var current: Double?

  public init(path: String, pointers: [String], unit: String, values: [SweepValue], current: Double? = nil) {
    self.path = path
    self.pointers = pointers
    self.unit = unit
    self.values = values
    self.current = current
  }

  /// Whether the values multiply what stands in the file: places of different size, each by the same factor.
  public var isFactor: Bool { !values.isEmpty && values.allSatisfy(\.isFactor) }
}

/// One value of an axis.
public struct SweepValue: Sendable, Hashable {
  /// As written: `2.5`, `*0.5`, `node`, `null`; the steps of a range are spelled out.
  public var spelling: String
  /// The number at the varied place, where there is one place and one number; of a factor on several places the factor;
  /// `nil` for words.
  public var number: Double?
  /// Whether `number` is a factor on places that differ.
  public var isFactor: Bool

  public init(spelling: String, number: Double?, isFactor: Bool) {
    self.spelling = spelling
    self.number = number
    self.isFactor = isFactor
  }
}

/// The answer at one combination of values.
public struct SweepPoint: Sendable, Hashable {
  /// The answers to a planning problem, and what keeps a point from having one.
  public enum Status: String, Sendable, Hashable, CaseIterable {
    case optimal, feasible, infeasible, unsolved
    /// The solver failed, or its plan did not pass the check outside it.
    case failed
    /// The sweep was ended before the point's turn.
    case skipped

    public init(_ status: PlanStatus) {
      switch status {
      case .optimal: self = .optimal
      case .feasible: self = .feasible
      case .infeasible: self = .infeasible
      case .unsolved: self = .unsolved
      }
    }

    /// Whether the question was answered: with a plan, or with the proof that there is none.
    public var isAnswer: Bool { self == .optimal || self == .feasible || self == .infeasible }
  }

  public var status: Status
  /// SHA-256 of the varied problem as `fleetplan` would write it, and of the files that it names; `nil` where it was not
  /// read.
  public var inputHash: String?
  /// First objective of the problem, proven bound and gap, as in the plan.
  public var objective: Double?
  public var bound: Double?
  public var gap: Double?
  /// [USD/h]; `nil` without a plan.
  public var costUSDPerHour: Double?
  public var usdPerMillionTokens: Double?
  /// [requests/s], averaged over periods; `nil` without a plan.
  public var offeredRatePerSecond: Double?
  public var servedRatePerSecond: Double?
  /// Devices held of each pool at its peak; pools without any are left out.
  public var devicesByPool: [String: Int]
  /// Which pools run which phases.
  public var kind: Set<PoolUse>
  /// For points without a plan: why.
  public var message: String?

  /// A point without a plan.
  public init(_ status: Status, inputHash: String? = nil, message: String?) {
    self.status = status
    self.inputHash = inputHash
    self.message = message
    devicesByPool = [:]
    kind = []
  }

  /// What a sweep keeps of a plan.
  public init(_ plan: Plan) {
    status = Status(plan.status)
    inputHash = plan.provenance.inputHash
    objective = plan.objective
    bound = plan.bound
    gap = plan.gap
    costUSDPerHour = plan.costUSDPerHour
    usdPerMillionTokens = plan.economics?.usdPerMillionTokens
    offeredRatePerSecond = plan.economics?.offeredRatePerSecond
    servedRatePerSecond = plan.economics?.servedRatePerSecond
    devicesByPool = [:]
    for (poolID, purchases) in Dictionary(grouping: plan.purchases, by: \.poolID) {
      let periods = purchases.map(\.devicesByPeriod.count).max() ?? 0
      let held = (0..<periods).map { period in
        purchases.reduce(0) { $0 + ($1.devicesByPeriod.indices.contains(period) ? $1.devicesByPeriod[period] : 0) }
      }
      if let peak = held.max(), peak > 0 { devicesByPool[poolID] = peak }
    }
    kind = plan.kind
    message = plan.unsolvedReason ?? plan.conflict?.summary
  }

  public var hasPlan: Bool { status == .optimal || status == .feasible }
}
