import FleetServing

@testable import FleetPlanning

/// Small problems with every feature of the program on or off, drawn from a seed.
struct RandomProblem {
  /// Features that a draw can switch on, each by itself.
  enum Feature: String, CaseIterable {
    case periods, models, modes, tiers, wholeNodes, stock, currentFleet, budget, power, spotShare, shares, vendors
    case spares, headroom, exchange, links, objective, traffic, freeMix, floors, partners, heterogeneous
    case deviceLimits, equalDegrees

    /// Features that came later: they leave the draws of the others as they were.
    static let added: [Feature] = [.deviceLimits, .equalDegrees]
  }

  var random: SeededGenerator
  var features: Set<Feature>
  var problem: PlanningProblem

  init(seed: Int, features wanted: Set<Feature>? = nil) {
    random = SeededGenerator(seed: seed)
    features = []
    let (usual, added) = (Feature.allCases.filter { !Feature.added.contains($0) }, Feature.added)
    for feature in usual where random.chance(0.35) { features.insert(feature) }
    var further = SeededGenerator(seed: seed + 1_000_000)
    for feature in added where further.chance(0.35) { features.insert(feature) }
    if let wanted { features = wanted }
    problem = Sample.problem("random-\(seed)", pools: [], classes: [], tables: [])
    addDemand()
    addPools()
    addTables()
    addPolicy()
    addNetwork()
    addObjective()
  }

  private func on(_ feature: Feature) -> Bool { features.contains(feature) }

  private mutating func addDemand() {
    let periods = on(.periods) ? 2 : 1
    problem.periods = (1...periods).map { Period(id: "t\($0)", hours: Double(random.whole(1...12))) }
    problem.models = (1...(on(.models) ? 2 : 1)).map { Sample.model("m\($0)", cached: on(.links)) }
    let classes = random.whole(on(.models) ? 2...3 : 1...2)
    problem.classes = (1...classes).map { number in
      var requests = Sample.requests(
        id: "w\(number)", model: problem.models[number % problem.models.count].id)
      requests.ratePerSecond = problem.periods.map { _ in Double(random.whole(1...12)) / 4 }
      return requests
    }
  }

  private mutating func addPools() {
    let vendors = ["acme", "bolt", "crux"]
    let count = random.whole(2...3)
    problem.pools = (1...count).map { number in
      var tiers = [Sample.tier(.onDemand, Double(random.whole(50...400)) / 100)]
      if on(.tiers) {
        let further: [PriceTierKind] = [.reserved, .spot, .owned, .onDemand]
        for _ in 0..<random.whole(1...2) {
          tiers.append(
            Sample.tier(
              random.pick(further), Double(random.whole(20...300)) / 100,
              available: random.chance(0.6) ? random.whole(0...8) : nil))
        }
      }
      return Sample.pool(
        "a\(number)", vendor: vendors[on(.vendors) || on(.shares) ? number - 1 : random.whole(0...2)], tiers: tiers,
        stock: on(.stock) ? random.whole(1...8) : nil, node: random.pick([4, 8]),
        wholeNodes: on(.wholeNodes) && random.chance(0.7), watts: Double(random.whole(3...10)) * 100)
    }
    if on(.currentFleet) {
      problem.currentFleet = [
        CurrentFleetEntry(
          poolID: "a1", devices: random.whole(1...9), usdPerDeviceHour: random.pick([0, 0.1]))
      ]
    }
  }

  private mutating func addTables() {
    // Every phase somewhere for all classes, and about ten candidates in all: the programs are meant to be easy.
    let density = 4 / Double(problem.models.count * problem.pools.count * 9) / (on(.periods) ? 1.6 : 1)
    for model in problem.models {
      let classes = problem.classes.filter { $0.modelID == model.id }.map(\.id)
      for phase in Phase.allCases { addTable(phase, random.pick(problem.pools).id, model.id, devices: 1, classes) }
      for pool in problem.pools {
        for phase in Phase.allCases {
          for devices in [1, 2, 4] where random.chance(density) {
            addTable(
              phase, pool.id, model.id, devices: devices,
              classes.filter { _ in !on(.heterogeneous) || random.chance(0.7) })
          }
        }
      }
    }
  }

