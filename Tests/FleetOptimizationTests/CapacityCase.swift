import FleetOptimization

/// A generator of random numbers whose stream depends on the seed alone (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A random capacity-planning program in the shape that the planner builds: candidates of several sizes, continuous routing,
/// integer counts, prefill and decode in balance, and the policies that make it hard.
struct CapacityCase {
  var models = 1
  var accelerators = 3
  var classesPerModel = 3
  /// Devices are bought in nodes of eight.
  var wholeNodes = false
  /// Largest share of the spend that one vendor may have.
  var vendorShare: Double?
  /// One instance more than the load needs in every group that is used.
  var spares = false
  /// Limited stock of devices.
  var stock = false
  /// Only some vendors' prefill and decode instances work together.
  var pairing = false

  private struct Accelerator {
    let vendor: Int
    let priceCents: Int
    let speed: Double
    let bandwidth: Double
    let memory: Double
  }

  private struct Candidate {
    let name: String
    let phase: Int
    let model: Int
    let accelerator: Int
    let devices: Int
    /// Requests per second of each class of the model, 0 where it cannot be served.
    let capacity: [Double]
  }

  func model(seed: UInt64) -> Model {
    var random = SeededGenerator(seed: seed)
    let fleet = (0..<accelerators).map { index in
      let price = Double(Int.random(in: 80...900, using: &random))
      func spread() -> Double { Double.random(in: 0.7...1.4, using: &random) }
      return Accelerator(
        vendor: index % 3, priceCents: Int(price), speed: price / 300 * spread(), bandwidth: price / 300 * spread(),
        memory: [24, 40, 80, 96, 141, 192].randomElement(using: &random) ?? 80)
    }
    var candidates: [Candidate] = []
    var rates: [[Double]] = []
    for model in 0..<models {
      let sizes: [Double] = [16, 30, 70, 140]
      let size = sizes[Int.random(in: 0..<4, using: &random)]
      let classes = (0..<classesPerModel).map { _ in
        (input: Double.random(in: 200...8000, using: &random), output: Double.random(in: 50...1500, using: &random))
      }
      var own = self.candidates(fleet, model: model, size: size, classes: classes, &random)
      own = own.filter { $0.capacity.contains { $0 > 0 } }
      candidates += undominated(own)
      var rate: [Double] = []
      for index in classes.indices {
        let capacities: [Double] = own.filter { $0.phase == 1 && $0.capacity[index] > 0 }.map { $0.capacity[index] }
        let middle = capacities.isEmpty ? 1 : capacities.sorted()[capacities.count / 2]
        rate.append(middle * Double.random(in: 0.2...2.5, using: &random))
      }
      rates.append(rate)
    }
    return program(fleet, candidates, rates, &random)
  }

  private func candidates(
    _ fleet: [Accelerator], model: Int, size: Double, classes: [(input: Double, output: Double)],
    _ random: inout SeededGenerator
  ) -> [Candidate] {
    var result: [Candidate] = []
    for (index, accelerator) in fleet.enumerated() {
      for fp8 in [false, true] where !fp8 || accelerator.memory >= 80 {
        let weights = fp8 ? size / 2 : size
        for devices in [1, 2, 4, 8] {
          let share = Double(devices) * Double.random(in: 0.85...1, using: &random)
          let free = Double(devices) * accelerator.memory * 0.9 - weights
          guard free > 1 else { continue }
          let prefill = 9000 * accelerator.speed * share * 30 / size * (fp8 ? 1.7 : 1)
          let capacities = classes.map { item -> (prefill: Double, decode: Double) in
            let batch = min(256, (free / ((item.input + item.output) * 0.0002)).rounded(.down))
            guard batch >= 1 else { return (0, 0) }
            let step = weights / (2500 * accelerator.bandwidth * share) + batch * 0.00004 / accelerator.speed
            return (prefill / item.input, batch / step / item.output)
          }
          let id = "m\(model)-a\(index)-\(fp8 ? "fp8" : "bf16")-tp\(devices)"
          let tables: [[Double]] = [
            capacities.map { $0.prefill }, capacities.map { $0.decode },
            capacities.map { $0.decode > 0 ? 0.85 / (1 / $0.prefill + 1 / $0.decode) : 0 },
          ]
          for (phase, table) in tables.enumerated() {
            result.append(
              Candidate(
                name: "\(["prefill", "decode", "aggregated"][phase])-\(id)", phase: phase, model: model,
                accelerator: index, devices: devices, capacity: table))
          }
        }
      }
    }
    return result
  }

