import FleetServing

/// What one way of planning saves against another, as far as it is proven: the difference of two optima, each of which lies
/// between the best plan found and the bound.
public struct Saving: Sendable, Hashable {
  /// How the two stand.
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// The saving is positive, and proven.
    case pays
    /// Proven that nothing is saved.
    case doesNotPay = "does_not_pay"
    /// Something is saved against the plan that was found, but a better one may exist.
    case mayPay = "may_pay"
    /// Nothing works without it: proven infeasible.
    case needed
    /// One of the two has neither a plan nor a proof.
    case unknown
  }

  public var verdict: Verdict
  /// The saving is no smaller [unit of the objective: USD/h for cost]; `nil` where nothing is proven.
  public var atLeast: Double?
  /// The saving is no larger; `nil` where nothing is proven, and where no plan is known without it.
  public var atMost: Double?

  public init(verdict: Verdict, atLeast: Double? = nil, atMost: Double? = nil) {
    self.verdict = verdict
    self.atLeast = atLeast
    self.atMost = atMost
  }

  /// Whether both optima are known, so that the saving is one number.
  public var isExact: Bool {
    guard let atLeast, let atMost else { return false }
    return atMost - atLeast <= 1e-6 * max(1, abs(atMost))
  }

  /// One side of the comparison: what was found and what was proven.
  public struct Side: Sendable, Hashable {
    public var status: PlanStatus
    /// Of the best plan found; `nil` without a plan.
    public var value: Double?
    /// No plan is below; `nil` where nothing was proven.
    public var bound: Double?

    public init(status: PlanStatus, value: Double?, bound: Double?) {
      self.status = status
      self.value = value
      self.bound = status == .optimal ? value ?? bound : bound
    }
  }

  /// The saving of `joint`, which may do all that `restricted` may do and more.
  /// - Parameters:
  ///   - restricted: Several when the restriction has several forms, such as one vendor or another; the best of them counts.
  ///   - tolerance: Share of the value below which a difference is rounding.
  public init(of joint: Side, against restricted: [Side], tolerance: Double = 1e-6) {
    let open = restricted.filter { $0.status != .infeasible }
    guard let cost = joint.value, !restricted.isEmpty else {
      self.init(verdict: .unknown)
      return
    }
    if open.isEmpty {
      self.init(verdict: .needed)
      return
    }
    let best = open.compactMap(\.value).min()
    let bounds = open.compactMap(\.bound)
    let bound = bounds.count == open.count ? bounds.min() : nil
    let least = 0.0
    let negligible = tolerance * max(1, abs(cost))
    var atMost: Double?
    if let best, let jointBound = joint.bound { atMost = max(least, best - jointBound) }
    let atLeast = bound.map { max(least, $0 - cost) } ?? least
    let verdict: Verdict
    if atLeast > negligible {
      verdict = .pays
    } else if let atMost, atMost <= negligible {
      verdict = .doesNotPay
    } else if best.map({ $0 > cost + negligible }) ?? false {
      verdict = .mayPay
    } else {
      verdict = .unknown
    }
    self.init(
      verdict: verdict, atLeast: atLeast > negligible ? atLeast : 0,
      atMost: atMost.map { $0 > negligible ? $0 : 0 })
  }
}

/// Whether disaggregation or a second vendor is worth it in one plan, certified by the optimum with and the optimum without.
public struct WorthVerdict: Sendable, Hashable {
  public var subject: BreakEvenRate.Subject
  public var saving: Saving
  /// Value of the objective of the plan.
  public var value: Double?
  /// That of the best plan without the subject; `nil` without one.
  public var valueWithout: Double?
  /// Which restricted plan is the best, for example `only vendor nvidia`.
  public var nameWithout: String?
  /// Whether the plan makes use of the subject at all.
  public var isUsed: Bool

  /// `nil` when the plan's baselines do not answer the question.
  public init?(_ subject: BreakEvenRate.Subject, of plan: Plan) {
    let kind = subject == .disaggregation ? "no_disaggregation" : "single_vendor"
    let baselines = plan.baselines.filter { $0.kind == kind }
    if baselines.isEmpty || plan.status == .infeasible { return nil }
    let isCost = plan.objectiveName == PlanObjective.cost.rawValue
    func value(_ baseline: BaselineResult) -> Double? { isCost ? baseline.costUSDPerHour : baseline.objective }
    let own = isCost ? plan.costUSDPerHour : plan.objective
    self.subject = subject
    self.value = own
    saving = Saving(
      of: .init(status: plan.status, value: own, bound: plan.bound),
      against: baselines.map { .init(status: $0.status, value: value($0), bound: $0.bound) })
    let best = baselines.filter { value($0) != nil }.min { (value($0) ?? 0) < (value($1) ?? 0) }
    valueWithout = best.flatMap(value)
    nameWithout = best?.name
    switch subject {
    case .disaggregation: isUsed = plan.runningGroups.contains { $0.phase != .aggregated }
    case .secondVendor: isUsed = plan.vendors.count > 1
    }
  }

  /// One sentence for people.
  func sentence(of plan: Plan) -> String {
    let name = subject == .disaggregation ? "Disaggregation" : "A second vendor"
    let without = subject == .disaggregation ? "the best plan without it" : "the best single vendor"
    func amount(_ value: Double) -> String { Answer.objectiveText(value, of: plan) }
    func share(_ value: Double) -> String {
      guard let valueWithout, valueWithout > 0 else { return "" }
      return " (\(Quantity.percent(value / valueWithout)))"
    }
    switch saving.verdict {
    case .needed:
      return "\(name) is needed: proven that nothing meets all rules without it."
    case .pays:
      let atLeast = saving.atLeast ?? 0
      if saving.isExact {
        return "\(name) saves \(amount(atLeast))\(share(atLeast)) against \(without), proven by both optima."
      }
      let most = saving.atMost.map { " and at most \(amount($0))" } ?? ""
      return "\(name) saves at least \(amount(atLeast))\(share(atLeast))\(most) against \(without); "
        + "not every optimum is proven."
    case .doesNotPay:
      return "\(name) saves nothing: \(without) costs no more, proven by both optima."
    case .mayPay:
      let found = (valueWithout ?? 0) - (value ?? 0)
      let most = saving.atMost.map { " (at most \(amount($0)))" } ?? ""
      return "\(name) saves \(amount(found))\(share(found)) against \(without) that was found\(most); "
        + "no saving is proven, since that plan may not be the best."
    case .unknown:
      return
        "Whether \(name.prefix(1).lowercased() + name.dropFirst()) saves anything was not settled within the limits."
    }
  }
}
