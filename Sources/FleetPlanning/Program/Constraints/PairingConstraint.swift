import FleetOptimization
import FleetServing

/// Which prefill instances feed which decode instances, and what the links between pools carry.
///
/// Prefill candidates of one model and pool with the same partners form a sender group `P`; decode candidates are
/// grouped by endpoint `D` (pool and KV precision, and tensor degree where both sides need the same). Only where not every sender may send to every endpoint of its
/// model, or where a link has a limit, flows between groups are needed:
///
///     sent:      ∀ w,P,t:  Σ_{c ∈ P} x[w,c,t] = Σ_{D ∈ partners(P)} flow[w,P,D,t]      [requests/s]
///     received:  ∀ w,D,t:  Σ_{c ∈ D} x[w,c,t] = Σ_{P: D ∈ partners(P)} flow[w,P,D,t]    [requests/s]
///     link:      ∀ l,t:    Σ_{w, P in from(l), D in to(l)} bytes[w]·flow[w,P,D,t] ≤ bandwidth[l]   [bytes/s]
///
/// Elsewhere `balance` says the same. MathProg twin: `sent`, `received` and `link` in models/program/planning.mod.
enum PairingConstraint {
  static func add(_ data: ProgramData, _ variables: inout PlanVariables, to model: inout Model) {
    let groups = data.senderGroups
    let active = Set(groups.indices.filter { data.needsFlows(model: groups[$0].modelIndex, groups: groups) })
    for period in 0..<data.periodCount {
      addFlows(data, groups, active, period, &variables, &model)
      addReceived(data, groups, active, period, variables, &model)
      addLinks(data, groups, active, period, variables, &model)
    }
  }

  private static func addFlows(
    _ data: ProgramData, _ groups: [SenderGroup], _ active: Set<Int>, _ period: Int,
    _ variables: inout PlanVariables, _ model: inout Model
  ) {
    for (number, group) in groups.enumerated() where active.contains(number) {
      for classIndex in data.classIndices(model: group.modelIndex) {
        let sent = rate(data, variables, classIndex: classIndex, period: period, members: group.members)
        guard !sent.terms.isEmpty else { continue }
        let className = data.problem.classes[classIndex].id
        var flows = LinearExpression()
        for endpoint in group.partners {
          let key = PlanVariables.FlowKey(
            classIndex: classIndex, senders: number, endpoint: endpoint, period: period)
          let name =
            "flow[\(className),\(group.name),\(data.endpointName(endpoint))\(data.periodSuffix(period))]"
          let flow = model.addVariable(name, lower: 0, upper: data.rates[classIndex][period])
          variables.flows[key] = flow
          flows.add(flow)
        }
        model.require("sent[\(className),\(group.name)\(data.periodSuffix(period))]", sent == flows)
      }
    }
  }

  private static func addReceived(
    _ data: ProgramData, _ groups: [SenderGroup], _ active: Set<Int>, _ period: Int,
    _ variables: PlanVariables, _ model: inout Model
  ) {
    for endpoint in data.endpoints.indices {
      let members = data.candidates.indices.filter { data.candidates[$0].endpoint == endpoint }
      let modelIndex = data.endpoints[endpoint].modelIndex
      guard groups.indices.contains(where: { active.contains($0) && groups[$0].modelIndex == modelIndex }) else {
        continue
      }
      for classIndex in data.classIndices(model: modelIndex) {
        let received = rate(data, variables, classIndex: classIndex, period: period, members: members)
        var flows = LinearExpression()
        for number in groups.indices {
          let key = PlanVariables.FlowKey(
            classIndex: classIndex, senders: number, endpoint: endpoint, period: period)
          if let flow = variables.flows[key] { flows.add(flow) }
        }
        guard !received.terms.isEmpty || !flows.terms.isEmpty else { continue }
        let className = data.problem.classes[classIndex].id
        model.require(
          "received[\(className),\(data.endpointName(endpoint))\(data.periodSuffix(period))]", received == flows)
      }
    }
  }

