import FleetServing

extension Sample {
  /// Two models, two periods, six groups.
  static func fleet() -> Plan {
    func group(
      _ phase: Phase, _ model: String, _ pool: String, _ vendor: String, _ strategy: ParallelStrategy, _ counts: [Int],
      _ cost: Double
    ) -> PlanGroup {
      PlanGroup(
        id: "\(phase.rawValue)-\(model)-\(pool)-\(strategy.slug)", phase: phase, modelID: model, poolID: pool,
        acceleratorName: pool.uppercased(), vendor: vendor, region: "eu-west", weightPrecision: "fp8",
        kvPrecision: "fp8", strategy: strategy, maximumBatch: 96, admittedClassIDs: ["\(model)-chat"],
        instancesByPeriod: counts, devicesPerInstance: strategy.devices,
        nodes: Double((counts.max() ?? 0) * strategy.devices) / 8, costUSDPerHour: cost, utilization: 0.88,
        capacitySource: phase == .aggregated ? "bench-l40s" : "latency model")
    }
    let wide = ParallelStrategy(tensor: 1, expert: 8, data: 8)
    var plan = Plan(
      problemName: "two models, day and night", status: .optimal, objectiveName: "cost", objective: 261.6, bound: 261.6,
      gap: 0,
      costUSDPerHour: 261.6, provenance: chat().provenance)
    plan.groups = [
      group(.prefill, "deepseek-r1", "h200", "nvidia", wide, [4, 2], 96),
      group(.decode, "deepseek-r1", "mi355x", "amd", wide, [5, 2], 112),
      group(.decode, "deepseek-r1", "h200", "nvidia", wide, [1, 1], 32),
      group(.aggregated, "phi-4", "l40s", "nvidia", .init(), [24, 9], 21.6),
    ]
    plan.routes = [
      PlanRoute(
        classID: "deepseek-r1-chat", periodID: "day", fromGroupID: plan.groups[0].id, toGroupID: plan.groups[1].id,
        ratePerSecond: 40, ttftSeconds: 1.9, tpotSeconds: 0.031, kvTransferSeconds: 0.08),
      PlanRoute(
        classID: "deepseek-r1-chat", periodID: "day", fromGroupID: plan.groups[0].id, toGroupID: plan.groups[2].id,
        ratePerSecond: 7.25, ttftSeconds: 1.8, tpotSeconds: 0.029, kvTransferSeconds: 0.03),
      PlanRoute(
        classID: "phi-4-chat", periodID: "day", fromGroupID: plan.groups[3].id, toGroupID: plan.groups[3].id,
        ratePerSecond: 310, ttftSeconds: nil, tpotSeconds: nil, kvTransferSeconds: 0),
    ]
    plan.classes = [
      PlanClass(
        id: "deepseek-r1-chat", modelID: "deepseek-r1", offeredRatePerSecond: 30, servedRatePerSecond: 30,
        ttft: .init(percentile: 0.99, predictedSeconds: 1.9, objectiveSeconds: 2),
        tpot: .init(percentile: 0.95, predictedSeconds: 0.031, objectiveSeconds: 0.03),
        endToEnd: .init(percentile: 0.95, predictedSeconds: 30.2, objectiveSeconds: 40)),
      PlanClass(
        id: "phi-4-chat", modelID: "phi-4", offeredRatePerSecond: 200, servedRatePerSecond: 200,
        ttft: .init(percentile: 0.95, predictedSeconds: nil, objectiveSeconds: 0.5),
        tpot: .init(percentile: 0.95, predictedSeconds: nil, objectiveSeconds: nil),
        endToEnd: .init(percentile: 0.95, predictedSeconds: nil, objectiveSeconds: nil)),
    ]
    plan.purchases = [
      PlanPurchase(
        poolID: "h200", vendor: "nvidia", tier: .owned, devicesByPeriod: [40, 40], nodesByPeriod: [5, 5],
        usdPerDeviceHour: 3.2, costUSDPerHour: 128),
      PlanPurchase(
        poolID: "mi355x", vendor: "amd", tier: .spot, devicesByPeriod: [40, 16], nodesByPeriod: [5, 2],
        usdPerDeviceHour: 4, costUSDPerHour: 112),
      PlanPurchase(
        poolID: "l40s", vendor: "nvidia", tier: .current, devicesByPeriod: [24, 24], nodesByPeriod: nil,
        usdPerDeviceHour: 0.9, costUSDPerHour: 21.6),
    ]
    return plan
  }

  /// The most traffic under a budget; not all of it is served.
  static func traffic() -> Plan {
    var plan = chat()
    plan.objectiveName = PlanObjective.traffic.rawValue
    plan.objective = 2.7
    plan.bound = 2.7
    plan.economics?.servedRatePerSecond = 21.3
    plan.classes[0].servedRatePerSecond = 15.3
    plan.baselines = [
      BaselineResult(
        name: "single vendor (amd)", kind: "single_vendor", status: .optimal, costUSDPerHour: 37.9, objective: 8.1,
        bound: 8.1),
      BaselineResult(
        name: "no disaggregation", kind: "no_disaggregation", status: .feasible, costUSDPerHour: 38.1, objective: 5.4,
        bound: 4.9),
    ]
    return plan
  }

  /// Sized for the bad end of the error bands; prefill rests on nothing measured, decode on other models.
  static func robust() -> Plan {
    var plan = chat()
    for index in plan.groups.indices {
      let phase = plan.groups[index].phase
      let isAssumed = plan.groups[index].vendor == "nvidia"
      let band = isAssumed ? ErrorBand(lowRatio: 0.6, highRatio: 1.7) : ErrorBand(lowRatio: 0.88, highRatio: 1.15)
      plan.groups[index].evidence = PlanEvidence(
        grade: isAssumed ? .assumed : .calibrated,
        text: isAssumed
          ? "assumed: no measurement of hopper; constants fitted on other families"
          : "calibrated on 42 measurements of other models on cdna3 under vllm",
        tpot: phase == .prefill ? nil : band, prefill: phase == .decode ? nil : band)
    }
    for index in plan.classes.indices {
      let ttft = plan.classes[index].ttft.predictedSeconds ?? 0
      let tpot = plan.classes[index].tpot.predictedSeconds ?? 0
      plan.classes[index].ttft.band = .init(lowSeconds: ttft * 0.35, highSeconds: ttft)
      plan.classes[index].tpot.band = .init(lowSeconds: tpot * 0.75, highSeconds: tpot)
    }
    plan.robustness = PlanRobustness(
      nominal: BaselineResult(
        name: "without margins", kind: "nominal", status: .optimal, costUSDPerHour: 36.2, objective: 36.2, bound: 36.2))
    return plan
  }
}
