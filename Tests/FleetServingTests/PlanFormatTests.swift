import FleetJSON
import FleetServing
import Testing

@Suite struct PlanFormatTests {
  private func read(_ text: String) throws(Faults) -> Plan {
    try Plan(json: Array(text.utf8), source: "plan.json")
  }

  private func faults(of text: String) -> [Fault] {
    do throws(Faults) {
      _ = try read(text)
      return []
    } catch {
      return error.all
    }
  }

  @Test func everyPlanComesBackEqualAndInTheSameBytes() throws {
    for seed in UInt64(0)..<300 {
      var random = RandomPlans(seed: seed)
      let plan = random.plan()
      for pretty in [true, false] {
        let text = plan.encoded().encoded(pretty: pretty)
        let back = try read(text)
        #expect(back == plan, "seed \(seed)")
        #expect(back.encoded().encoded(pretty: pretty) == text, "seed \(seed)")
      }
    }
  }

  @Test func percentilesAndMillisecondsAreExactDecimals() throws {
    let prediction = PlanClass.Prediction(percentile: 0.999, predictedSeconds: 0.0421, objectiveSeconds: 0.05)
    var plan = smallPlan()
    plan.classes[0].tpot = prediction
    let text = plan.encoded().encoded(pretty: false)
    #expect(text.contains(#""predicted_low_ms":null,"predicted_ms":42.1,"slack_ms":7.9000"#))
    #expect(text.contains(#""tpot":{"objective_ms":50,"percentile":99.9,"#))
    #expect(try read(text).classes[0].tpot == prediction)
  }

  @Test func numbersThatAreNotFiniteAreWrittenAsNull() {
    var plan = smallPlan()
    plan.binding = [BindingConstraint(family: "stock", name: "stock[h100]", message: "", shadowPrice: .infinity)]
    plan.routes[0].ttftSeconds = .nan
    let text = plan.encoded().encoded(pretty: false)
    #expect(text.contains(#""shadow_price":null"#) && text.contains(#""ttft_ms":null"#))
  }

  @Test func optionalKeysMayBeAbsent() throws {
    let plan = smallPlan()
    guard case .object(var members) = plan.encoded() else {
      Issue.record("a plan is an object")
      return
    }
    for (key, value) in members where value == .null { members[key] = nil }
    #expect(members["conflict"] == nil && members["unsolved_reason"] == nil)
    #expect(try read(JSONOutput.object(members).encoded()) == plan)
  }

