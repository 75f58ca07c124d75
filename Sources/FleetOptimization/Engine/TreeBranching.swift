import CGLPK

extension BranchAndCut {
  /// Candidates looked at with trial branches at one subproblem, and simplex steps for each trial.
  private static let trialCandidates = 8
  private static let trialIterations = 60
  /// Levels of the tree at whose subproblems cuts are added, and rounds there.
  private static let cutLevels = 3
  private static let cutRoundsInTree = 2

  /// Branch and bound from the root.
  func branch() throws(GLPKFailure) {
    propagation = working.program
    var open = SubproblemHeap()
    var next: Subproblem? = Subproblem(bound: bound, depth: 0, changes: [], basis: nil, branching: nil)
    var schedule = HeuristicSchedule()
    let separator = CutSeparator(working)
    while true {
      guard let current = next ?? open.popLeast() else {
        bound = .infinity
        return
      }
      // The bound of the tree: the subproblem in hand and the open ones.
      bound = max(bound, min(current.bound, open.leastBound ?? .infinity))
      if try isFinished() { return }
      if let limit = settings.nodeLimit, nodes >= limit {
        stop = .nodeLimit
        return
      }
      report(self, "branch and bound")
      if current.bound > incumbent.cutoff {
        next = nil
        continue
      }
      nodes += 1
      let isContinuation = next != nil
      next = nil
      let children = try explore(current, keepsBasis: isContinuation, separator)
      if let children {
        next = children.first
        if children.count > 1 { open.insert(children[1]) }
      }
      if schedule.isDue(nodes) {
        let pending = next
        next = nil
        if let pending { open.insert(pending) }
        bound = max(bound, min(open.leastBound ?? .infinity, incumbent.provenBound))
        try treeHeuristics(&schedule)
      }
    }
  }

  /// Solves one subproblem; the children, the more promising first, or `nil` where nothing better can be in it.
  private func explore(
    _ subproblem: Subproblem, keepsBasis: Bool, _ separator: CutSeparator
  ) throws(GLPKFailure) -> [Subproblem]? {
    var lower = working.program.columnLower
    var upper = working.program.columnUpper
    for change in subproblem.changes {
      lower[change.column] = max(lower[change.column], change.lower)
      upper[change.column] = min(upper[change.column], change.upper)
      if lower[change.column] > upper[change.column] { return nil }
    }
    propagation.columnLower = lower
    propagation.columnUpper = upper
    guard BoundTightening.tighten(&propagation, cutoff: incumbent.cutoff) else { return nil }
    for column in lower.indices where working.program.isInteger[column] {
      lower[column] = propagation.columnLower[column]
      upper[column] = propagation.columnUpper[column]
    }
    try working.apply(lower: lower, upper: upper)
    if !keepsBasis, let basis = subproblem.basis { try working.problem.setBasis(basis) }
    var changes = subproblem.changes
    var cutRounds = subproblem.depth <= Self.cutLevels && subproblem.depth > 0 ? Self.cutRoundsInTree : 0
    var isFirst = true
    while true {
      switch try working.solve(objectiveLimit: incumbent.cutoff) {
      case .optimal: break
      case .infeasible, .cutOff: return nil
      case .stopped:
        stop = limits.reason ?? .timeLimit
        bound = min(bound, subproblem.bound)
        lostBound = min(lostBound, subproblem.bound)
        return nil
      case .unbounded, .failed:
        return split(without: subproblem, lower, upper)
      }
      let objective = working.objective
      if isFirst, let branching = subproblem.branching {
        let gain = max(0, objective - subproblem.bound) / max(branching.distance, 1e-6)
        pseudocosts.observe(branching.column, isUp: branching.isUp, gainPerUnit: gain)
      }
      isFirst = false
      if objective > incumbent.cutoff { return nil }
      let point = working.problem.columnValues()
      var fractional = working.fractionalColumns(point)
      if fractional.isEmpty {
        // The vertex is whole: nothing in here is better than its cleaned form. Where that is not taken for tiny fractions, these
        // are branched on.
        if try complete(point) || objective >= incumbent.objective { return nil }
        fractional = working.fractionalColumns(point, tolerance: 1e-10)
        if fractional.isEmpty {
          lostBound = min(lostBound, objective)
          return nil
        }
        _ = try working.solve()
      }
      for change in reducedCostBounds(point, objective: objective) {
        changes.append(change)
        try working.setBounds(change.column, change.lower, change.upper)
      }
      if cutRounds > 0 {
        cutRounds -= 1
        let found = try separator.cuts(working, point: point, limit: 15)
        if !found.isEmpty {
          for cut in found { try working.add(cut) }
          cuts += found.count
          continue
        }
        cutRounds = 0
      }
      let basis = working.problem.basis()
      let choice = try chooseColumn(fractional, point, objective, basis)
      switch choice {
      case .nothingLeft: return nil
      case .tightened(let change):
        changes.append(change)
        try working.setBounds(change.column, change.lower, change.upper)
        try working.problem.setBasis(basis)
        continue
      case .branch(let column):
        return children(
          of: subproblem, column, value: point[column], bound: max(objective, subproblem.bound), changes, basis)
      }
    }
  }