  private mutating func addTable(_ phase: Phase, _ pool: String, _ model: String, devices: Int, _ classes: [String]) {
    guard !classes.isEmpty else { return }
    let scale = phase == .prefill ? 4.0 : phase == .decode ? 2.0 : 1.2
    var rates: [String: Double] = [:]
    for id in classes { rates[id] = scale * Double(devices * random.whole(5...15)) / 10 }
    problem.capacityTables.append(
      Sample.table(
        phase, pool, model: model, devices: devices, rates,
        id: "\(model)-\(pool)-tp\(devices)-\(problem.capacityTables.count)"))
  }

  private mutating func addPolicy() {
    var policy = Policy()
    if on(.modes) { policy.servingModes = [random.pick(ServingMode.allCases)] }
    if on(.budget) { policy.budgetUSDPerHour = Double(random.whole(2...20)) }
    if on(.power) { policy.powerCapWatts = Double(random.whole(2...12)) * 500 }
    if on(.spotShare) { policy.spotShareLimit = Double(random.whole(0...8)) / 10 }
    if on(.shares) {
      policy.vendorShares = VendorShareLimit.Measure.allCases.filter { _ in random.chance(0.5) }.map {
        VendorShareLimit(
          vendor: random.chance(0.5) ? "acme" : nil, share: Double(random.whole(5...9)) / 10, measure: $0)
      }
    }
    if on(.deviceLimits) {
      policy.deviceLimits = [
        DeviceLimit(poolIDs: problem.pools.prefix(2).map(\.id), maximumDevices: random.whole(2...12)),
        DeviceLimit(poolIDs: problem.pools.suffix(2).map(\.id), maximumDevices: random.whole(4...14)),
      ]
    }
    policy.equalTensorDegrees = on(.equalDegrees)
    if on(.vendors) { policy.minimumVendors = random.whole(2...3) }
    if on(.spares) { policy.spareInstancesPerGroup = random.whole(1...2) }
    if on(.headroom) {
      policy.headroom = random.pick([0.1, 0.25])
      if on(.stock) { policy.headroom.decode = 0.05 }
    }
    problem.policy = policy
  }

  private mutating func addNetwork() {
    let ids = problem.pools.map(\.id)
    if on(.exchange) {
      let pairs = ids.flatMap { from in ids.map { PoolPair(prefillPoolID: from, decodePoolID: $0) } }
      let some = pairs.filter { _ in random.chance(0.5) }
      problem.kvExchange = random.pick([.only(some), .except(some), .sameAccelerator])
    }
    if on(.links) {
      for from in ids {
        for to in ids where random.chance(0.6) {
          // One request moves 2 MB.
          problem.links.append(
            PoolLink(prefillPoolID: from, decodePoolID: to, totalBytesPerSecond: Double(random.whole(1...5)) * 1e6))
        }
      }
    }
  }

  private mutating func addObjective() {
    if on(.objective) { problem.objectives = [random.pick([.devices, .power])] }
    if on(.traffic) {
      problem.objectives = [.traffic]
      problem.policy.budgetUSDPerHour = Double(random.whole(1...4))
    }
    if on(.freeMix) { problem.trafficMix = .free }
  }

  /// The data of the program, with least counts and partner variants as the latency model would make them.
  mutating func data() throws -> ProgramData {
    var data = try problem.fullData()
    if on(.floors) {
      for index in data.candidates.indices where random.chance(0.7) {
        data.candidates[index].floor = random.whole(2...5)
      }
    }
    if on(.partners) {
      for candidate in data.candidates where candidate.partners.count > 1 && random.chance(0.5) {
        var near = candidate
        near.id += "-near"
        near.partners = Array(candidate.partners.dropLast())
        for position in near.loads.indices { near.loads[position].load *= 0.8 }
        data.candidates.append(near)
      }
    }
    return data
  }
}