  private func undominated(_ candidates: [Candidate]) -> [Candidate] {
    candidates.enumerated().filter { i, candidate in
      !candidates.enumerated().contains { j, other in
        guard i != j, other.phase == candidate.phase, other.accelerator == candidate.accelerator,
          other.devices <= candidate.devices, !spares || other.devices == candidate.devices
        else { return false }
        let copies = Double(candidate.devices / other.devices)
        let covers = zip(other.capacity, candidate.capacity).allSatisfy { copies * $0 >= $1 }
        let same = other.devices == candidate.devices && other.capacity == candidate.capacity
        return covers && (!same || j < i)
      }
    }.map(\.element)
  }

  private func program(
    _ fleet: [Accelerator], _ candidates: [Candidate], _ rates: [[Double]], _ random: inout SeededGenerator
  ) -> Model {
    var program = Model("capacity")
    var cost = LinearExpression()
    var spend = [LinearExpression](repeating: .init(), count: 3)
    var held = [LinearExpression](repeating: .init(), count: fleet.count)
    var served: [[[LinearExpression]]] = rates.map { $0.map { _ in Array(repeating: .init(), count: 3) } }
    // Rate of each class by phase and vendor, for the pairing rows.
    var byVendor: [[[[LinearExpression]]]] = rates.map {
      $0.map { _ in Array(repeating: Array(repeating: .init(), count: 3), count: 2) }
    }
    for candidate in candidates {
      let rate = rates[candidate.model]
      let most = candidate.capacity.indices.reduce(0.0) {
        candidate.capacity[$1] > 0 ? $0 + rate[$1] / candidate.capacity[$1] : $0
      }
      let count = program.addVariable(
        "n[\(candidate.name)]", upper: most.rounded(.up) + (spares ? 1 : 0), kind: .integer)
      var load = LinearExpression()
      let used = spares ? program.addVariable("used[\(candidate.name)]", upper: 1, kind: .integer) : nil
      for (index, capacity) in candidate.capacity.enumerated() where capacity > 0 {
        let flow = program.addVariable("x[w\(index),\(candidate.name)]", upper: rate[index])
        load.add(flow, coefficient: 1 / capacity)
        served[candidate.model][index][candidate.phase] += flow
        if candidate.phase < 2 {
          byVendor[candidate.model][index][candidate.phase][fleet[candidate.accelerator].vendor] += flow
        }
        if let used { program.require("use[w\(index),\(candidate.name)]", flow <= rate[index] * used) }
      }
      if let used { load += used }
      program.require("capacity[\(candidate.name)]", load - count <= 0)
      held[candidate.accelerator].add(count, coefficient: Double(candidate.devices))
    }
    for (model, classes) in served.enumerated() {
      for (index, phases) in classes.enumerated() {
        program.require("demand[m\(model),w\(index)]", phases[0] + phases[2] == rates[model][index])
        program.require("balance[m\(model),w\(index)]", phases[0] - phases[1] == 0)
        if pairing { pair(&program, "m\(model),w\(index)", byVendor[model][index]) }
      }
    }
    for (index, accelerator) in fleet.enumerated() {
      let price = Double(accelerator.priceCents)
      var bought = held[index]
      if wholeNodes {
        let nodes = program.addVariable("nodes[a\(index)]", kind: .integer)
        program.require("node[a\(index)]", held[index] - 8 * nodes <= 0)
        bought = 8 * nodes
      }
      cost += price * bought
      spend[accelerator.vendor] += price * bought
      if stock { program.require("stock[a\(index)]", bought <= Double(8 * Int.random(in: 1...4, using: &random))) }
    }
    if let vendorShare {
      for (vendor, amount) in spend.enumerated() where !amount.terms.isEmpty {
        program.require("share[v\(vendor)]", amount - vendorShare * cost <= 0)
      }
    }
    program.minimize(cost)
    return program
  }

  /// Prefill of vendor 0 pairs with decode of vendors 0 and 1; vendors 1 and 2 pair with their own only.
  private func pair(_ program: inout Model, _ name: String, _ flow: [[LinearExpression]]) {
    program.require("pair[\(name),v1]", flow[0][1] - flow[1][1] <= 0)
    program.require("pair[\(name),v2]", flow[0][2] - flow[1][2] <= 0)
    program.require("pair[\(name),v01]", flow[0][0] + flow[0][1] - flow[1][0] - flow[1][1] <= 0)
  }
}
