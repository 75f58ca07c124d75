import FleetReporting
import FleetServing

/// Plans with arbitrary numbers and awkward names, for laws that hold for every plan.
enum RandomPlans {
  static func report(seed: Int) -> ComparisonReport {
    var random = SeededGenerator(seed: UInt64(seed))
    let names = ["today", "=1+1", "a|b*c", "<b>&\"'", "-2 %", "聊天", "@home", "x_y[z](w)"]
    let count = Int.random(in: 1...4, using: &random)
    let plans = (0..<count).map { index in
      (name: names[(seed + index) % names.count], plan: plan(&random, rate: seed % 3 == 0 ? nil : 20))
    }
    return ComparisonReport(PlanComparison(plans))
  }

  /// - Parameter rate: Offered by every class [requests/s]; random when nil.
  static func plan(_ random: inout SeededGenerator, rate: Double?) -> Plan {
    func number(_ range: ClosedRange<Double>) -> Double { Double.random(in: range, using: &random) }
    func whole(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    func maybe<Value>(_ value: Value) -> Value? { whole(0...3) == 0 ? nil : value }
    func pick<Value>(_ values: [Value]) -> Value { values[whole(0...(values.count - 1))] }
    let periods = whole(1...3)
    let status = pick([PlanStatus.optimal, .optimal, .feasible, .feasible, .infeasible, .unsolved])
    let hasPlan = status == .optimal || status == .feasible
    let objective = pick([PlanObjective.cost, .cost, .cost, .power, .devices])
    let cost = number(0.01...90_000)
    let value = objective == .cost ? cost : number(1...5000)
    let gap = status == .optimal ? 0 : number(0...0.3)
    var plan = Plan(
      problemName: pick(["p", "=cmd", "Llama | 70B"]), status: status, objectiveName: objective.rawValue,
      objective: hasPlan ? value : nil, bound: hasPlan ? value * (1 - gap) : maybe(number(1...100)),
      gap: hasPlan ? gap : nil, costUSDPerHour: hasPlan ? cost : nil,
      provenance: PlanProvenance(
        inputHash: "ab", catalogHash: pick(["c1", "c2", ""]), version: "0.1", solver: "GLPK 5.0", solverStatus: "OK",
        rows: whole(0...10_000), columns: whole(0...10_000), integerColumns: whole(0...99), candidates: whole(0...999),
        reducedCandidates: whole(0...99), latencyModel: "m"))
    if !hasPlan { return plan }
    let pools = ["h100", "mi300x", "gaudi|3", "=910b"]
    let vendors = ["h100": "nvidia", "mi300x": "amd", "gaudi|3": "intel", "=910b": "huawei"]
    plan.periods = (0..<periods).map { PlanPeriod(id: "t\($0)", hours: number(1...12)) }
    plan.groups = (0..<whole(1...6)).map { index in
      let pool = pick(pools)
      let strategy = ParallelStrategy(
        tensor: pick([1, 2, 8]), pipeline: pick([1, 1, 2]), expert: 1, data: pick([1, 1, 4]))
      return PlanGroup(
        id: "g\(index)", phase: pick(Phase.allCases), modelID: pick(["m", "n"]), poolID: pool,
        acceleratorName: "A \(pool)",
        vendor: vendors[pool] ?? "", weightPrecision: maybe("fp8"), kvPrecision: maybe("bf16"), strategy: strategy,
        maximumBatch: whole(1...4096), admittedClassIDs: ["c0"],
        instancesByPeriod: (0..<periods).map { _ in whole(0...300) },
        devicesPerInstance: strategy.tensor * strategy.pipeline,
        nodes: number(0...9), costUSDPerHour: number(0...9000), idleCostUSDPerHour: maybe(number(0...90)),
        utilization: number(0...1), capacitySource: "latency model",
        evidence: maybe(
          PlanEvidence(
            grade: pick(PlanEvidence.Grade.allCases), text: "because \(index)",
            tpot: maybe(ErrorBand(lowRatio: number(0.3...1), highRatio: number(1...3))),
            prefill: maybe(ErrorBand(lowRatio: number(0.3...1), highRatio: number(1...3))))))
    }
    var served = 0.0
    var offered = 0.0
    plan.classes = (0..<whole(1...3)).map { index in
      let own = rate ?? number(0.001...5000)
      let share = pick([1, 1, 1, 0.5])
      offered += own
      served += own * share
      let none = PlanClass.Prediction(percentile: 0.95, predictedSeconds: nil, objectiveSeconds: nil)
      return PlanClass(
        id: "c\(index)", modelID: "m", offeredRatePerSecond: own, servedRatePerSecond: own * share,
        meanInputTokens: maybe(number(1...9000)), meanOutputTokens: maybe(number(1...900)),
        inputCostUSDPerHour: maybe(number(0...500)), outputCostUSDPerHour: maybe(number(0...500)), ttft: none,
        tpot: none,
        endToEnd: none)
    }
    plan.economics = maybe(
      PlanEconomics(
        usdPerMillionTokens: number(0.0001...90), usdPerMillionInputTokens: number(0.0001...90),
        usdPerMillionOutputTokens: number(0.001...900), usdPerThousandRequests: number(0.0001...900),
        offeredRatePerSecond: offered, servedRatePerSecond: served, powerWatts: number(100...9_000_000),
        idleCostUSDPerHour: maybe(number(0...100))))
    plan.purchases = (0..<whole(0...5)).map { _ in
      let pool = pick(pools)
      return PlanPurchase(
        poolID: pool, vendor: vendors[pool] ?? "", tier: pick(PriceTierKind.allCases),
        devicesByPeriod: (0..<periods).map { _ in whole(0...500) }, nodesByPeriod: nil,
        usdPerDeviceHour: number(0.1...9),
        costUSDPerHour: number(0...5000))
    }
    plan.binding = (0..<whole(0...3)).map {
      BindingConstraint(
        family: "f", name: "row[\($0)]", message: pick(["", "all held", "+rule"]), shadowPrice: maybe(number(-9...9)))
    }
    plan.baselines = (0..<whole(0...6)).map { index in
      let status = pick(PlanStatus.allCases)
      let isPlanned = status == .optimal || status == .feasible
      let cost = number(1...90_000)
      let value = objective == .cost ? cost : number(1...9000)
      return BaselineResult(
        name: "way \(index)", kind: pick(["single_vendor", "no_disaggregation", "two_step"]), status: status,
        costUSDPerHour: isPlanned ? cost : nil, objective: isPlanned ? value : nil,
        bound: status == .optimal ? value : maybe(value * number(0.1...1)), note: maybe("=note"))
    }
    return plan
  }
}
