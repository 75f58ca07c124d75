import FleetServing

extension Planner {
  /// Plans (if no plan is given) and studies: solves the problem again with one thing changed at a time.
  ///
  /// - Parameter plan: A plan of this problem by this planner; the others are measured against it.
  /// - Throws: `PlannerFailure` as `plan(_:)`.
  public func study(
    _ problem: PlanningProblem, plan: Plan? = nil, options: StudyOptions = StudyOptions()
  ) throws(PlannerFailure) -> PlanStudy {
    let studied: Plan
    if let plan { studied = plan } else { studied = try solve(problem) }
    return PlanStudy(plan: studied, solves: plan == nil ? 1 : 0)
  }
}
