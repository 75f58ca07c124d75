import FleetReporting
import FleetServing

extension Sample {
  /// `chat()` with all that present plans say of idle cost and classes; costs add up.
  static func current() -> Plan {
    var plan = chat()
    plan.periods = [PlanPeriod(id: "always", hours: 1)]
    let idle = [1.2, 2.25, 0.45]
    for index in plan.groups.indices { plan.groups[index].idleCostUSDPerHour = idle[index] }
    plan.economics?.idleCostUSDPerHour = 3.9
    plan.classes[0].meanInputTokens = 1200
    plan.classes[0].meanOutputTokens = 220
    plan.classes[0].inputCostUSDPerHour = 14.1
    plan.classes[0].outputCostUSDPerHour = 13.05
    plan.classes[1].meanInputTokens = 3000
    plan.classes[1].meanOutputTokens = 60
    plan.classes[1].inputCostUSDPerHour = 6.9
    plan.classes[1].outputCostUSDPerHour = 4.35
    return plan
  }

  /// The same traffic on one vendor, dearer and not proven.
  static func oneVendor() -> Plan {
    var plan = current()
    plan.status = .feasible
    plan.objective = 58
    plan.costUSDPerHour = 58
    plan.bound = 56.4
    plan.gap = (58 - 56.4) / 58
    plan.groups = [plan.groups[1], plan.groups[2]]
    plan.groups[0].instancesByPeriod = [6]
    plan.groups[0].costUSDPerHour = 34.88
    plan.groups[1].instancesByPeriod = [4]
    plan.groups[1].costUSDPerHour = 23.12
    plan.purchases = Array(plan.purchases.prefix(2))
    plan.purchases[1].devicesByPeriod = [14]
    plan.purchases[1].costUSDPerHour = 43
    plan.baselines = Array(plan.baselines.dropFirst(4))
    plan.economics?.powerWatts = 14000
    for index in plan.classes.indices {
      plan.classes[index].inputCostUSDPerHour = (plan.classes[index].inputCostUSDPerHour ?? 0) * 58 / 38.4
      plan.classes[index].outputCostUSDPerHour = (plan.classes[index].outputCostUSDPerHour ?? 0) * 58 / 38.4
    }
    return plan
  }

