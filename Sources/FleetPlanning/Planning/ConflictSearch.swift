import FleetOptimization
import FleetServing

/// Says why no plan exists, and the smallest changes each of which alone would allow one.
///
/// Rows of the program that a user can change are made elastic, one family at a time, and the least violation is solved
/// for; objectives of classes are loosened by bisection, sizing candidates anew each time. Every repair named was found
/// by solving the repaired problem.
struct ConflictSearch {
  let session: PlanningSession
  let program: Program
  let set: CandidateSet

  /// Time for one question [s]; a repair that cannot be settled in it is not named.
  static let questionSeconds = 3.0
  /// Time after which no further objective is looked at [s].
  static let objectiveSeconds = 10.0
  /// Loosest objective tried, as a multiple of the stated one.
  static let loosestFactor = 32.0
  /// Width at which bisection of an objective ends, relative.
  static let bisectionWidth = 0.02

  private var data: ProgramData { program.data }
  private var problem: PlanningProblem { data.problem }
  private var adjustments: LoadAdjustments { session.adjustments }

  func report() -> ConflictReport {
    let unserved = problem.classes.indices.filter { data.meanRate($0) > 0 && !data.canServe($0) }
    var repairs: [String] = []
    if unserved.isEmpty {
      repairs += rowRepairs()
      repairs += trafficRepair()
    }
    repairs += objectiveRepairs(unserved.isEmpty ? Array(problem.classes.indices) : unserved)
    let conflicting = unserved.isEmpty ? conflictingRows() : unserved.map(unservedText)
    let names = unserved.map { problem.classes[$0].id }.joined(separator: ", ")
    let summary =
      !unserved.isEmpty
      ? "No configuration can serve \(unserved.count == 1 ? "class" : "classes") \(names)."
      : conflicting.isEmpty
        ? "The rules cannot hold together."
        : "Traffic and objectives do not fit within the limits: \(conflicting.joined(separator: "; "))."
    return ConflictReport(summary: summary, conflicting: conflicting, repairs: repairs)
  }

  // MARK: Rows

  private func rows(_ prefix: String) -> [Int] {
    program.model.rows.indices.filter {
      let name = program.model.rows[$0].name
      return name == prefix || name.hasPrefix(prefix + "[")
    }
  }

  private func elastic(_ rows: [Int]) -> [Relaxation.Need] {
    guard !rows.isEmpty else { return [] }
    let relaxation = Relaxation(
      rows.map { row in
        let record = program.model.rows[row]
        let side: Relaxation.Side = record.upper.isFinite ? .upper : .lower
        // One unit of a row, priced so that misses of different families compare: relative to the row's limit.
        let limit = record.upper.isFinite ? record.upper : record.lower
        return Relaxation.ElasticRow(row: row, side: side, penalty: 1 / max(1, abs(limit)))
      })
    let result = try? relaxation.solve(program.model, with: GLPKSolver(options: questionOptions))
    guard let result, result.outcome.solution != nil else { return [] }
    return perLimit(result.needs)
  }

  /// Stock and limits on devices are one number for all periods: of the rows of one the one that is shortest counts.
  private func perLimit(_ needs: [Relaxation.Need]) -> [Relaxation.Need] {
    func limit(_ need: Relaxation.Need) -> [String]? {
      let family = BindingText.family(need.name)
      return ["stock", "device_limit"].contains(family) ? [family, BindingText.index(need.name)[0]] : nil
    }
    return needs.filter { need in
      guard let own = limit(need) else { return true }
      let rivals = needs.filter { limit($0) == own }
      return rivals.max { ($0.amount, $1.row) < ($1.amount, $0.row) }?.row == need.row
    }
  }

  /// Rows that cannot hold together, in the user's words: the least violation over all rows that a user can change.
  private func conflictingRows() -> [String] {
    let changeable = [
      "stock", "device_limit", "budget", "power", "spot", "share_spend", "share_devices", "share_capacity", "link",
      "vendors",
    ]
    return elastic(changeable.flatMap(rows)).map(needText)
  }

  private func needText(_ need: Relaxation.Need) -> String {
    let index = BindingText.index(need.name)
    switch BindingText.family(need.name) {
    case "stock":
      let pool = problem.pools.firstIndex { $0.id == index[0] } ?? 0
      let limit = data.stockLimit(pool: pool) ?? 0
      let name = limit == problem.pools[pool].stockDevices ? "stock of \(limit)" : "offer of \(limit)"
      return "the \(name) \(index[0]) is \(wholeDevices(need)) short"
    case "device_limit":
      return "the limit of \(problem.policy.deviceLimit(row: need.name)?.text ?? "devices") is \(devices(need)) short"
    case "budget":
      let budget = problem.policy.budgetUSDPerHour ?? 0
      return "the budget of \(Amount.usd(budget))/h is \(Amount.usd(need.amount, .up))/h short"
    case "power":
      let cap = problem.policy.powerCapWatts ?? 0
      return "the power cap of \(Amount.kilowatts(cap)) is \(Amount.kilowatts(need.amount, .up)) short"
    case "vendors":
      return "\(problem.policy.minimumVendors ?? 1) vendors are asked for, \(possibleVendors(need)) can be used"
    default: return BindingText.message(row: need.name, program: program)
    }
  }

