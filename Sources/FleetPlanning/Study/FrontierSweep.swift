import FleetServing

/// Cost against latency: the problem with all objectives of an axis multiplied by factors about 1, planned jointly, without
/// disaggregation, and with each vendor alone.
///
/// A plan that obeys a stricter objective obeys a looser one, and what a restricted series may do the joint plan may do too. So
/// where a program was left unproven, or lost capacity to the check outside the solver, or differs by the rounding of variants,
/// the cheaper plan is taken over: costs never rise along a series, and no series is below the joint one.
struct FrontierSweep: Sendable {
  let study: StudySolver
  let joint: StudySolver.Answer

  private struct Series: Sendable {
    var kind: String
    var name: String
    var restricts: @Sendable (StudySolver.Case) -> StudySolver.Case
  }

  func all() -> [CostFrontier] {
    let factors = Geometric.factors(study.options.frontierFactors, count: study.options.frontierPoints)
    let axes = CostFrontier.Axis.allCases.filter { strictest($0) != nil }
    guard !axes.isEmpty, !factors.isEmpty else { return [] }
    let tasks = axes.flatMap { axis in factors.map { (axis: axis, factor: $0) } }
    let series = self.series
    // Every axis passes through the problem as it stands; that point is solved once.
    let present = answers(study.original(joint.adjustments), series, present: true)
    let solved = study.concurrently(tasks.count) { index in
      tasks[index].factor == 1 ? present : answers(tasks[index].axis, tasks[index].factor, series)
    }
    return axes.enumerated().compactMap { number, axis in
      guard let strictest = strictest(axis) else { return nil }
      let rows = Array(solved[number * factors.count..<(number + 1) * factors.count])
      let costs = Self.takenOver(rows)
      let all = series.indices.map { index in
        CostFrontier.Series(
          kind: series[index].kind, name: series[index].name,
          points: factors.indices.map { row in
            point(
              factors[row], strictest.seconds * factors[row], rows[row][index],
              from: costs[row][index].map {
                rows[$0.row][$0.series]
              })
          })
      }
      return CostFrontier(
        axis: axis, classID: strictest.classID,
        series: all.filter { $0.kind == "joint" || $0.points.contains { $0.costUSDPerHour != nil } })
    }
  }

  /// The strictest objective of the axis among the classes that have traffic.
  func strictest(_ axis: CostFrontier.Axis) -> (classID: String, seconds: Double)? {
    let stated = study.problem.classes.compactMap { requestClass in
      requestClass.objective[keyPath: axis.latency.path].map { (classID: requestClass.id, seconds: $0.seconds) }
    }
    return stated.min { $0.seconds < $1.seconds }
  }

  private var series: [Series] {
    var result = [Series(kind: "joint", name: "joint optimum") { $0 }]
    if study.problem.policy.servingModes.count > 1 {
      result.append(Series(kind: "no_disaggregation", name: "no disaggregation") { $0.withoutDisaggregation })
    }
    var vendors: [String] = []
    for pool in study.problem.pools where !vendors.contains(pool.accelerator.vendor) {
      vendors.append(pool.accelerator.vendor)
    }
    if vendors.count > 1 {
      result += vendors.map { vendor in
        Series(kind: "single_vendor", name: "only vendor \(vendor)") {
          $0.keepingPools { $0.accelerator.vendor == vendor }
        }
      }
    }
    return result
  }

  private func answers(_ axis: CostFrontier.Axis, _ factor: Double, _ series: [Series]) -> [StudySolver.Answer] {
    let here = study.varied(.objective(axis.latency, factor: factor), joint.adjustments)
    return answers(study.enumerated(here), series)
  }

  /// The restricted series first: the best of them is where the joint one starts.
  private func answers(_ here: StudySolver.Case, _ series: [Series], present: Bool = false) -> [StudySolver.Answer] {
    let restricted = series.dropFirst().map { study.solve($0.restricts(here), start: joint.plan) }
    if present { return [joint] + restricted }
    let best = restricted.filter { $0.cost != nil }.min { ($0.cost ?? .infinity) < ($1.cost ?? .infinity) }
    return [study.solve(here, start: best?.plan ?? joint.plan)] + restricted
  }

  /// For each row (by rising factor) and series, where its best known plan was found.
  private static func takenOver(_ rows: [[StudySolver.Answer]]) -> [[(row: Int, series: Int)?]] {
    var result: [[(row: Int, series: Int)?]] = []
    func cost(_ place: (row: Int, series: Int)?) -> Double {
      place.flatMap { rows[$0.row][$0.series].cost } ?? .infinity
    }
    for row in rows.indices {
      var places: [(row: Int, series: Int)?] = rows[row].indices.map { series in
        let own: (row: Int, series: Int)? = rows[row][series].cost == nil ? nil : (row, series)
        let earlier = row > 0 ? result[row - 1][series] : nil
        return cost(earlier) < cost(own) ? earlier : own
      }
      for place in places.dropFirst() where cost(place) < cost(places[0]) { places[0] = place }
      result.append(places)
    }
    return result
  }

  private func point(
    _ factor: Double, _ seconds: Double, _ own: StudySolver.Answer, from source: StudySolver.Answer?
  ) -> CostFrontier.Point {
    var point = CostFrontier.Point(factor: factor, objectiveSeconds: seconds, status: own.plan.status)
    guard let source, let cost = source.cost else { return point }
    if own.cost == nil { point.status = .feasible }
    let plan = source.plan
    point.costUSDPerHour = cost
    point.gap = own.cost == nil ? nil : own.plan.gap
    let devices = self.devices(plan)
    point.devices = devices
    point.usdPerMillionTokens = plan.economics?.usdPerMillionTokens
    if devices > 0 { point.outputTokensPerSecondPerDevice = outputTokensPerSecond(plan) / devices }
    return point
  }

  private func devices(_ plan: Plan) -> Double {
    let hours = study.problem.periods.reduce(0) { $0 + $1.hours }
    return plan.purchases.reduce(0) { sum, purchase in
      sum + zip(purchase.devicesByPeriod, study.problem.periods).reduce(0) { $0 + Double($1.0) * $1.1.hours / hours }
    }
  }

  private func outputTokensPerSecond(_ plan: Plan) -> Double {
    zip(plan.classes, study.problem.classes).reduce(0) { $0 + $1.0.servedRatePerSecond * $1.1.lengths.meanOutputTokens }
  }
}

extension CostFrontier.Axis {
  var latency: ProblemVariation.LatencyKind {
    switch self {
    case .tpot: .tpot
    case .ttft: .ttft
    }
  }
}
