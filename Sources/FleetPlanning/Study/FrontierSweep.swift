import FleetServing

/// Cost against latency: the problem with all objectives of an axis multiplied by factors about 1, planned jointly, without
/// disaggregation, and with each vendor alone.
///
/// What obeys a stricter objective obeys a looser one, and what a restricted series may do the joint plan may do too. So each
/// program starts from its neighbours' plans; between two factors with the same cost, the looser one's proven, nothing is left
/// to solve; and where a program stays above a plan that is known (at a limit, after the check outside the solver, by the
/// rounding of variants) the known one is taken over. Costs never rise along a series, and no series is below the joint one.
struct FrontierSweep: Sendable {
  let study: StudySolver
  let joint: StudySolver.Answer

  struct Series: Sendable {
    var kind: String
    var name: String
    var restricts: @Sendable (StudySolver.Case) -> StudySolver.Case
  }

  /// One factor of an axis; `wanted` says which series are to be solved, starting between which rows.
  private struct Task: Sendable {
    var axis: Int
    var row: Int
    var wanted: [Int]
    var neighbours: [Int]
  }

  func all() -> [CostFrontier] {
    let factors = Geometric.factors(study.options.frontierFactors, count: study.options.frontierPoints)
    let axes = CostFrontier.Axis.allCases.filter { strictest($0) != nil }
    guard !axes.isEmpty, let one = factors.firstIndex(of: 1) else { return [] }
    let series = self.series
    let empty = FrontierRows(rows: factors.count, series: series.count)
    var tables = axes.map { _ in empty }
    // Every axis passes through the problem as it stands; that row is solved once.
    let present = restricted(study.original(joint.adjustments), series, Array(series.indices.dropFirst())) { _ in
      [joint.plan]
    }
    for axis in axes.indices {
      tables[axis].set(joint, row: one, series: 0)
      for (index, answer) in present { tables[axis].set(answer, row: one, series: index) }
    }
    while true {
      let tasks = axes.indices.flatMap { axis in
        tables[axis].next().map { Task(axis: axis, row: $0.row, wanted: $0.series, neighbours: $0.neighbours) }
      }
      if tasks.isEmpty || study.mustStop() { break }
      let known = tables
      let solved = study.concurrently(tasks.count) { number in
        let task = tasks[number]
        return answers(task, axes[task.axis], factors[task.row], series, known[task.axis])
      }
      for (task, answers) in zip(tasks, solved) {
        for (index, answer) in answers { tables[task.axis].set(answer, row: task.row, series: index) }
      }
    }
    return axes.indices.compactMap { axis in
      guard let strictest = strictest(axes[axis]) else { return nil }
      let rows = tables[axis].completed()
      let all = series.indices.map { index in
        CostFrontier.Series(
          kind: series[index].kind, name: series[index].name,
          points: factors.indices.map { row in
            FrontierPoint(study.problem).point(
              factor: factors[row], objectiveSeconds: strictest.seconds * factors[row], rows[row][index])
          })
      }
      return CostFrontier(
        axis: axes[axis], classID: strictest.classID,
        series: all.filter { $0.kind == "joint" || $0.points.contains { $0.costUSDPerHour != nil } })
    }
  }

  /// The strictest objective of the axis over all classes.
  private func strictest(_ axis: CostFrontier.Axis) -> (classID: String, seconds: Double)? {
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
    let vendors = study.problem.vendors
    guard vendors.count > 1 else { return result }
    return result
      + vendors.map { vendor in
        Series(kind: "single_vendor", name: "only vendor \(vendor)") {
          $0.keepingPools { $0.accelerator.vendor == vendor }
        }
      }
  }

  private func answers(
    _ task: Task, _ axis: CostFrontier.Axis, _ factor: Double, _ series: [Series], _ known: FrontierRows
  ) -> [(Int, StudySolver.Answer)] {
    let here = study.enumerated(study.varied(.objective(axis.latency, factor: factor), joint.adjustments))
    func starts(_ index: Int) -> [Plan] { task.neighbours.compactMap { known[$0, index]?.plan } }
    var answers = restricted(here, series, task.wanted.filter { $0 > 0 }, starts)
    if task.wanted.first == 0 {
      let best = answers.filter { $0.1.cost != nil }.min { ($0.1.cost ?? .infinity) < ($1.1.cost ?? .infinity) }
      answers.append((0, study.solve(here, starts: starts(0) + [best?.1.plan].compactMap { $0 })))
    }
    return answers
  }

  private func restricted(
    _ here: StudySolver.Case, _ series: [Series], _ wanted: [Int], _ starts: (Int) -> [Plan]
  ) -> [(Int, StudySolver.Answer)] {
    wanted.map { ($0, study.solve(series[$0].restricts(here), starts: starts($0))) }
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

extension PlanningProblem {
  /// Vendors of the pools, in their order.
  var vendors: [String] {
    var seen: [String] = []
    for pool in pools where !seen.contains(pool.accelerator.vendor) { seen.append(pool.accelerator.vendor) }
    return seen
  }
}