  private func rowRepairs() -> [String] {
    let stock = problem.pools.map { pool in rows("stock").filter { rowPool($0) == pool.id } }
    var repairs = stock.map { elastic($0) }.filter { !$0.isEmpty }.map(stockRepair)
    if repairs.isEmpty {
      let all = elastic(rows("stock"))
      if !all.isEmpty { repairs.append(stockRepair(all)) }
    }
    repairs += deviceLimitRepairs()
    if let need = elastic(rows("budget")).first, let budget = problem.policy.budgetUSDPerHour {
      repairs.append("a budget of at least \(Amount.usd(budget + need.amount, .up))/h (now \(Amount.usd(budget))/h)")
    }
    if let most = elastic(rows("power")).map(\.amount).max(), let cap = problem.policy.powerCapWatts {
      repairs.append("a power cap of at least \(Amount.kilowatts(cap + most, .up)) (now \(Amount.kilowatts(cap)))")
    }
    for (prefix, words) in [
      ("share_spend", "the limits on vendors' share of spending"),
      ("share_devices", "the limits on vendors' share of devices"),
      ("share_capacity", "the limits on vendors' share of traffic"),
      ("spot", "the limit on spot devices"), ("link", "the bandwidth limits of links"),
    ] where !elastic(rows(prefix)).isEmpty { repairs.append("loosening \(words)") }
    if let need = elastic(rows("vendors")).first, let least = problem.policy.minimumVendors {
      let possible = possibleVendors(need)
      repairs.append("at least \(possible) \(possible == 1 ? "vendor" : "vendors") instead of \(least)")
    }
    return repairs
  }

  /// Each limit on devices by itself, else all of them together.
  private func deviceLimitRepairs() -> [String] {
    func text(_ needs: [Relaxation.Need]) -> String {
      needs.compactMap { need in
        problem.policy.deviceLimit(row: need.name).map {
          "at least \($0.maximumDevices + devices(need)) devices over \($0.names) (now \($0.maximumDevices))"
        }
      }.joined(separator: " and ")
    }
    let limits = problem.policy.deviceLimits.indices.map { number in
      rows("device_limit").filter { rowPool($0) == "\(number + 1)" }
    }
    let single = limits.map { elastic($0) }.filter { !$0.isEmpty }
    if !single.isEmpty { return single.map(text) }
    let all = elastic(rows("device_limit"))
    return all.isEmpty ? [] : [text(all)]
  }

  private func devices(_ need: Relaxation.Need) -> Int { Int((need.amount - 1e-6).rounded(.up)) }

  private func rowPool(_ row: Int) -> String { BindingText.index(program.model.rows[row].name)[0] }

  private func possibleVendors(_ need: Relaxation.Need) -> Int {
    max(1, (problem.policy.minimumVendors ?? 1) - Int((need.amount - 1e-6).rounded(.up)))
  }

  /// `2 more h100 in stock`; of a pool whose only tier offers less than that, also how much more it has to offer.
  private func stockRepair(_ needs: [Relaxation.Need]) -> String {
    var stocked: [String] = []
    var offered: [String] = []
    for need in needs {
      guard let pool = problem.pools.firstIndex(where: { $0.id == BindingText.index(need.name)[0] }) else { continue }
      let id = problem.pools[pool].id
      let wanted = (data.stockLimit(pool: pool) ?? 0) + wholeDevices(need)
      if let stock = problem.pools[pool].stockDevices, stock < wanted { stocked.append("\(wanted - stock) more \(id)") }
      if let offer = data.soleOffer(pool: pool), offer < wanted { offered.append("\(wanted - offer) more \(id)") }
    }
    let texts = [(stocked, " in stock"), (offered, " on offer")].filter { !$0.0.isEmpty }
    return texts.map { $0.0.joined(separator: " and ") + $0.1 }.joined(separator: " and ")
  }

  private func wholeDevices(_ need: Relaxation.Need) -> Int {
    let count = devices(need)
    guard let pool = problem.pools.first(where: { $0.id == BindingText.index(need.name)[0] }), pool.wholeNodes else {
      return count
    }
    let node = pool.accelerator.devicesPerNode
    return (count + node - 1) / node * node
  }

