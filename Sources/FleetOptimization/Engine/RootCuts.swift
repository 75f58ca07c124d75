extension BranchAndCut {
  /// Rounds without progress after which cutting stops.
  private static let idleRounds = 4
  /// Progress of a round, as part of the gap or of the bound, that counts.
  private static let leastProgress = 1e-3

  /// Adds cuts in rounds until they stop helping. Leaves the working program at its optimum.
  func strengthenRoot() throws(GLPKFailure) {
    let separator = CutSeparator(working)
    let first = bound
    var idle = 0
    for round in 0..<settings.cutRounds {
      let point = working.problem.columnValues()
      if working.fractionalColumns(point).isEmpty {
        try complete(point)
        return
      }
      if round % 5 == 0 { try roundingHeuristic(point) }
      report(self, "root cuts")
      if try isFinished() { return }
      let limit = max(20, working.ownRowCount / 4)
      let found = try separator.cuts(working, point: point, limit: limit)
      if found.isEmpty { return }
      for cut in found { try working.add(cut) }
      cuts += found.count
      let before = bound
      guard try resolveRoot() else { return }
      if round % 3 == 2 { try working.removeSlackCuts() }
      let progress = bound - before
      let scale =
        incumbent.objective.isFinite ? incumbent.objective - before : max(bound - first, 1e-4 * bound.magnitude)
      idle = progress < Self.leastProgress * max(scale, 1e-9) ? idle + 1 : 0
      if idle >= Self.idleRounds { break }
    }
    try working.removeSlackCuts()
    _ = try resolveRoot()
  }

  /// Solves the root again; returns false when the search is over by that.
  func resolveRoot() throws(GLPKFailure) -> Bool {
    switch try working.solve(objectiveLimit: incumbent.cutoff) {
    case .optimal:
      raiseBound(working.objective)
      return try !isFinished()
    case .cutOff, .infeasible:
      bound = .infinity
      return false
    case .stopped:
      stop = limits.reason ?? .timeLimit
      return false
    case .unbounded, .failed:
      // The cuts have spoilt the numbers: go on without them.
      earlierIterations += working.iterations
      working = try WorkingProgram(session, reduction.program, limits)
      guard try working.solve() == .optimal else {
        stop = .failed("the relaxation could not be solved again")
        return false
      }
      return true
    }
  }

  /// Bounds of integer columns that reduced costs and the cutoff imply, given an optimal vertex.
  func reducedCostBounds(_ point: [Double], objective: Double) -> [BoundChange] {
    let room = incumbent.cutoff - objective
    guard room.isFinite, room >= 0 else { return [] }
    let costs = working.problem.reducedCosts()
    var changes: [BoundChange] = []
    for column in costs.indices where working.program.isInteger[column] && costs[column].magnitude > 1e-7 {
      let (lower, upper) = (working.lower[column], working.upper[column])
      guard lower < upper, !working.problem.columnIsBasic(column) else { continue }
      let steps = (room / costs[column].magnitude + 1e-6).rounded(.down)
      if costs[column] > 0, (point[column] - lower).magnitude < 1e-6, lower + steps < upper {
        changes.append(BoundChange(column: column, lower: lower, upper: lower + steps))
      } else if costs[column] < 0, (point[column] - upper).magnitude < 1e-6, upper - steps > lower {
        changes.append(BoundChange(column: column, lower: upper - steps, upper: upper))
      }
    }
    return changes
  }

  /// Once enough columns are fixed at the root, the smaller program is searched from the start; `nil` if it is not worth it.
  func restart() throws(GLPKFailure) -> SearchResult? {
    guard try working.solve() == .optimal else { return nil }
    let point = working.problem.columnValues()
    for change in reducedCostBounds(point, objective: working.objective) {
      try working.restrict(change.column, change.lower, change.upper)
    }
    var tightened = working.programWithCuts()
    guard BoundTightening.tighten(&tightened, cutoff: incumbent.objective) else {
      bound = .infinity
      return finished()
    }
    let integers = tightened.isInteger.indices.filter { tightened.isInteger[$0] }
    let open = integers.count { tightened.columnLower[$0] < tightened.columnUpper[$0] }
    guard settings.restarts < 4, Double(open) < 0.8 * Double(integers.count) else {
      for column in integers {
        try working.restrict(column, tightened.columnLower[column], tightened.columnUpper[column])
      }
      return nil
    }
    var next = settings
    next.restarts += 1
    next.knownObjective = incumbent.objective
    next.cutRounds = max(5, settings.cutRounds / 2)
    let outer = self
    guard
      case .ready(let search) = try BranchAndCut.prepare(
        session, tightened, next, limits,
        report: { inner, phase in
          outer.raiseBound(min(inner.bound, inner.lostBound, outer.incumbent.objective))
          if let values = inner.incumbent.values { outer.offer(inner.reduction.expand(values)) }
          outer.nodes = inner.nodes
          outer.report(outer, phase)
        })
    else {
      bound = .infinity
      return finished()
    }
    let result = try search.run()
    nodes = result.nodes
    heuristicIterations += result.iterations
    cuts += result.cuts
    if let values = result.values { offer(values) }
    switch result.termination {
    case .optimal, .gapReached, .infeasible: bound = .infinity
    default:
      stop = result.termination
      if let reached = result.bound { raiseBound(reached) }
    }
    return finished()
  }
}

extension [Double] {
  /// The point with its integer columns rounded.
  func roundedIntegers(_ program: Program) -> [Double] {
    var result = self
    for column in indices where program.isInteger[column] { result[column].round() }
    return result
  }
}