  private func children(
    of parent: Subproblem, _ column: Int, value: Double, bound: Double, _ changes: [BoundChange], _ basis: BasisSnapshot
  ) -> [Subproblem] {
    let floor = value.rounded(.down)
    func child(isUp: Bool) -> Subproblem {
      let change =
        isUp
        ? BoundChange(column: column, lower: floor + 1, upper: .infinity)
        : BoundChange(column: column, lower: -.infinity, upper: floor)
      return Subproblem(
        bound: bound, depth: parent.depth + 1, changes: changes + [change], basis: basis,
        branching: .init(column: column, isUp: isUp, distance: isUp ? floor + 1 - value : value - floor))
    }
    let gains = pseudocosts.gains(column, value: value)
    return gains.up <= gains.down ? [child(isUp: true), child(isUp: false)] : [child(isUp: false), child(isUp: true)]
  }

  /// A subproblem whose linear program GLPK cannot solve is split on any open integer column; one without any is given up.
  private func split(without subproblem: Subproblem, _ lower: [Double], _ upper: [Double]) -> [Subproblem]? {
    let open = lower.indices.first {
      working.program.isInteger[$0] && lower[$0] < upper[$0] && (lower[$0].isFinite || upper[$0].isFinite)
    }
    guard let open else {
      lostBound = min(lostBound, subproblem.bound)
      return nil
    }
    let value =
      lower[open].isFinite && upper[open].isFinite
      ? ((lower[open] + upper[open]) / 2).rounded(.down) : lower[open].isFinite ? lower[open] : upper[open] - 1
    func child(_ change: BoundChange) -> Subproblem {
      Subproblem(
        bound: subproblem.bound, depth: subproblem.depth + 1, changes: subproblem.changes + [change], basis: nil,
        branching: nil)
    }
    return [
      child(BoundChange(column: open, lower: -.infinity, upper: value)),
      child(BoundChange(column: open, lower: value + 1, upper: .infinity)),
    ]
  }

  // MARK: - Choice of the column

  private enum Choice {
    case branch(Int)
    case tightened(BoundChange)
    case nothingLeft
  }

  /// Reliability branching: pseudocosts where enough is known, trial branches with a few simplex steps elsewhere.
  private func chooseColumn(
    _ fractional: [Int], _ point: [Double], _ objective: Double, _ basis: BasisSnapshot
  ) throws(GLPKFailure) -> Choice {
    let scale = incumbent.objective.isFinite ? incumbent.objective - objective : objective.magnitude * 1e-3
    let costly = hasFewCosts ? fractional.filter { working.program.cost[$0] != 0 } : []
    let ranked = (costly.isEmpty ? fractional : costly).map {
      (column: $0, score: Pseudocosts.score(pseudocosts.gains($0, value: point[$0]), scale: scale))
    }.sorted { $0.score != $1.score ? $0.score > $1.score : $0.column < $1.column }
    var best: (column: Int, score: Double)?
    var trials = 0
    var idle = 0
    for candidate in ranked {
      if pseudocosts.isReliable(candidate.column) {
        if candidate.score > best?.score ?? -1 { best = candidate }
        continue
      }
      guard trials < Self.trialCandidates, idle < 4 else { continue }
      trials += 1
      let value = point[candidate.column]
      let column = candidate.column
      let (lower, upper) = (working.lower[column], working.upper[column])
      let down = try trial(column, lower, value.rounded(.down), lower, upper, basis)
      let up = try trial(column, value.rounded(.up), upper, lower, upper, basis)
      if limits.mustStop { break }
      switch (down, up) {
      case (nil, nil): return .nothingLeft
      case (nil, _): return .tightened(BoundChange(column: column, lower: value.rounded(.up), upper: upper))
      case (_, nil): return .tightened(BoundChange(column: column, lower: lower, upper: value.rounded(.down)))
      case (let down?, let up?):
        let gains = (down: max(0, down - objective), up: max(0, up - objective))
        let fraction = value - value.rounded(.down)
        pseudocosts.observe(column, isUp: false, gainPerUnit: gains.down / fraction)
        pseudocosts.observe(column, isUp: true, gainPerUnit: gains.up / (1 - fraction))
        let score = Pseudocosts.score(gains, scale: scale)
        if score > best?.score ?? -1 {
          best = (column, score)
          idle = 0
        } else {
          idle += 1
        }
      }
    }
    try working.problem.setBasis(basis)
    return .branch(best?.column ?? ranked[0].column)
  }

  /// Objective of a branch after a few simplex steps; `nil` where the branch holds nothing better than the incumbent.
  private func trial(
    _ column: Int, _ newLower: Double, _ newUpper: Double, _ lower: Double, _ upper: Double, _ basis: BasisSnapshot
  ) throws(GLPKFailure) -> Double? {
    try working.problem.setBasis(basis)
    try working.setBounds(column, newLower, newUpper)
    let status = try working.solve(objectiveLimit: incumbent.cutoff, iterationLimit: Self.trialIterations)
    let objective = working.objective
    try working.setBounds(column, lower, upper)
    switch status {
    case .infeasible, .cutOff: return nil
    case .optimal: return objective > incumbent.cutoff ? nil : objective
    case .stopped, .unbounded, .failed: return objective
    }
  }
}
