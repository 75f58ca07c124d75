import FleetServing

extension Planner {
  /// Plans (if no plan is given) and studies: solves the problem again with one thing changed at a time.
  ///
  /// The same problem and options give the same study, unless a limit in seconds is met or the search is cancelled. Only problems
  /// that minimise cost first are studied.
  ///
  /// - Parameters:
  ///   - plan: A plan of this problem by this planner; the others are measured against it. Capacity that a replay took away from
  ///     its configurations stays away wherever they are used again.
  ///   - progress: Called after each program, on the thread that solved it.
  /// - Throws: `PlannerFailure` as `plan(_:)`.
  public func study(
    _ problem: PlanningProblem, plan: Plan? = nil, options: StudyOptions = StudyOptions(),
    progress: (@Sendable (StudyProgress) -> Void)? = nil
  ) throws(PlannerFailure) -> PlanStudy {
    var result: PlanStudy
    if let plan {
      result = PlanStudy(plan: plan)
    } else {
      result = PlanStudy(plan: try solve(problem), solves: 1)
    }
    guard problem.objectives.first ?? .cost == .cost else {
      result.notes.append(
        "Nothing beside the plan was studied: the problem minimises \(problem.objectives[0].rawValue), not cost, first."
      )
      return result
    }
    var planner = self
    if let verification = result.plan.verification { planner.adjustments.take(verification.tightened) }
    let study = StudySolver(problem, planner: planner, options: options, progress: progress)
    var joint = study.solve(study.original(), start: result.plan)
    // Of equally cheap plans the one at hand is the one that is studied.
    if let cost = joint.cost, let own = result.plan.costUSDPerHour, own <= cost * (1 + StudyNotes.tolerance) {
      joint.plan.takeSolution(of: result.plan)
    }
    result.fill(study, joint)
    result.solves += study.counts.solved
    result.notes += StudyNotes.notes(on: result, study, joint)
    return result
  }
}

extension PlanStudy {
  fileprivate mutating func fill(_ study: StudySolver, _ joint: StudySolver.Answer) {
    let options = study.options
    if joint.cost != nil {
      if options.breakEvenPrices {
        study.begin("break-even prices")
        breakEvenPrices = BreakEvenPriceSearch(study: study, joint: joint).all()
      }
      if options.alternatives > 1 {
        study.begin("alternatives")
        let found = KindAlternatives(study: study, joint: joint).search()
        alternatives = found.alternatives
        if !found.isProven {
          notes.append("The order of the alternatives is not proven: some of the programs behind it ended at a limit.")
        }
      }
    }
    if options.ratePoints > 1 {
      study.begin("break-even rates")
      breakEvenRates = BreakEvenRateSearch(study: study, joint: joint).all()
    }
    if options.frontierPoints > 0 {
      study.begin("frontiers")
      frontiers = FrontierSweep(study: study, joint: joint).all()
    }
    if joint.cost != nil, options.sensitivities {
      study.begin("sensitivities")
      sensitivities = SensitivityList(study: study, joint: joint).all()
    }
  }
}

extension Plan {
  /// The solution of another plan of the same program that costs no more; what is proven of the program stays.
  fileprivate mutating func takeSolution(of other: Plan) {
    groups = other.groups
    routes = other.routes
    classes = other.classes
    purchases = other.purchases
    economics = other.economics
    costUSDPerHour = other.costUSDPerHour
    objective = other.objective
    if !other.binding.isEmpty { binding = other.binding }
  }
}

extension LoadAdjustments {
  /// What a replay took away from configurations, as a plan states it. Without effect where something is taken away already.
  mutating func take(_ tightened: [TightenedConfiguration]) {
    guard isEmpty else { return }
    tighten(
      Dictionary(tightened.map { (Place($0), max(1, $0.factor)) }, uniquingKeysWith: { max($0, $1) }))
  }
}

extension LoadAdjustments.Place {
  init(_ tightened: TightenedConfiguration) {
    phase = tightened.phase
    modelID = tightened.modelID
    poolID = tightened.poolID
    strategy = tightened.strategy
    weightPrecision = tightened.weightPrecision
    kvPrecision = tightened.kvPrecision
    classID = tightened.classID
  }
}
