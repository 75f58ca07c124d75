/// What a search found, before the last linear program and the check.
struct SearchResult {
  var termination: Termination
  /// The best point found, integer within GLPK's tolerance.
  var values: [Double]?
  var bound: Double?
  var statusText: String
  var nodes = 0
  var cuts = 0
  /// Simplex steps, those of sub-searches included.
  var iterations = 0
  var relaxationBound: Double?
  var rootBound: Double?
}
