import FleetServing

/// What is known of one frontier: answers by row (rising factor of the objectives) and series, the joint series first.
struct FrontierRows: Sendable {
  private var answers: [[StudySolver.Answer?]]

  init(rows: Int, series: Int) {
    answers = Array(repeating: Array(repeating: nil, count: series), count: rows)
  }

  subscript(row: Int, series: Int) -> StudySolver.Answer? { answers[row][series] }

  mutating func set(_ answer: StudySolver.Answer, row: Int, series: Int) { answers[row][series] = answer }

  /// Rows to solve next, each with its series and the rows that they lie between: both ends, then the middle of every gap whose
  /// ends do not decide it. Empty when nothing is left.
  func next() -> [(row: Int, series: [Int], neighbours: [Int])] {
    var series: [Int: [Int]] = [:]
    var neighbours: [Int: Set<Int>] = [:]
    for index in answers[0].indices {
      let known = answers.indices.filter { answers[$0][index] != nil }
      guard let first = known.first, let last = known.last else { continue }
      var wanted: [(row: Int, from: [Int])] = []
      if first > 0 { wanted.append((0, [first])) }
      if last < answers.count - 1 { wanted.append((answers.count - 1, [last])) }
      for (low, high) in zip(known, known.dropFirst()) where high > low + 1 {
        if !isDecided(index, low, high) { wanted.append(((low + high) / 2, [low, high])) }
      }
      for (row, from) in wanted {
        series[row, default: []].append(index)
        neighbours[row, default: []].formUnion(from)
      }
    }
    return series.keys.sorted().map { ($0, series[$0] ?? [], (neighbours[$0] ?? []).sorted()) }
  }

  /// Whether everything between two rows follows from them: the cost of the stricter one is the proven optimum of the looser
  /// one, or even the looser one is infeasible.
  private func isDecided(_ series: Int, _ low: Int, _ high: Int) -> Bool {
    guard let strict = answers[low][series], let loose = answers[high][series], loose.isProven else { return false }
    guard let cost = strict.cost, let least = loose.cost else { return loose.cost == nil }
    return cost <= least * (1 + StudyNotes.tolerance)
  }

  /// One entry of a finished frontier.
  struct Entry: Sendable {
    /// Best known plan; `nil` without one.
    var plan: Plan?
    var cost: Double?
    var status: PlanStatus
    var gap: Double?
  }

  /// Every row and series: as solved, as decided by its neighbours, or taken over from a stricter row or a restricted series.
  func completed() -> [[Entry]] {
    var result: [[Entry]] = []
    for row in answers.indices {
      var entries = answers[row].indices.map { own(row, $0) }
      for series in entries.indices where row > 0 { entries[series].take(result[row - 1][series]) }
      for series in entries.indices.dropFirst() { entries[0].take(entries[series]) }
      result.append(entries)
    }
    return result
  }

  private func own(_ row: Int, _ series: Int) -> Entry {
    if let answer = answers[row][series] {
      return Entry(
        plan: answer.cost == nil ? nil : answer.plan, cost: answer.cost, status: answer.plan.status,
        gap: answer.cost == nil ? nil : answer.plan.gap)
    }
    let known = answers.indices.filter { answers[$0][series] != nil }
    guard let low = known.last(where: { $0 < row }), let high = known.first(where: { $0 > row }),
      isDecided(series, low, high), let strict = answers[low][series], let loose = answers[high][series]
    else { return Entry(status: .unsolved) }
    return Entry(
      plan: strict.cost == nil ? nil : strict.plan, cost: strict.cost, status: loose.plan.status, gap: loose.plan.gap)
  }
}

extension FrontierRows.Entry {
  /// A plan that is known to be allowed here, where it is cheaper. What is proven stays as it is.
  fileprivate mutating func take(_ other: FrontierRows.Entry) {
    guard let cost = other.cost, cost < (self.cost ?? .infinity) else { return }
    plan = other.plan
    self.cost = cost
    if status != .optimal {
      status = .feasible
      gap = nil
    }
  }
}

/// A point of a frontier from a plan.
struct FrontierPoint {
  let problem: PlanningProblem

  init(_ problem: PlanningProblem) { self.problem = problem }

  func point(factor: Double, objectiveSeconds: Double, _ entry: FrontierRows.Entry) -> CostFrontier.Point {
    var point = CostFrontier.Point(
      factor: factor, objectiveSeconds: objectiveSeconds, status: entry.status, costUSDPerHour: entry.cost,
      gap: entry.gap)
    guard let plan = entry.plan else { return point }
    let devices = self.devices(plan)
    point.devices = devices
    point.usdPerMillionTokens = plan.economics?.usdPerMillionTokens
    if devices > 0 { point.outputTokensPerSecondPerDevice = outputTokensPerSecond(plan) / devices }
    return point
  }

  /// Devices held, averaged over periods.
  private func devices(_ plan: Plan) -> Double {
    let hours = problem.periods.reduce(0) { $0 + $1.hours }
    return plan.purchases.reduce(0) { sum, purchase in
      sum + zip(purchase.devicesByPeriod, problem.periods).reduce(0) { $0 + Double($1.0) * $1.1.hours / hours }
    }
  }

  private func outputTokensPerSecond(_ plan: Plan) -> Double {
    zip(plan.classes, problem.classes).reduce(0) { $0 + $1.0.servedRatePerSecond * $1.1.lengths.meanOutputTokens }
  }
}
