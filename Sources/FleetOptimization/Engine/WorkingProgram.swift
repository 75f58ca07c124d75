import CGLPK

/// A linear program in GLPK with its rows, cuts included, and the column bounds of the subproblem that is looked at.
final class WorkingProgram {
  /// The program with the bounds that hold everywhere.
  private(set) var program: Program
  let problem: GLPKProblem
  let limits: SolveLimits
  private(set) var rows: [LinearRow]
  /// Rows that belong to the program; the rest are cuts.
  let ownRowCount: Int
  private(set) var lower: [Double]
  private(set) var upper: [Double]
  /// GLPK's scale factors of the columns: a cut is scaled so that its largest scaled coefficient is 1.
  private let columnScale: [Double]

  init(_ session: GLPKSession, _ program: Program, _ limits: SolveLimits) throws(GLPKFailure) {
    self.program = program
    self.limits = limits
    problem = try GLPKProblem(session, program)
    rows = LinearRow.all(of: program)
    ownRowCount = rows.count
    lower = program.columnLower
    upper = program.columnUpper
    let pointer = problem.pointer
    columnScale = (0..<program.columnCount).map { glp_get_sjj(pointer, Int32($0 + 1)) }
  }

  // MARK: - Bounds

  /// Puts the bounds of a subproblem in place.
  func apply(lower newLower: [Double], upper newUpper: [Double]) throws(GLPKFailure) {
    for column in newLower.indices where newLower[column] != lower[column] || newUpper[column] != upper[column] {
      try problem.setColumnBounds(column, newLower[column], newUpper[column])
    }
    lower = newLower
    upper = newUpper
  }

  func setBounds(_ column: Int, _ newLower: Double, _ newUpper: Double) throws(GLPKFailure) {
    guard newLower != lower[column] || newUpper != upper[column] else { return }
    try problem.setColumnBounds(column, newLower, newUpper)
    lower[column] = newLower
    upper[column] = newUpper
  }

  /// Tightens bounds for good, and puts them in place.
  func restrict(_ column: Int, _ newLower: Double, _ newUpper: Double) throws(GLPKFailure) {
    program.columnLower[column] = max(program.columnLower[column], newLower)
    program.columnUpper[column] = min(program.columnUpper[column], newUpper)
    try setBounds(column, program.columnLower[column], program.columnUpper[column])
  }

  func restoreBounds() throws(GLPKFailure) {
    try apply(lower: program.columnLower, upper: program.columnUpper)
  }

  // MARK: - Rows

  func add(_ cut: Cut) throws(GLPKFailure) {
    var largest = 0.0
    for (column, value) in zip(cut.columns, cut.values) {
      largest = max(largest, (value * columnScale[column]).magnitude)
    }
    let factor = 1 / largest
    try problem.addRow(
      columns: cut.columns, values: cut.values.map { $0 * factor }, lower: -.infinity, upper: cut.upper * factor)
    rows.append(
      LinearRow(
        columns: cut.columns, values: cut.values.map { $0 * factor }, lower: -.infinity, upper: cut.upper * factor,
        in: program))
  }

  /// Deletes the cuts that are not active at the current vertex.
  func removeSlackCuts() throws(GLPKFailure) {
    let slack = (ownRowCount..<rows.count).filter { problem.rowIsBasic($0) }
    guard !slack.isEmpty else { return }
    try problem.deleteRows(slack)
    let gone = Set(slack)
    rows = rows.enumerated().filter { !gone.contains($0.offset) }.map(\.element)
  }

  // MARK: - Solving

  func solve(objectiveLimit: Double = .infinity, iterationLimit: Int? = nil) throws(GLPKFailure) -> LinearStatus {
    try problem.solveLinear(limits, iterationLimit: iterationLimit, objectiveLimit: objectiveLimit)
  }

  var objective: Double { problem.linearObjective }

  /// Simplex steps so far: the measure of effort, the same on every machine.
  var iterations: Int { problem.iterations }

  /// Columns whose value misses a whole number by more than the tolerance.
  func fractionalColumns(_ point: [Double], tolerance: Double = WorkingProgram.integerTolerance) -> [Int] {
    point.indices.filter { program.isInteger[$0] && (point[$0] - point[$0].rounded()).magnitude > tolerance }
  }

  static let integerTolerance = 1e-6

  /// The program with all cuts as rows, as a base for sub-searches.
  func programWithCuts() -> Program {
    var result = program
    for row in rows[ownRowCount...] {
      result.appendRow(
        zip(row.columns, row.values).map { (column: $0, value: $1) }, lower: row.lower, upper: row.upper)
    }
    return result
  }
}
