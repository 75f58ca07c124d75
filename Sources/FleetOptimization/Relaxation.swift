/// Finds out which rows of an infeasible model stand in the way, and by how much.
///
/// Each elastic row may be missed at a price; the sum of the priced misses is minimised in place of the objective. What remains
/// missed names a smallest conflict in that measure: giving way by just these amounts makes the model feasible.
public struct Relaxation: Sendable {
  /// Which side of a row may give way.
  public enum Side: Sendable, Hashable {
    /// The upper side may be raised: more stock, a larger budget.
    case upper
    /// The lower side may be lowered: less demand.
    case lower
    case both
  }

  /// A row that may give way.
  public struct ElasticRow: Sendable, Hashable {
    public var row: Int
    public var side: Side
    /// Price of one unit of the row, above 0.
    public var penalty: Double

    public init(row: Int, side: Side = .both, penalty: Double = 1) {
      self.row = row
      self.side = side
      self.penalty = penalty
    }
  }

  /// How far one row has to give way.
  public struct Need: Sendable, Hashable {
    public let row: Int
    public let name: String
    /// `upper` or `lower`.
    public let side: Side
    /// Above 0, in the units of the row.
    public let amount: Double
  }

  /// What the elastic model tells.
  public struct Result: Sendable {
    /// The rows that have to give way, in the order of the model; empty for a feasible model.
    public let needs: [Need]
    /// The whole outcome of the elastic model. `infeasible` means that the conflict lies in rows or bounds that are not elastic.
    public let outcome: Outcome
    /// The point found, one value per variable of the original model.
    public let values: [Double]?
  }

  public var elasticRows: [ElasticRow]
  /// Amounts up to this, relative to `max(1, |side|)`, are not reported: rounding errors of the solver.
  public var tolerance: Double = FeasibilityReport.defaultTolerance

  public init(_ elasticRows: [ElasticRow]) { self.elasticRows = elasticRows }

  /// The elastic model: `model` with slack variables in place of its objective, and for each slack the row and side it serves.
  public func elasticModel(of model: Model) -> (model: Model, slacks: [(variable: Variable, row: Int, side: Side)]) {
    var slacks: [(variable: Variable, row: Int, side: Side)] = []
    var elastic = Model("\(model.name)-elastic")
    for record in model.variables {
      elastic.addVariable(record.name, lower: record.lower, upper: record.upper, kind: record.kind)
    }
    var extra: [Int: [Term]] = [:]
    var price = LinearExpression()
    for elasticRow in elasticRows where model.rows.indices.contains(elasticRow.row) {
      let row = model.rows[elasticRow.row]
      for (side, bound, sign, mark) in [(Side.upper, row.upper, -1.0, "+"), (.lower, row.lower, 1.0, "-")] {
        guard elasticRow.side == side || elasticRow.side == .both, bound.isFinite else { continue }
        let slack = elastic.addVariable("slack\(mark)\(elasticRow.row)")
        slacks.append((slack, elasticRow.row, side))
        extra[elasticRow.row, default: []].append(Term(slack, sign))
        price.add(slack, coefficient: elasticRow.penalty)
      }
    }
    for (index, row) in model.rows.enumerated() {
      elastic.require(
        row.name,
        Relation(
          lower: row.lower.isFinite ? row.lower : nil, LinearExpression(row.terms + (extra[index] ?? [])),
          upper: row.upper.isFinite ? row.upper : nil))
    }
    elastic.minimize(price)
    return (elastic, slacks)
  }

  /// Solves the elastic model of `model` with `solver`.
  ///
  /// - Throws: `ModelError` with every fault of the model.
  public func solve(_ model: Model, with solver: GLPKSolver) throws(ModelError) -> Result {
    let ownFaults = model.faults()
    guard ownFaults.isEmpty else { throw ModelError(faults: ownFaults) }
    let (elastic, slacks) = elasticModel(of: model)
    var solver = solver
    solver.options.initialSolution = nil
    let outcome = try solver.solve(elastic)
    guard let solution = outcome.solution else { return Result(needs: [], outcome: outcome, values: nil) }
    let needs = slacks.compactMap { slack -> Need? in
      let row = model.rows[slack.row]
      let side = slack.side == .upper ? row.upper : row.lower
      let amount = solution[slack.variable]
      guard amount > tolerance * max(1, side.magnitude) else { return nil }
      return Need(row: slack.row, name: row.name, side: slack.side, amount: amount)
    }
    return Result(
      needs: needs.sorted { $0.row < $1.row }, outcome: outcome,
      values: Array(solution.values.prefix(model.variables.count)))
  }
}