  private static func addLinks(
    _ data: ProgramData, _ groups: [SenderGroup], _ active: Set<Int>, _ period: Int,
    _ variables: PlanVariables, _ model: inout Model
  ) {
    for link in data.problem.links {
      guard let bandwidth = link.totalBytesPerSecond else { continue }
      var carried = LinearExpression()
      for (key, flow) in variables.flows.sorted(by: { $0.value.index < $1.value.index }) where key.period == period {
        let from = data.problem.pools[groups[key.senders].poolIndex].id
        let to = data.problem.pools[data.endpoints[key.endpoint].poolIndex].id
        guard from == link.prefillPoolID, to == link.decodePoolID else { continue }
        carried.add(flow, coefficient: data.transferBytes[key.classIndex] / Self.bytesPerUnit)
      }
      guard !carried.terms.isEmpty else { continue }
      let name = "link[\(link.prefillPoolID),\(link.decodePoolID)\(data.periodSuffix(period))]"
      model.require(name, carried <= bandwidth / Self.bytesPerUnit)
    }
  }

  /// Link rows are written in GB/s, which keeps their coefficients near those of the other rows.
  static let bytesPerUnit = 1e9

  private static func rate(
    _ data: ProgramData, _ variables: PlanVariables, classIndex: Int, period: Int, members: [Int]
  ) -> LinearExpression {
    var sum = LinearExpression()
    for index in members {
      let loads = data.candidates[index].loads
      guard let position = loads.firstIndex(where: { $0.classIndex == classIndex }) else { continue }
      sum.add(variables.rates[index][period][position])
    }
    return sum
  }
}

/// Prefill candidates of one model and pool that may send to the same endpoints.
struct SenderGroup: Sendable, Hashable {
  var modelIndex: Int
  var poolIndex: Int
  var partners: [Int]
  var members: [Int]
  var name: String
}

extension ProgramData {
  /// Sender groups in order of their first member.
  var senderGroups: [SenderGroup] {
    var groups: [SenderGroup] = []
    var ordinals: [Int: Int] = [:]
    for (index, candidate) in candidates.enumerated() where candidate.phase == .prefill {
      let match = groups.firstIndex {
        $0.modelIndex == candidate.modelIndex && $0.poolIndex == candidate.poolIndex
          && $0.partners == candidate.partners
      }
      if let match {
        groups[match].members.append(index)
      } else {
        let place = candidate.modelIndex * problem.pools.count + candidate.poolIndex
        ordinals[place, default: 0] += 1
        let suffix = ordinals[place] == 1 ? "" : "-\(ordinals[place] ?? 1)"
        let prefix = problem.models.count == 1 ? "" : problem.models[candidate.modelIndex].id + "-"
        groups.append(
          SenderGroup(
            modelIndex: candidate.modelIndex, poolIndex: candidate.poolIndex, partners: candidate.partners,
            members: [index], name: prefix + problem.pools[candidate.poolIndex].id + suffix))
      }
    }
    return groups
  }

  /// Whether a model's senders and endpoints need explicit flows.
  func needsFlows(model: Int, groups: [SenderGroup]) -> Bool {
    let own = groups.filter { $0.modelIndex == model }
    let present = Set(candidates.compactMap { $0.modelIndex == model ? $0.endpoint : nil })
    if own.contains(where: { !present.isSubset(of: $0.partners) }) { return true }
    return problem.links.contains { link in
      link.totalBytesPerSecond != nil
        && own.contains { problem.pools[$0.poolIndex].id == link.prefillPoolID }
        && present.contains { problem.pools[endpoints[$0].poolIndex].id == link.decodePoolID }
    }
  }

  func classIndices(model: Int) -> [Int] {
    problem.classes.indices.filter { problem.classes[$0].modelID == problem.models[model].id }
  }

  func endpointName(_ index: Int) -> String {
    let endpoint = endpoints[index]
    let prefix = problem.models.count == 1 ? "" : problem.models[endpoint.modelIndex].id + "-"
    let precision = endpoint.kvPrecision.map { "-" + $0.rawValue } ?? ""
    let degree = endpoint.tensorDegree.map { "-tp\($0)" } ?? ""
    return prefix + problem.pools[endpoint.poolIndex].id + precision + degree
  }
}