  /// The largest share of all traffic that can be served as things stand.
  private func trafficRepair() -> [String] {
    var reduced = problem
    reduced.objectives = [.traffic]
    reduced.trafficMix = .proportional
    let data = ProgramData(reduced, like: self.data)
    guard let solve = try? ProgramSolve(Program(data), objectives: [.traffic], options: questionOptions),
      let unserved = solve.objective
    else { return [] }
    let offered = reduced.classes.indices.reduce(0) { $0 + data.meanRate($1) }
    guard offered > 0, unserved < offered * (1 - 1e-6) else { return [] }
    let share = ((1 - unserved / offered) * 1000).rounded(.down) / 10
    return ["serving \(share) % of the traffic (the most that fits)"]
  }

  private var questionOptions: SolverOptions {
    var options = SolverOptions()
    options.strategy = .staged
    options.timeLimitSeconds = Self.questionSeconds
    options.cancellation = session.planner.cancellation
    return options
  }

  // MARK: Objectives

  private func unservedText(_ classIndex: Int) -> String {
    let requestClass = problem.classes[classIndex]
    let general = set.rejected.filter {
      problem.models[$0.modelIndex].id == requestClass.modelID && $0.classIndex == nil
    }
    let own = set.rejected.filter { $0.classIndex == classIndex }
    // The largest instance comes nearest to any objective: its reason is the one to know, for each pool.
    var reasons: [String] = []
    for pool in problem.pools.indices {
      let largest = own.filter { $0.poolIndex == pool }.max { $0.devices < $1.devices }
      guard let rejected = largest ?? general.first(where: { $0.poolIndex == pool }) else { continue }
      reasons.append("on \(problem.pools[pool].id) (\(rejected.subject)) \(rejected.reason)")
    }
    let text =
      reasons.isEmpty
      ? "no configuration of model \(requestClass.modelID) is allowed" : reasons.joined(separator: "; ")
    return "class \(requestClass.id): \(text)"
  }

  private func objectiveRepairs(_ classes: [Int]) -> [String] {
    var repairs: [String] = []
    let clock = ContinuousClock()
    let end = clock.now + .seconds(Self.objectiveSeconds)
    for classIndex in classes where data.meanRate(classIndex) > 0 {
      for objective in [\ServiceLevelObjective.ttft, \.tpot, \.endToEnd] {
        guard clock.now < end, let stated = problem.classes[classIndex].objective[keyPath: objective],
          let seconds = leastSeconds(classIndex, objective, stated: stated.seconds)
        else { continue }
        let name = objective == \.ttft ? "TTFT" : objective == \.tpot ? "TPOT" : "end-to-end time"
        repairs.append(
          "\(name) ≥ \(Amount.milliseconds(seconds, .up)) for class \(problem.classes[classIndex].id) (now \(Amount.milliseconds(stated.seconds)))"
        )
      }
    }
    return repairs
  }

  /// Least value of one objective of one class that allows a plan, within `bisectionWidth`; `nil` when none does.
  private func leastSeconds(
    _ classIndex: Int, _ objective: WritableKeyPath<ServiceLevelObjective, LatencyObjective?>, stated: Double
  ) -> Double? {
    func allows(_ factor: Double) -> Bool {
      var changed = problem
      changed.classes[classIndex].objective[keyPath: objective]?.seconds = stated * factor
      return isFeasible(changed)
    }
    guard allows(Self.loosestFactor) else { return nil }
    var low = 1.0
    var high = Self.loosestFactor
    while high / low > 1 + Self.bisectionWidth {
      let middle = (low * high).squareRoot()
      if allows(middle) { high = middle } else { low = middle }
    }
    return stated * high
  }

  private func isFeasible(_ changed: PlanningProblem) -> Bool {
    let set = CandidateEnumeration(problem: changed, constants: session.planner.constants).enumerate(adjustments)
    var data = ProgramData(problem: changed, set: set)
    data.candidates = Dominance.reduce(data.candidates)
    guard changed.classes.indices.allSatisfy({ data.meanRate($0) == 0 || data.canServe($0) }) else { return false }
    var options = questionOptions
    options.relativeGap = 1
    return (try? GLPKSolver(options: options).solve(Program(data).model))?.solution != nil
  }
}

extension ProgramData {
  /// The same candidates under another problem statement (objective or policy).
  init(_ problem: PlanningProblem, like other: ProgramData) {
    self.init(
      problem: problem, set: CandidateSet(candidates: other.candidates, endpoints: other.endpoints, rejected: []))
  }
}
