import CGLPK

extension BranchAndCut {
  private static let subNodeLimit = 150
  /// Simplex steps that neighbourhoods may take, as a part of those of the search itself, beyond a first allowance.
  private static let effortShare = 0.3
  private static let deepestSearch = 1

  /// First solutions and the first round of improvements at the root. Leaves the working program at its root optimum.
  func rootHeuristics() throws(GLPKFailure) {
    guard !working.fractionalColumns(working.problem.columnValues()).isEmpty else { return }
    report(self, "heuristics")
    let basis = working.problem.basis()
    try roundingHeuristic(working.problem.columnValues())
    if settings.depth == 0 {
      if try !isFinished() { try slopeScaling(steps: 8) }
      try backToRoot(basis)
    }
    for preferUp in [true, false] where try !isFinished() {
      try dive(preferUp: preferUp)
      try backToRoot(basis)
    }
    if settings.depth < Self.deepestSearch {
      try neighbourhoods(rounds: 8)
      try backToRoot(basis)
    }
  }

  func treeHeuristics(_ schedule: inout HeuristicSchedule) throws(GLPKFailure) {
    let before = incumbent.objective
    if settings.depth < Self.deepestSearch { try neighbourhoods(rounds: 4) }
    schedule.done(at: nodes, improved: incumbent.objective < before)
  }

  private func backToRoot(_ basis: BasisSnapshot) throws(GLPKFailure) {
    try working.restoreBounds()
    try working.problem.setBasis(basis)
    _ = try working.solve()
  }

  /// Large-neighbourhood search: frees a part of the integer columns, keeps the rest at the incumbent, and searches the small
  /// program that remains.
  func neighbourhoods(rounds: Int) throws(GLPKFailure) {
    try working.restoreBounds()
    guard try working.solve() == .optimal else { return }
    let relaxed = working.problem.columnValues()
    let parts = Neighbourhoods(working)
    for _ in 0..<rounds {
      if try isFinished() { return }
      let allowance = Double(2 * rootIterations + 2000) + Self.effortShare * Double(iterations)
      if Double(heuristicIterations) > allowance { return }
      report(self, "neighbourhood search")
      guard let point = incumbent.values else {
        // Nothing to start from: keep only what the relaxation leaves open.
        try searchNear(
          lower: relaxed.map { ($0 + 1e-6).rounded(.down) }, upper: relaxed.map { ($0 - 1e-6).rounded(.up) + 1 })
        if incumbent.values == nil { return }
        continue
      }
      let free = parts.next(point, relaxed, &random)
      var lower = working.program.columnLower
      var upper = working.program.columnUpper
      for column in point.indices where working.program.isInteger[column] && !free.contains(column) {
        lower[column] = point[column]
        upper[column] = point[column]
      }
      try searchNear(lower: lower, upper: upper)
    }
  }

  /// Searches between the given bounds of the integer columns for something better than the incumbent.
  private func searchNear(lower: [Double], upper: [Double]) throws(GLPKFailure) {
    var program = working.programWithCuts()
    for column in lower.indices where program.isInteger[column] {
      let bounds = (
        max(lower[column], program.columnLower[column]), min(upper[column], program.columnUpper[column])
      )
      guard bounds.0 <= bounds.1 else { return }
      program.columnLower[column] = bounds.0
      program.columnUpper[column] = bounds.1
    }
    var inner = settings
    inner.depth += 1
    inner.restarts = 4
    inner.cutRounds = 3
    inner.nodeLimit = Self.subNodeLimit
    inner.iterationLimit = 500 + rootIterations
    inner.knownObjective = incumbent.objective
    inner.step = incumbent.step
    guard case .ready(let search) = try BranchAndCut.prepare(session, program, inner, limits) else { return }
    let result = try search.run()
    heuristicIterations += result.iterations
    if let values = result.values { offer(values) }
  }
}

/// Which integer columns a neighbourhood frees.
final class Neighbourhoods {
  private let integers: [Int]
  /// Columns that hang together through continuous ones (such as all instances of one model), and the rest, which is always
  /// free.
  private var blocks: [[Int]] = []
  private var always: Set<Int> = []
  /// Columns of one row among integer columns alone (such as all instances on one accelerator).
  private var groups: [[Int]] = []
  private var turn = 0

  init(_ working: WorkingProgram) {
    let program = working.program
    integers = program.isInteger.indices.filter {
      program.isInteger[$0] && program.columnLower[$0] < program.columnUpper[$0]
    }
    var parent = Array(0..<program.columnCount)
    func root(_ column: Int) -> Int {
      var column = column
      while parent[column] != column {
        parent[column] = parent[parent[column]]
        column = parent[column]
      }
      return column
    }
    var isLinked = [Bool](repeating: false, count: program.columnCount)
    let isInteger = Set(integers)
    for row in working.rows.prefix(working.ownRowCount) {
      if row.columns.contains(where: { !program.isInteger[$0] }) {
        for column in row.columns {
          isLinked[column] = true
          parent[root(column)] = root(row.columns[0])
        }
      } else {
        let group = row.columns.filter { isInteger.contains($0) }
        if group.count >= 2, 2 * group.count <= integers.count { groups.append(group) }
      }
    }
    var byRoot: [Int: [Int]] = [:]
    for column in integers {
      if isLinked[column] { byRoot[root(column), default: []].append(column) } else { always.insert(column) }
    }
    blocks = byRoot.sorted { $0.key < $1.key }.map(\.value)
  }

  /// The columns to free this time: where incumbent and relaxation differ, one block, two groups, or a random part, in turn.
  func next(_ incumbent: [Double], _ relaxed: [Double], _ random: inout some RandomNumberGenerator) -> Set<Int> {
    defer { turn += 1 }
    var free = always
    switch turn % 4 {
    case 0:
      free.formUnion(integers.filter { (incumbent[$0] - relaxed[$0]).magnitude > 0.1 })
    case 1 where blocks.count > 1:
      free.formUnion(blocks[(turn / 4) % blocks.count])
    case 2 where groups.count > 1:
      for group in groups.shuffled(using: &random).prefix(2) { free.formUnion(group) }
    default:
      free.formUnion(integers.shuffled(using: &random).prefix(integers.count / 2))
    }
    return free
  }
}
