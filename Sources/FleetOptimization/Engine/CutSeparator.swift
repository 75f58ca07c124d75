import CGLPKBridge

/// Finds cuts for a vertex of the linear relaxation: rounds each row, rows joined along continuous columns, and rows of the simplex
/// tableau.
final class CutSeparator {
  private var rounding: MixedIntegerRounding
  private let program: Program
  private var base: RoundingBase
  /// Rows of the program that hold each continuous column.
  private var rowsOfColumn: [[Int]]

  /// How many rows are joined, the first one not counted.
  private static let longestPath = 5
  private static let tableauRows = 60
  private static let leastEfficacy = 1e-4
  /// Two cuts whose normals are closer than this cosine do the same work.
  private static let parallel = 0.9

  init(_ working: WorkingProgram) {
    program = working.program
    let own = Array(working.rows.prefix(working.ownRowCount))
    rounding = MixedIntegerRounding(program, VariableBounds(program, own))
    base = RoundingBase(columnCount: program.columnCount)
    rowsOfColumn = Array(repeating: [], count: program.columnCount)
    for (index, row) in own.enumerated() where row.lower.isFinite || row.upper.isFinite {
      for column in row.columns where !program.isInteger[column] { rowsOfColumn[column].append(index) }
    }
  }

  /// Violated cuts at the vertex of `working`, the most effective of each direction, at most `limit`.
  func cuts(_ working: WorkingProgram, point: [Double], limit: Int) throws(GLPKFailure) -> [Cut] {
    let activities = working.rows.map { $0.activity(at: point) }
    rounding.aim(at: point)
    var found: [Cut] = []
    for (index, row) in working.rows.enumerated() {
      if working.limits.mustStop { break }
      let scale = max(1, activities[index].magnitude)
      let atUpper = row.upper.isFinite && row.upper - activities[index] < 0.1 * scale
      let atLower = row.lower.isFinite && activities[index] - row.lower < 0.1 * scale
      guard atUpper || atLower else { continue }
      for sign in [1.0, -1] {
        found += joined(from: index, sign: sign, working.rows, activities, point)
      }
    }
    found += try tableauCuts(working, activities, point)
    return select(found, limit)
  }

  /// Rounds a row, then the row with continuous columns eliminated one after the other through further rows.
  private func joined(
    from start: Int, sign: Double, _ rows: [LinearRow], _ activities: [Double], _ point: [Double]
  ) -> [Cut] {
    base.clear()
    guard base.add(rows[start], index: start, multiplier: sign, activity: activities[start]) else { return [] }
    var used: Set<Int> = [start]
    for step in 0...Self.longestPath {
      if let cut = rounding.bestCut(base, rows: rows, leastEfficacy: Self.leastEfficacy) { return [cut] }
      guard step < Self.longestPath, let next = nextRow(used, rows, activities, point) else { break }
      let position = rows[next.row].columns.firstIndex(of: next.column)
      guard let position else { break }
      let multiplier = -base.dense[next.column] / rows[next.row].values[position]
      guard base.add(rows[next.row], index: next.row, multiplier: multiplier, activity: activities[next.row]) else {
        break
      }
      base.eliminate(next.column)
      base.removeNoise()
      used.insert(next.row)
    }
    return []
  }

  /// The continuous column farthest from its bounds, and the tightest unused row that can eliminate it.
  private func nextRow(
    _ used: Set<Int>, _ rows: [LinearRow], _ activities: [Double], _ point: [Double]
  ) -> (column: Int, row: Int)? {
    var best: (column: Int, row: Int, distance: Double)?
    for column in base.touched where base.dense[column] != 0 && !program.isInteger[column] {
      let distance = min(point[column] - program.columnLower[column], program.columnUpper[column] - point[column])
      guard distance > 1e-6 else { continue }
      let relative = distance / max(1, point[column].magnitude)
      guard relative > best?.distance ?? 0 else { continue }
      var row: (index: Int, slack: Double)?
      for candidate in rowsOfColumn[column] where !used.contains(candidate) {
        let slack = min(
          activities[candidate] - rows[candidate].lower, rows[candidate].upper - activities[candidate])
        if slack < row?.slack ?? 1e-4 { row = (candidate, slack) }
      }
      if let row { best = (column, row.index, relative) }
    }
    return best.map { ($0.column, $0.row) }
  }

  // MARK: - Tableau

  private func tableauCuts(
    _ working: WorkingProgram, _ activities: [Double], _ point: [Double]
  ) throws(GLPKFailure) -> [Cut] {
    let rowCount = working.rows.count
    var indices = [Int32](repeating: 0, count: rowCount + program.columnCount + 1)
    var values = [Double](repeating: 0, count: rowCount + program.columnCount + 1)
    let fractional = working.fractionalColumns(point).sorted {
      distanceFromHalf(point[$0]) < distanceFromHalf(point[$1])
    }
    var found: [Cut] = []
    for column in fractional.prefix(Self.tableauRows) {
      if working.limits.mustStop { break }
      guard working.problem.columnIsBasic(column) else { continue }
      let length = Int(
        try working.problem.check(
          fo_tableau_row(
            working.problem.session.handle, working.problem.pointer, Int32(rowCount + column + 1), &indices, &values)))
      var largest = 0.0
      for position in 1...max(1, length) where Int(indices[position]) <= rowCount {
        largest = max(largest, values[position].magnitude)
      }
      for sign in [1.0, -1] {
        base.clear()
        var usable = largest > 0
        for position in 1...max(1, length) where position <= length && Int(indices[position]) <= rowCount {
          let row = Int(indices[position]) - 1
          guard values[position].magnitude > 1e-9 * largest else { continue }
          usable =
            usable
            && base.add(
              working.rows[row], index: row, multiplier: sign * values[position], activity: activities[row])
        }
        guard usable else { continue }
        base.removeNoise()
        if let cut = rounding.bestCut(base, rows: working.rows, leastEfficacy: Self.leastEfficacy) {
          found.append(cut)
        }
      }
    }
    return found
  }

  private func distanceFromHalf(_ value: Double) -> Double { (value - value.rounded(.down) - 0.5).magnitude }

  // MARK: - Selection

  private func select(_ cuts: [Cut], _ limit: Int) -> [Cut] {
    var chosen: [Cut] = []
    var dense = [Double](repeating: 0, count: program.columnCount)
    for cut in cuts.sorted(by: { $0.efficacy > $1.efficacy }) {
      if chosen.count >= limit { break }
      for (column, value) in zip(cut.columns, cut.values) { dense[column] = value }
      let norm = cut.norm
      let isParallel = chosen.contains { $0.cosine(with: dense, norm: norm) > Self.parallel }
      for column in cut.columns { dense[column] = 0 }
      if !isParallel { chosen.append(cut) }
    }
    return chosen
  }
}
