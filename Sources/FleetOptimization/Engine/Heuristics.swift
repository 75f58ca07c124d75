import CGLPK

/// When the tree search pauses for heuristics: more and more seldom, more often after a success.
struct HeuristicSchedule {
  private var next = 60
  private var interval = 60

  func isDue(_ nodes: Int) -> Bool { nodes >= next }

  mutating func done(at nodes: Int, improved: Bool) {
    interval = improved ? max(60, interval / 2) : interval * 2
    next = nodes + interval
  }
}

extension BranchAndCut {
  /// Fixes the integer columns at a point's rounded values, solves the rest, and takes the result if it is feasible and better.
  /// Leaves the bounds of the working program as they were, not its basis.
  @discardableResult
  func complete(_ point: [Double]) throws(GLPKFailure) -> Bool {
    let rounded = point.roundedIntegers(working.program)
    if (0..<point.count).allSatisfy({ (point[$0] - rounded[$0]).magnitude < 1e-11 }), offer(rounded) { return true }
    let (lower, upper) = (working.lower, working.upper)
    for column in point.indices where working.program.isInteger[column] {
      let value = min(max(rounded[column], working.program.columnLower[column]), working.program.columnUpper[column])
      try working.setBounds(column, value, value)
    }
    let status = try working.solve()
    let found = status == .optimal && offer(working.problem.columnValues().roundedIntegers(working.program))
    try working.apply(lower: lower, upper: upper)
    return found
  }

  /// Rounds up in two stages: first the integer columns that stand in rows with continuous ones, then, after solving again,
  /// the rest. Capacity only grows, so without limits on stock or shares this always succeeds.
  func roundingHeuristic(_ point: [Double]) throws(GLPKFailure) {
    let basis = working.problem.basis()
    let (lower, upper) = (working.lower, working.upper)
    let first = stageOneColumns()
    for column in first {
      let value = min((point[column] - 1e-6).rounded(.up), upper[column])
      try working.setBounds(column, value, value)
    }
    if try working.solve() == .optimal {
      var values = working.problem.columnValues()
      for column in values.indices where working.program.isInteger[column] {
        values[column] = min((values[column] - 1e-6).rounded(.up), upper[column])
      }
      try complete(values)
    }
    try working.apply(lower: lower, upper: upper)
    try working.problem.setBasis(basis)
    _ = try working.solve()
  }

  /// Integer columns that share a row with a continuous one.
  func stageOneColumns() -> [Int] {
    var isFirst = [Bool](repeating: false, count: working.program.columnCount)
    for row in working.rows.prefix(working.ownRowCount)
    where row.columns.contains(where: { !working.program.isInteger[$0] }) {
      for column in row.columns where working.program.isInteger[column] { isFirst[column] = true }
    }
    return isFirst.indices.filter { isFirst[$0] }
  }

  /// Fixes fractional columns in batches, the surest first, and solves again after each batch. Leaves the working program at
  /// other bounds and another basis: callers restore what they need.
  func dive(preferUp: Bool) throws(GLPKFailure) {
    var flips = 0
    for _ in 0..<200 {
      if limits.mustStop { return }
      guard try working.solve(objectiveLimit: incumbent.cutoff) == .optimal else { return }
      let point = working.problem.columnValues()
      let fractional = working.fractionalColumns(point)
      if fractional.isEmpty {
        try complete(point)
        return
      }
      // Distance that the rounding moves a column: up is cheap where capacity has to cover a load.
      func move(_ column: Int) -> Double {
        let up = point[column].rounded(.up) - point[column]
        return preferUp ? up : min(up, 1 - up)
      }
      let order = fractional.sorted { move($0) != move($1) ? move($0) < move($1) : $0 < $1 }
      let batch = max(1, order.count / 5)
      var changed: [(column: Int, lower: Double, upper: Double, isUp: Bool)] = []
      for column in order.prefix(batch) {
        let isUp = preferUp || point[column] - point[column].rounded(.down) >= 0.5
        changed.append((column, working.lower[column], working.upper[column], isUp))
        try round(column, point[column], up: isUp)
      }
      if try working.solve(objectiveLimit: incumbent.cutoff) == .optimal { continue }
      // Take the batch back and turn its first column the other way, a few times at most.
      flips += 1
      guard flips <= 5, let first = changed.first else { return }
      for change in changed { try working.setBounds(change.column, change.lower, change.upper) }
      try round(first.column, point[first.column], up: !first.isUp)
    }
  }

  private func round(_ column: Int, _ value: Double, up: Bool) throws(GLPKFailure) {
    if up {
      try working.setBounds(column, value.rounded(.up), working.upper[column])
    } else {
      try working.setBounds(column, working.lower[column], value.rounded(.down))
    }
  }

  /// Capacity slope scaling (after Crainic, Gendron and Hernu 2004): solves the relaxation with prices that charge each integer column
  /// for its rounded-up value, rounding after every step. Leaves prices and bounds as they were.
  func slopeScaling(steps: Int) throws(GLPKFailure) {
    let program = working.program
    let columns = stageOneColumns()
    let rowDuals = working.problem.rowDuals()
    // Price of one unit of a column: its cost and what it uses up of rows among integer columns.
    var price = program.cost
    for (index, row) in working.rows.prefix(working.ownRowCount).enumerated()
    where row.columns.allSatisfy({ program.isInteger[$0] }) {
      for (column, value) in zip(row.columns, row.values) { price[column] -= rowDuals[index] * value }
    }
    var costs = program.cost
    for _ in 0..<steps {
      if limits.mustStop { break }
      let point = working.problem.columnValues()
      for column in columns where price[column] > 0 {
        let value = point[column]
        if value > 1e-6 {
          let factor = (value - 1e-6).rounded(.up) / value
          costs[column] = program.cost[column] + price[column] * (factor - 1)
        }
        try working.problem.setCost(column, costs[column])
      }
      guard try working.problem.solveLinear(limits) == .optimal else { break }
      let scaled = working.problem.columnValues()
      for column in columns { try working.problem.setCost(column, program.cost[column]) }
      let before = incumbent.objective
      try roundingHeuristic(scaled)
      for column in columns { try working.problem.setCost(column, costs[column]) }
      guard try working.problem.solveLinear(limits) == .optimal else { break }
      if (0..<scaled.count).allSatisfy({ (scaled[$0] - point[$0]).magnitude < 1e-6 }), incumbent.objective == before {
        break
      }
    }
    for column in columns { try working.problem.setCost(column, program.cost[column]) }
  }
}
