import FleetOptimization
import FleetServing

/// A solution read off the program: counts as integers, rates cleaned, routes made explicit. Nothing of the solver is
/// left in it.
struct Assignment: Sendable {
  /// `n[c,t]`.
  var instances: [[Int]]
  /// `x[w,c,t]` [requests/s], parallel to the candidate's loads: candidate → period → position.
  var rates: [[[Double]]]
  /// Units held by tier and period.
  var heldUnits: [[Int]]
  /// Flows from prefill or aggregated candidates to decode candidates (or to themselves).
  var flows: [Flow]

  struct Flow: Sendable, Hashable {
    var classIndex: Int
    var period: Int
    var from: Int
    var to: Int
    var ratePerSecond: Double
  }

  /// Rates below this share of the class's rate are rounding of the solver, not routes.
  static let negligibleShare = 1e-7

  init(_ program: Program, _ solution: Solution) {
    let data = program.data
    let variables = program.variables
    instances = variables.instances.map { $0.map { solution.count($0) } }
    heldUnits = variables.held.map { units in
      units.map { Int(solution.value(of: $0).rounded()) }
    }
    rates = variables.rates.enumerated().map { index, byPeriod in
      byPeriod.enumerated().map { period, row in
        row.enumerated().map { position, variable in
          let offered = data.rates[data.candidates[index].loads[position].classIndex][period]
          let value = solution[variable]
          return value > Self.negligibleShare * offered ? value : 0
        }
      }
    }
    flows = []
    for period in 0..<data.periodCount {
      for classIndex in data.problem.classes.indices {
        addFlows(program, solution, classIndex: classIndex, period: period)
      }
    }
  }

  func rate(_ data: ProgramData, candidate: Int, classIndex: Int, period: Int) -> Double {
    guard let position = data.candidates[candidate].loads.firstIndex(where: { $0.classIndex == classIndex }) else {
      return 0
    }
    return rates[candidate][period][position]
  }

  /// Splits the rates of one class and period into pairs of prefill and decode candidates that may exchange KV.
  ///
  /// Where the program has flows between sender groups and endpoints they are followed; elsewhere any pair may be
  /// taken, and pairs within one pool come first. The order is fixed, so equal solutions give equal routes.
  private mutating func addFlows(_ program: Program, _ solution: Solution, classIndex: Int, period: Int) {
    let data = program.data
    var left: [Int: Double] = [:]
    for index in data.candidates.indices {
      let rate = rate(data, candidate: index, classIndex: classIndex, period: period)
      guard rate > 0 else { continue }
      if data.candidates[index].phase == .aggregated {
        flows.append(Flow(classIndex: classIndex, period: period, from: index, to: index, ratePerSecond: rate))
      } else {
        left[index] = rate
      }
    }
    let senders = left.keys.filter { data.candidates[$0].phase == .prefill }.sorted()
    let receivers = left.keys.filter { data.candidates[$0].phase == .decode }.sorted()
    let explicit = program.variables.flows.filter { $0.key.classIndex == classIndex && $0.key.period == period }
    let groups = explicit.isEmpty ? [] : data.senderGroups
    var passes: [(limit: Double, from: [Int], to: [Int])] = []
    if explicit.isEmpty {
      for from in senders {
        let same = receivers.filter { data.candidates[$0].poolIndex == data.candidates[from].poolIndex }
        passes.append((.infinity, [from], same))
      }
      passes.append((.infinity, senders, receivers))
    } else {
      for (key, variable) in explicit.sorted(by: { $0.value.index < $1.value.index }) {
        let members = Set(groups[key.senders].members)
        passes.append(
          (
            solution[variable], senders.filter(members.contains),
            receivers.filter { data.candidates[$0].endpoint == key.endpoint }
          ))
      }
    }
    let negligible = Self.negligibleShare * data.rates[classIndex][period]
    for pass in passes {
      var limit = pass.limit
      for from in pass.from {
        for to in pass.to where limit > negligible {
          let rate = min(limit, left[from] ?? 0, left[to] ?? 0)
          guard rate > negligible else { continue }
          flows.append(Flow(classIndex: classIndex, period: period, from: from, to: to, ratePerSecond: rate))
          left[from, default: 0] -= rate
          left[to, default: 0] -= rate
          limit -= rate
        }
      }
    }
  }
}
