import FleetServing

/// Random plans: every optional part present and absent, every list empty and not, every number with all its digits.
struct RandomPlans {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64 (Steele, Lea and Flood, 2014).
  private mutating func bits() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(bits() % UInt64(range.count))
  }

  /// All magnitudes between 10⁻⁹ and 10⁹, at times a short decimal or zero.
  private mutating func number() -> Double {
    switch integer(0...9) {
    case 0: 0
    case 1...3: Double(integer(0...100_000)) / 1000
    default: Double(sign: .plus, exponent: integer(-30...30), significand: 1 + Double(bits() >> 12) * 0x1p-52)
    }
  }

  /// Below one.
  private mutating func fraction() -> Double { max(0x1p-53, Double(bits() >> 11) * 0x1p-53) }

  private mutating func maybe<Value>(_ make: (inout RandomPlans) -> Value) -> Value? {
    integer(0...2) == 0 ? nil : make(&self)
  }

  private mutating func list<Value>(_ count: ClosedRange<Int>, _ make: (inout RandomPlans) -> Value) -> [Value] {
    (0..<integer(count)).map { _ in make(&self) }
  }

  private mutating func pick<Choice: CaseIterable>(_ type: Choice.Type) -> Choice where Choice.AllCases == [Choice] {
    Choice.allCases[integer(0...Choice.allCases.count - 1)]
  }

  private mutating func text() -> String {
    ["h100", "weights 141 GB > 2 × 80 GB", "\"quoted\"\\\n\t", "模型", "\u{1}", "a/b~c", "<b>&amp;"][integer(0...6)]
  }

  mutating func plan() -> Plan {
    let periods = integer(1...3)
    let classes = (0..<integer(0...3)).map { index in planClass(id: "class-\(index)") }
    let groups = (0..<integer(0...4)).map { index in group(id: "group-\(index)", periods: periods) }
    var routes: [PlanRoute] = []
    if !classes.isEmpty, !groups.isEmpty {
      routes = list(0...5) { random in
        PlanRoute(
          classID: classes[random.integer(0...classes.count - 1)].id, periodID: random.maybe { $0.text() },
          fromGroupID: groups[random.integer(0...groups.count - 1)].id,
          toGroupID: groups[random.integer(0...groups.count - 1)].id, ratePerSecond: random.number(),
          ttftSeconds: random.maybe { $0.number() }, tpotSeconds: random.maybe { $0.number() },
          kvTransferSeconds: random.number())
      }
    }
    return Plan(
      problemName: text(), status: pick(PlanStatus.self), objectiveName: "cost", objective: maybe { $0.number() },
      bound: maybe { -$0.number() }, gap: maybe { $0.number() }, costUSDPerHour: maybe { $0.number() },
      economics: maybe { $0.economics() }, groups: groups, routes: routes, classes: classes,
      purchases: list(0...3) { $0.purchase(periods: periods) },
      periods: maybe { random in
        (0..<periods).map { PlanPeriod(id: "period-\($0)", hours: random.number() + 1) }
      } ?? [],
      binding: list(0...2) { random in
        BindingConstraint(
          family: random.text(), name: random.text(), message: random.text(),
          shadowPrice: random.maybe { -$0.number() })
      },
      baselines: list(0...3) { random in
        BaselineResult(
          name: random.text(), kind: "two_step", status: random.pick(PlanStatus.self),
          costUSDPerHour: random.maybe { $0.number() }, objective: random.maybe { $0.number() },
          bound: random.maybe { $0.number() }, note: random.maybe { $0.text() })
      },
      robustness: maybe { random in
        PlanRobustness(
          nominal: random.maybe { random in
            BaselineResult(
              name: random.text(), kind: "nominal", status: random.pick(PlanStatus.self),
              costUSDPerHour: random.maybe { $0.number() }, objective: random.maybe { $0.number() })
          })
      },
      verification: maybe { $0.verification() },
      rejected: list(0...3) { random in
        RejectedAlternative(
          poolID: random.text(), modelID: random.text(), phase: random.pick(Phase.self),
          subject: random.maybe { $0.text() }, reason: random.text(), count: random.integer(1...9))
      },
      conflict: maybe { random in
        ConflictReport(
          summary: random.text(), conflicting: random.list(0...2) { $0.text() },
          repairs: random.list(0...2) { $0.text() })
      },
      unsolvedReason: maybe { $0.text() }, provenance: provenance())
  }

  private mutating func verification() -> PlanVerification {
    PlanVerification(
      holds: maybe { $0.integer(0...1) == 0 }, rounds: integer(1...8), seed: integer(0...1 << 40),
      requests: integer(0...1 << 40),
      simulatedSeconds: number(), costBeforeUSDPerHour: maybe { $0.number() },
      costAfterUSDPerHour: maybe { $0.number() },
      classes: list(0...2) { random in
        ReplayedClass(
          id: "c", periodID: random.maybe { $0.text() }, requests: random.integer(0...9), ttft: random.replay(),
          tpot: random.replay(), endToEnd: random.replay())
      },
      tightened: list(0...2) { random in
        TightenedConfiguration(
          phase: random.pick(Phase.self), modelID: random.text(), poolID: random.text(),
          weightPrecision: random.maybe { $0.text() }, kvPrecision: random.maybe { $0.text() },
          strategy: ParallelStrategy(tensor: random.integer(1...8), data: random.integer(1...8)),
          classID: random.text(), factor: 1 + random.number())
      },
      notReplayed: list(0...2) { $0.text() }, note: maybe { $0.text() })
  }

  private mutating func replay() -> ReplayedClass.Latency {
    ReplayedClass.Latency(
      percentile: fraction(), predictedSeconds: maybe { $0.number() }, replayedSeconds: maybe { $0.number() },
      replayedHalfWidthSeconds: maybe { $0.number() }, objectiveSeconds: maybe { $0.number() },
      attainment: maybe { $0.fraction() }, attainmentHalfWidth: maybe { $0.number() })
  }

  private mutating func economics() -> PlanEconomics {
    PlanEconomics(
      usdPerMillionTokens: number(), usdPerMillionInputTokens: number(), usdPerMillionOutputTokens: number(),
      usdPerThousandRequests: number(), offeredRatePerSecond: number(), servedRatePerSecond: number(),
      powerWatts: number(), idleCostUSDPerHour: maybe { $0.number() })
  }

  private mutating func group(id: String, periods: Int) -> PlanGroup {
    PlanGroup(
      id: id, phase: pick(Phase.self), modelID: text(), poolID: text(), acceleratorName: text(), vendor: text(),
      region: maybe { $0.text() }, weightPrecision: maybe { $0.text() }, kvPrecision: maybe { $0.text() },
      strategy: ParallelStrategy(
        tensor: integer(1...8), pipeline: integer(1...4), expert: integer(1...8), data: integer(1...8)),
      maximumBatch: integer(1...1024), chunkTokens: integer(0...1) == 0 ? nil : integer(16...16_384),
      admittedClassIDs: list(0...2) { $0.text() },
      instancesByPeriod: list(periods...periods) { $0.integer(0...40) }, devicesPerInstance: integer(1...64),
      nodes: number(), costUSDPerHour: number(), idleCostUSDPerHour: maybe { $0.number() }, utilization: fraction(),
      capacitySource: text(),
      evidence: maybe { $0.evidence() })
  }

  private mutating func evidence() -> PlanEvidence {
    PlanEvidence(
      grade: pick(PlanEvidence.Grade.self), text: text(), tpot: maybe { $0.band() }, prefill: maybe { $0.band() })
  }

  private mutating func band() -> ErrorBand { ErrorBand(lowRatio: number(), highRatio: number()) }

  private mutating func planClass(id: String) -> PlanClass {
    PlanClass(
      id: id, modelID: text(), offeredRatePerSecond: number(), servedRatePerSecond: number(),
      meanInputTokens: maybe { $0.number() }, meanOutputTokens: maybe { $0.number() },
      inputCostUSDPerHour: maybe { $0.number() }, outputCostUSDPerHour: maybe { $0.number() }, ttft: prediction(),
      tpot: prediction(), endToEnd: prediction())
  }

  private mutating func prediction() -> PlanClass.Prediction {
    PlanClass.Prediction(
      percentile: integer(0...1) == 0 ? 0.95 : fraction(), predictedSeconds: maybe { $0.number() },
      objectiveSeconds: maybe { $0.number() },
      band: maybe { random in
        PlanClass.Band(lowSeconds: random.number(), highSeconds: random.maybe { $0.number() })
      })
  }

  private mutating func purchase(periods: Int) -> PlanPurchase {
    PlanPurchase(
      poolID: text(), vendor: text(), tier: pick(PriceTierKind.self),
      devicesByPeriod: list(periods...periods) { $0.integer(0...99) },
      nodesByPeriod: maybe { $0.list(periods...periods) { $0.integer(0...12) } }, usdPerDeviceHour: number(),
      costUSDPerHour: number())
  }

  private mutating func provenance() -> PlanProvenance {
    PlanProvenance(
      inputHash: text(), catalogHash: text(), version: text(), solver: text(), solverStatus: text(),
      rows: integer(0...9999), columns: integer(0...9999), integerColumns: integer(0...999),
      candidates: integer(0...9999), reducedCandidates: integer(0...999), latencyModel: text())
  }
}
