/// The step of an objective: every solution's objective is the constant plus a whole multiple of it.
///
/// When all columns with a cost are integer and their costs are multiples of one number, such as prices in whole cents, so is
/// every objective; a bound may then be rounded up to the next multiple, and an incumbent is optimal as soon as no bound lies a
/// whole step below it.
enum Granule {
  /// Costs are taken as whole multiples of 10⁻⁶ when they miss one by at most this part of themselves.
  private static let relativeTolerance = 1e-12
  private static let decimals = 1e6
  /// A step below this part of the objective drowns in the rounding errors of the linear programs.
  static let smallestUsefulPart = 1e-8

  /// The step of `Σ cost·value` over the columns that are not fixed; `nil` where a continuous column has a cost or the costs
  /// have no common measure. 0 where no column has a cost.
  static func of(_ program: Program) -> Double? {
    var step = 0
    for column in 0..<program.columnCount where program.cost[column] != 0 {
      guard program.columnLower[column] < program.columnUpper[column] else { continue }
      guard program.isInteger[column] else { return nil }
      let scaled = program.cost[column].magnitude * decimals
      let whole = scaled.rounded()
      guard whole >= 1, whole < 9e15, (scaled - whole).magnitude <= relativeTolerance * scaled else { return nil }
      step = greatestCommonDivisor(step, Int(whole))
    }
    return Double(step) / decimals
  }

  static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