  /// A study of `current()` with every kind of entry.
  static func study() -> PlanStudy {
    func points(_ costs: [Double?], objective: Double) -> [CostFrontier.Point] {
      zip([0.5, 0.7, 1, 1.4, 2, 2.8, 4], costs).map { factor, cost in
        CostFrontier.Point(
          factor: factor, objectiveSeconds: objective * factor, status: cost == nil ? .infeasible : .optimal,
          costUSDPerHour: cost, devices: cost.map { $0 / 3 }, usdPerMillionTokens: cost.map { $0 * 0.0077 },
          outputTokensPerSecondPerDevice: cost.map { 4320 / ($0 / 3) }, gap: cost == nil ? nil : 0)
      }
    }
    var study = PlanStudy(plan: current())
    study.frontiers = [
      CostFrontier(
        axis: .tpot, classID: "chat",
        series: [
          .init(
            kind: "joint", name: "joint optimum", points: points([nil, 52, 38.4, 35, 33, 32.5, 32.5], objective: 0.04)),
          .init(
            kind: "no_disaggregation", name: "no disaggregation",
            points: points([nil, nil, 47.04, 41, 38, 36, 35], objective: 0.04)),
          .init(
            kind: "single_vendor", name: "only vendor amd",
            points: points([nil, 71, 55.68, 50, 46, 44, 43], objective: 0.04)),
        ]),
      CostFrontier(
        axis: .ttft, classID: "chat",
        series: [
          .init(
            kind: "joint", name: "joint optimum", points: points([46, 41, 38.4, 37, 36.5, 36, 36], objective: 0.5)),
          .init(
            kind: "no_disaggregation", name: "no disaggregation",
            points: points([nil, 58, 47.04, 42, 40, 39, 38], objective: 0.5)),
        ]),
    ]
    study.breakEvenPrices = [
      BreakEvenPrice(
        poolID: "ascend-910b", vendor: "huawei", verdict: .entersBelow, currentUSDPerDeviceHour: 2.2,
        breakEvenUSDPerDeviceHour: 1.4375, phases: [.prefill], devices: 4, costWithoutUSDPerHour: 38.4, isProven: true),
      BreakEvenPrice(
        poolID: "h100", vendor: "nvidia", verdict: .leavesAbove, currentUSDPerDeviceHour: 3,
        breakEvenUSDPerDeviceHour: 4.61, phases: [.prefill, .aggregated], devices: 8, costWithoutUSDPerHour: 55.68,
        isProven: true),
      BreakEvenPrice(
        poolID: "mi300x", vendor: "amd", verdict: .leavesAbove, currentUSDPerDeviceHour: 3.48,
        breakEvenUSDPerDeviceHour: 6.02, phases: [.decode], devices: 5, costWithoutUSDPerHour: 58, isProven: false),
      BreakEvenPrice(
        poolID: "l4", vendor: "nvidia", verdict: .never, currentUSDPerDeviceHour: 0.7, costWithoutUSDPerHour: 38.4,
        isProven: true),
      BreakEvenPrice(
        poolID: "h200", vendor: "nvidia", verdict: .indispensable, currentUSDPerDeviceHour: 3.2, isProven: true),
      BreakEvenPrice(poolID: "b200", vendor: "nvidia", verdict: .unknown, currentUSDPerDeviceHour: 6, isProven: false),
    ]
    let rates = [3.0, 6, 11, 12, 24, 48, 96, 192]
    study.breakEvenRates = [
      BreakEvenRate(
        subject: .disaggregation, currentPerSecond: 24,
        points: rates.map { rate in
          .init(
            ratePerSecond: rate, costUSDPerHour: rate * 1.6,
            costWithoutUSDPerHour: rate * 1.6 * (rate > 11 ? 1.225 : 1),
            isProven: rate < 100)
        }, ranges: [.init(fromPerSecond: 11.2, toPerSecond: nil)], resolution: 0.01),
      BreakEvenRate(
        subject: .secondVendor, currentPerSecond: 24,
        points: rates.map { rate in
          .init(
            ratePerSecond: rate, costUSDPerHour: rate * 1.6, costWithoutUSDPerHour: rate > 100 ? nil : rate * 2.3,
            isProven: true)
        }, ranges: [.init(fromPerSecond: nil, toPerSecond: nil)], resolution: 0.01),
    ]
    study.sensitivities = [
      Sensitivity(
        subject: .stock, id: "h100", change: "one node (8 devices) more of h100", status: .optimal,
        costUSDPerHour: 36.9,
        differenceUSDPerHour: -1.5, shadowPrice: -0.1875, isProven: true),
      Sensitivity(
        subject: .rate, change: "10 % more requests of all classes", status: .optimal, costUSDPerHour: 42.3,
        differenceUSDPerHour: 3.9, isProven: true),
      Sensitivity(
        subject: .ttft, id: "chat", change: "TTFT of chat 10 % tighter", status: .optimal, costUSDPerHour: 38.4,
        differenceUSDPerHour: 0, isProven: true),
      Sensitivity(subject: .stock, id: "mi300x", change: "no mi300x", status: .infeasible, isProven: true),
    ]
    var other = oneVendor()
    other.baselines = []
    study.alternatives = [PlanAlternative(rank: 2, plan: other)]
    study.notes = ["Break-even prices of 3 further pools were not sought: 120 s had passed."]
    study.solves = 61
    return study
  }

  static func comparison() -> ComparisonReport {
    ComparisonReport(
      PlanComparison([("today", oneVendor()), ("mixed", current()), ("small stock", infeasible())]),
      studies: [.init(name: "mixed", study: study())])
  }
}