  @Test func aProblemIsToldFromAPlan() {
    let faults = faults(of: #"{"format": "fleetplan-problem/1", "models": []}"#)
    #expect(faults.count == 1)
    #expect(faults.first?.path == "/format")
    #expect(faults.first?.hint?.contains("fleetplan plan") == true)
  }

  /// Each row: what is replaced in a sound plan, by what, and where the fault must be.
  @Test(arguments: [
    (#""status":"optimal""#, #""status":"optimum""#, "/status"),
    (#""groups":["#, #""group":["#, "/group"),
    (#""gap":0"#, #""gap":-1"#, "/gap"),
    (#""instances":3"#, #""instances":4"#, "/groups/0/instances"),
    (#""devices":6"#, #""devices":5"#, "/groups/0/devices"),
    (#""tp":2"#, #""tp":0"#, "/groups/0/tp"),
    (#""tp":2"#, #""tp":2.5"#, "/groups/0/tp"),
    (
      #""ttft":{"objective_ms":500,"percentile":95"#, #""ttft":{"objective_ms":500,"percentile":100"#,
      "/classes/0/ttft/percentile"
    ),
    (
      #""predicted_high_ms":null,"predicted_low_ms":null,"predicted_ms":312.5"#,
      #""predicted_high_ms":400,"predicted_low_ms":null,"predicted_ms":312.5"#, "/classes/0/ttft/predicted_high_ms"
    ),
    (#""evidence":null"#, #""evidence":{"grade":"guessed","text":""}"#, "/groups/0/evidence/grade"),
    (
      #""evidence":null"#, #""evidence":{"grade":"assumed","text":"","tpot_low_ratio":0.5}"#,
      "/groups/0/evidence"
    ),
    (#""robustness":null"#, #""robustness":{"band":90}"#, "/robustness/band"),
    (#""slack_ms":187.5"#, #""slack_ms":188"#, "/classes/0/ttft/slack_ms"),
    (#""slack_ms":187.5"#, #""slack_ms":null"#, "/classes/0/ttft/slack_ms"),
    (#""from":"p""#, #""from":"q""#, "/routes/0/from"),
    (#""class":"chat""#, #""class":"code""#, "/routes/0/class"),
    (#""id":"d""#, #""id":"p""#, "/groups/1/id"),
    (#""devices_by_period":[6]"#, #""devices_by_period":[6,6]"#, "/purchases/0/devices_by_period"),
    (#""rate_per_s":24"#, #""rate_per_s":"24""#, "/routes/0/rate_per_s"),
    (#""kv_transfer_ms":4"#, #""kv_transfer_ms":null"#, "/routes/0/kv_transfer_ms"),
    (#""tier":"on_demand""#, #""tier":"on-demand""#, "/purchases/0/tier"),
  ])
  func faultsNameTheirPlace(old: String, new: String, path: String) {
    let sound = smallPlan().encoded().encoded(pretty: false)
    let parts = sound.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
    #expect(parts.count == 2, "\(old) is not in \(sound)")
    let found = faults(of: parts.joined(separator: new))
    #expect(found.contains { $0.path == path && $0.line == 1 }, "\(found)")
  }

  @Test func oneReadingNamesEveryFault() {
    let found = faults(of: #"{"format": "fleetplan-plan/1", "status": 3, "gap": "x", "classes": [{"id": ""}]}"#)
    #expect(found.map(\.path).contains("/status"))
    #expect(found.map(\.path).contains("/gap"))
    #expect(found.map(\.path).contains("/provenance"))
    #expect(found.map(\.path).contains("/classes/0/model"))
  }

  @Test(arguments: ["", "{", "[]", "null", "{}", #"{"format": 1}"#, #"{"format": "fleetplan-plan/2"}"#, "1e999"])
  func whatIsNoPlanThrows(text: String) {
    #expect(!faults(of: text).isEmpty)
  }
}

/// Two groups, one class, one route.
func smallPlan() -> Plan {
  func group(_ id: String, _ phase: Phase) -> PlanGroup {
    PlanGroup(
      id: id, phase: phase, modelID: "llama", poolID: "h100", acceleratorName: "NVIDIA H100", vendor: "nvidia",
      weightPrecision: "fp8", kvPrecision: "fp8", strategy: ParallelStrategy(tensor: 2), maximumBatch: 64,
      admittedClassIDs: ["chat"], instancesByPeriod: [3], devicesPerInstance: 2, nodes: 0.75, costUSDPerHour: 12,
      utilization: 0.5, capacitySource: "latency model")
  }
  return Plan(
    problemName: "small", status: .optimal, objectiveName: "cost", objective: 24, bound: 24, gap: 0,
    costUSDPerHour: 24, groups: [group("p", .prefill), group("d", .decode)],
    routes: [
      PlanRoute(
        classID: "chat", fromGroupID: "p", toGroupID: "d", ratePerSecond: 24, ttftSeconds: 0.3125, tpotSeconds: 0.03,
        kvTransferSeconds: 0.004)
    ],
    classes: [
      PlanClass(
        id: "chat", modelID: "llama", offeredRatePerSecond: 24, servedRatePerSecond: 24,
        ttft: .init(percentile: 0.95, predictedSeconds: 0.3125, objectiveSeconds: 0.5),
        tpot: .init(percentile: 0.95, predictedSeconds: 0.03, objectiveSeconds: nil),
        endToEnd: .init(percentile: 0.95, predictedSeconds: nil, objectiveSeconds: nil))
    ],
    purchases: [
      PlanPurchase(
        poolID: "h100", vendor: "nvidia", tier: .onDemand, devicesByPeriod: [6], nodesByPeriod: nil,
        usdPerDeviceHour: 2, costUSDPerHour: 24)
    ],
    provenance: PlanProvenance())
}
