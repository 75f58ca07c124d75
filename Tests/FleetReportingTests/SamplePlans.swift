import FleetServing

/// Plans whose numbers agree with one another, for the goldens.
enum Sample {
  /// One model, three vendors in the pools, prefill and decode on different ones.
  static func chat() -> Plan {
    var plan = Plan(
      problemName: "Llama 3.1 70B chat and code", status: .optimal, objectiveName: "cost", objective: 38.4, bound: 38.4,
      gap: 0, costUSDPerHour: 38.4,
      economics: PlanEconomics(
        usdPerMillionTokens: 0.2963, usdPerMillionInputTokens: 0.1852, usdPerMillionOutputTokens: 0.7407,
        usdPerThousandRequests: 0.4444, offeredRatePerSecond: 24, servedRatePerSecond: 24, powerWatts: 7950),
      provenance: PlanProvenance(
        inputHash: "0f4b2c9d8e7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c",
        catalogHash: "9a8b7c6d5e4f3a2b1c0f4b2c9d8e7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f", version: "0.1.0",
        solver: "GLPK 5.0", solverStatus: "INTEGER OPTIMAL SOLUTION FOUND", rows: 412, columns: 1204,
        integerColumns: 88, candidates: 812, reducedCandidates: 120, latencyModel: "roofline, default constants"))
    plan.groups = [
      group(
        .decode, pool: "mi300x", name: "AMD Instinct MI300X 192 GB", vendor: "amd", tensor: 1, batch: 148, count: 5,
        nodes: 0.625, cost: 17.4, load: 0.962),
      group(
        .prefill, pool: "h100", name: "NVIDIA H100 SXM5 80 GB", vendor: "nvidia", tensor: 2, batch: 4, count: 3,
        nodes: 0.75, cost: 17.88, load: 0.913),
      group(
        .aggregated, pool: "h100", name: "NVIDIA H100 SXM5 80 GB", vendor: "nvidia", tensor: 2, batch: 32, count: 1,
        nodes: 0.25, cost: 3.12, load: 0.4),
    ]
    plan.routes = [
      PlanRoute(
        classID: "chat", fromGroupID: "prefill-h100-tp2", toGroupID: "decode-mi300x-tp1", ratePerSecond: 18,
        ttftSeconds: 0.3125, tpotSeconds: 0.0382, kvTransferSeconds: 0.0141),
      PlanRoute(
        classID: "code", fromGroupID: "prefill-h100-tp2", toGroupID: "decode-mi300x-tp1", ratePerSecond: 4.5,
        ttftSeconds: 0.871, tpotSeconds: 0.0382, kvTransferSeconds: 0.0402),
      PlanRoute(
        classID: "code", fromGroupID: "aggregated-h100-tp2", toGroupID: "aggregated-h100-tp2", ratePerSecond: 1.5,
        ttftSeconds: 0.64, tpotSeconds: 0.0296, kvTransferSeconds: 0),
    ]
    plan.classes = [
      PlanClass(
        id: "chat", modelID: "llama-3.1-70b", offeredRatePerSecond: 18, servedRatePerSecond: 18,
        ttft: .init(percentile: 0.95, predictedSeconds: 0.3125, objectiveSeconds: 0.5),
        tpot: .init(percentile: 0.95, predictedSeconds: 0.0382, objectiveSeconds: 0.04),
        endToEnd: .init(percentile: 0.95, predictedSeconds: 8.61, objectiveSeconds: nil)),
      PlanClass(
        id: "code", modelID: "llama-3.1-70b", offeredRatePerSecond: 6, servedRatePerSecond: 6,
        ttft: .init(percentile: 0.95, predictedSeconds: 0.871, objectiveSeconds: 1),
        tpot: .init(percentile: 0.95, predictedSeconds: 0.0382, objectiveSeconds: 0.05),
        endToEnd: .init(percentile: 0.95, predictedSeconds: 2.04, objectiveSeconds: nil)),
    ]
    plan.purchases = [
      purchase("h100", "nvidia", .reserved, devices: 6, price: 2.5, cost: 15),
      purchase("h100", "nvidia", .onDemand, devices: 2, price: 3, cost: 6),
      purchase("mi300x", "amd", .onDemand, devices: 5, price: 3.48, cost: 17.4),
    ]
    plan.binding = [
      BindingConstraint(
        family: "stock", name: "tier[h100,reserved]", message: "all 6 reserved devices of h100 are held",
        shadowPrice: -0.5),
      BindingConstraint(
        family: "slo", name: "tpot[chat]", message: "TPOT ≤ 40 ms for class chat sets the batch on mi300x"),
    ]
    plan.baselines = [
      BaselineResult(
        name: "single vendor (amd)", kind: "single_vendor", status: .optimal, costUSDPerHour: 55.68, objective: 55.68,
        bound: 55.68),
      BaselineResult(
        name: "single vendor (nvidia)", kind: "single_vendor", status: .feasible, costUSDPerHour: 58, objective: 58,
        bound: 57.2),
      BaselineResult(
        name: "single vendor (huawei)", kind: "single_vendor", status: .infeasible,
        note: "16 devices in stock, 21 needed"),
      BaselineResult(
        name: "best single accelerator (mi300x)", kind: "single_accelerator", status: .optimal, costUSDPerHour: 55.68,
        objective: 55.68, bound: 55.68),
      BaselineResult(
        name: "no disaggregation", kind: "no_disaggregation", status: .optimal, costUSDPerHour: 47.04, objective: 47.04,
        bound: 47.04),
      BaselineResult(
        name: "disaggregation only", kind: "disaggregation_only", status: .optimal, costUSDPerHour: 38.4,
        objective: 38.4, bound: 38.4),
      BaselineResult(name: "two-step heuristic", kind: "two_step", status: .unsolved),
    ]
    plan.rejected = [
      RejectedAlternative(
        poolID: "ascend-910b", modelID: "llama-3.1-70b", phase: .prefill, subject: "TP1 bf16",
        reason: "weights 141 GB exceed 1 × 64 GB × 0.9", count: 3),
      RejectedAlternative(
        poolID: "ascend-910b", modelID: "llama-3.1-70b", phase: .prefill,
        reason: "dearer per request than h100: $0.61 against $0.21 per 1,000", count: 1),
      RejectedAlternative(
        poolID: "ascend-910b", modelID: "llama-3.1-70b", phase: .decode,
        reason: "dearer per request than h100: $0.61 against $0.21 per 1,000", count: 1),
      RejectedAlternative(
        poolID: "h100", modelID: "llama-3.1-70b", phase: .decode, subject: "TP1 fp8",
        reason: "no room for KV cache beside 71 GB of weights", count: 2),
    ]
    return plan
  }

