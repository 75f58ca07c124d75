import FleetServing

/// Limits, objectives, rates and prices moved one step each, and the problem solved again.
struct SensitivityList: Sendable {
  let study: StudySolver
  let joint: StudySolver.Answer

  private struct Step: Sendable {
    var subject: Sensitivity.Subject
    var id: String?
    var change: String
    var variation: ProblemVariation
    var shadowPrice: Double?
  }

  func all() -> [Sensitivity] {
    let steps = stocks + caps + rates + prices + objectives
    return study.concurrently(steps.count) { index in
      let step = steps[index]
      let answer = study.solve(study.varied(step.variation, joint.adjustments), start: joint.plan)
      return Sensitivity(
        subject: step.subject, id: step.id, change: step.change, status: answer.plan.status,
        costUSDPerHour: answer.cost,
        differenceUSDPerHour: answer.cost.flatMap { cost in joint.cost.map { cost - $0 } },
        shadowPrice: step.shadowPrice, isProven: joint.isProven && answer.isProven)
    }
  }

  private var size: Double { study.options.sensitivityStep }
  private var percent: String {
    let value = size * 100
    return value == value.rounded() ? "\(Int(value)) %" : "\(value) %"
  }

  /// Shadow prices of a family's rows, added over periods: one unit more in every period.
  private func shadowPrice(_ family: String, _ id: String? = nil) -> Double? {
    let rows = joint.plan.binding.filter {
      $0.family == family && (id == nil || BindingText.index($0.name)[0] == id)
    }
    let prices = rows.compactMap(\.shadowPrice)
    return prices.isEmpty || prices.count < rows.count ? nil : prices.reduce(0, +)
  }

  private var stocks: [Step] {
    study.problem.pools.flatMap { pool -> [Step] in
      let binds = joint.plan.binding.contains {
        $0.family == "stock" && BindingText.index($0.name)[0] == pool.id
      }
      guard binds else { return [] }
      let devices = pool.wholeNodes ? pool.accelerator.devicesPerNode : 1
      let unit = pool.wholeNodes ? "one node (\(devices) device\(devices == 1 ? "" : "s"))" : "one device"
      return [1, -1].map { sign in
        Step(
          subject: .stock, id: pool.id, change: "\(unit) \(sign > 0 ? "more" : "fewer") of \(pool.id)",
          variation: .stock(devices: sign * devices, poolID: pool.id), shadowPrice: shadowPrice("stock", pool.id))
      }
    }
  }

  private var caps: [Step] {
    let policy = study.problem.policy
    var steps: [Step] = []
    for factor in [1 + size, 1 - size] {
      let change = "\(percent) \(factor > 1 ? "higher" : "lower")"
      if let budget = policy.budgetUSDPerHour {
        steps.append(
          Step(
            subject: .budget, change: "budget \(change)", variation: .budget(usdPerHour: budget * factor),
            shadowPrice: shadowPrice("budget")))
      }
      if let cap = policy.powerCapWatts {
        steps.append(
          Step(
            subject: .power, change: "power cap \(change)", variation: .powerCap(watts: cap * factor),
            shadowPrice: shadowPrice("power")))
      }
    }
    return steps
  }

  private var rates: [Step] {
    let classes = study.problem.classes
    return ([nil] + (classes.count > 1 ? classes.map { Optional($0.id) } : [])).flatMap { id in
      [1 + size, 1 - size].map { factor in
        Step(
          subject: .rate, id: id,
          change: "\(id.map { "request rate of \($0)" } ?? "all request rates") \(percent) "
            + (factor > 1 ? "higher" : "lower"),
          variation: .rate(factor: factor, classID: id))
      }
    }
  }

  private var prices: [Step] {
    study.problem.pools.filter { joint.plan.spending(on: $0.id) > 0 }.flatMap { pool in
      [1 + size, 1 - size].map { factor in
        Step(
          subject: .price, id: pool.id, change: "price of \(pool.id) \(percent) \(factor > 1 ? "higher" : "lower")",
          variation: .price(factor: factor, poolID: pool.id))
      }
    }
  }

  private var objectives: [Step] {
    study.problem.classes.flatMap { requestClass in
      ProblemVariation.LatencyKind.allCases.flatMap { kind -> [Step] in
        guard requestClass.objective[keyPath: kind.path] != nil else { return [] }
        return [1 - size, 1 + size].map { factor in
          Step(
            subject: kind.subject, id: requestClass.id,
            change: "\(kind.label) objective of \(requestClass.id) \(percent) \(factor < 1 ? "tighter" : "looser")",
            variation: .objective(kind, factor: factor, classID: requestClass.id))
        }
      }
    }
  }
}

extension ProblemVariation.LatencyKind {
  fileprivate var subject: Sensitivity.Subject {
    switch self {
    case .ttft: .ttft
    case .tpot: .tpot
    case .endToEnd: .endToEnd
    }
  }

  fileprivate var label: String {
    switch self {
    case .ttft: "TTFT"
    case .tpot: "TPOT"
    case .endToEnd: "end-to-end"
    }
  }
}