  /// The same with a gap.
  static func feasible() -> Plan {
    var plan = chat()
    plan.status = .feasible
    plan.bound = 37.94
    plan.gap = (38.4 - 37.94) / 38.4
    plan.provenance.solverStatus = "time limit exceeded"
    return plan
  }

  static func infeasible() -> Plan {
    Plan(
      problemName: "too little stock", status: .infeasible, objectiveName: "cost",
      conflict: ConflictReport(
        summary: "the stock of h100 cannot carry class chat-8k within its objectives",
        conflicting: [
          "stock: 8 devices of h100", "TTFT ≤ 250 ms for class chat-8k", "demand: 24 req/s of class chat-8k",
        ],
        repairs: [
          "6 more devices of h100", "TTFT ≤ 412 ms for class chat-8k", "16.5 req/s of class chat-8k instead of 24",
        ]),
      provenance: chat().provenance)
  }

  static func unsolved() -> Plan {
    Plan(
      problemName: "large", status: .unsolved, objectiveName: "cost", bound: 812.5,
      unsolvedReason: "60 s passed without an integer plan",
      provenance: chat().provenance)
  }

  private static func group(
    _ phase: Phase, pool: String, name: String, vendor: String, tensor: Int, batch: Int, count: Int, nodes: Double,
    cost: Double, load: Double
  ) -> PlanGroup {
    PlanGroup(
      id: "\(phase.rawValue)-\(pool)-tp\(tensor)", phase: phase, modelID: "llama-3.1-70b", poolID: pool,
      acceleratorName: name, vendor: vendor, weightPrecision: "fp8", kvPrecision: vendor == "amd" ? "fp8" : "bf16",
      strategy: ParallelStrategy(tensor: tensor), maximumBatch: batch, admittedClassIDs: ["chat", "code"],
      instancesByPeriod: [count], devicesPerInstance: tensor, nodes: nodes, costUSDPerHour: cost, utilization: load,
      capacitySource: "latency model")
  }

  private static func purchase(
    _ pool: String, _ vendor: String, _ tier: PriceTierKind, devices: Int, price: Double, cost: Double
  ) -> PlanPurchase {
    PlanPurchase(
      poolID: pool, vendor: vendor, tier: tier, devicesByPeriod: [devices], nodesByPeriod: nil, usdPerDeviceHour: price,
      costUSDPerHour: cost)
  }
}
