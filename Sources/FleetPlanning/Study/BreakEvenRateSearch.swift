import FleetServing

/// The request rates at which disaggregation, or a second vendor, pays.
///
/// At each of a row of rates in equal ratios the joint optimum is compared with the best plan without the subject. Between two
/// neighbours with different answers the change is narrowed down by bisection on the logarithm of the rate. Optimal costs over
/// rates are stairs, so that the answer may change more than once between two neighbours that agree; nothing is said of what
/// was not tried. Rates at which no plan exists at all end the row.
struct BreakEvenRateSearch: Sendable {
  typealias Subject = BreakEvenRate.Subject
  typealias Point = BreakEvenRate.Point

  let study: StudySolver
  let joint: StudySolver.Answer

  /// Whether the question makes sense for the problem.
  func applies(_ subject: Subject) -> Bool {
    let problem = study.problem
    switch subject {
    case .disaggregation: return problem.policy.servingModes.count > 1
    case .secondVendor: return vendors.count > 1 && (problem.policy.minimumVendors ?? 1) <= 1
    }
  }

  private var vendors: [String] { study.problem.vendors }

  private var currentRate: Double {
    let hours = study.problem.periods.reduce(0) { $0 + $1.hours }
    return study.problem.classes.reduce(0) { sum, requestClass in
      sum + zip(requestClass.ratePerSecond, study.problem.periods).reduce(0) { $0 + $1.0 * $1.1.hours / hours }
    }
  }

  func all() -> [BreakEvenRate] {
    let subjects = Subject.allCases.filter(applies)
    let factors = self.factors
    guard !subjects.isEmpty, factors.count > 1, currentRate > 0 else { return [] }
    let grid = study.concurrently(factors.count) { points(factors[$0], subjects) }
    // Every change between neighbours, of any subject.
    let changes = subjects.flatMap { subject in
      factors.indices.dropLast().compactMap { index in
        guard let low = grid[index][subject], let high = grid[index + 1][subject], low.pays != high.pays,
          low.costUSDPerHour != nil, high.costUSDPerHour != nil
        else {
          return nil as (subject: Subject, index: Int)?
        }
        return (subject, index)
      }
    }
    let narrowed = study.concurrently(changes.count) { number in
      let change = changes[number]
      return bisect(
        change.subject, from: factors[change.index], to: factors[change.index + 1],
        paysBelow: grid[change.index][change.subject]?.pays ?? false)
    }
    return subjects.map { subject in
      var points = grid.compactMap { $0[subject] }
      for (change, found) in zip(changes, narrowed) where change.subject == subject { points += found }
      points.sort { $0.ratePerSecond < $1.ratePerSecond }
      return BreakEvenRate(
        subject: subject, currentPerSecond: currentRate, points: points, ranges: Self.ranges(points),
        resolution: study.options.rateResolution)
    }
  }

  /// From 1 ÷ span to span in equal ratios.
  private var factors: [Double] {
    let steps = study.options.ratePoints - 1
    guard steps >= 1, study.options.rateSpan > 1 else { return [] }
    return (0...steps).map {
      Geometric.value(from: 1 / study.options.rateSpan, to: study.options.rateSpan, $0, of: steps)
    }
  }

  private func bisect(_ subject: Subject, from: Double, to: Double, paysBelow: Bool) -> [Point] {
    var (low, high) = (from, to)
    var points: [Point] = []
    while high > low * (1 + study.options.rateResolution), !study.mustStop() {
      let middle = (low * high).squareRoot()
      guard let point = self.points(middle, [subject])[subject] else { break }
      points.append(point)
      if point.pays == paysBelow { low = middle } else { high = middle }
    }
    return points
  }

  /// Both optima of each subject at one rate.
  private func points(_ factor: Double, _ subjects: [Subject]) -> [Subject: Point] {
    if study.mustStop() { return [:] }
    let here =
      factor == 1
      ? study.original(joint.adjustments)
      : study.enumerated(study.varied(.rate(factor: factor), joint.adjustments))
    var without: [Subject: [StudySolver.Answer]] = [:]
    for subject in subjects {
      switch subject {
      case .disaggregation: without[subject] = [study.solve(here.withoutDisaggregation, start: joint.plan)]
      case .secondVendor:
        without[subject] = vendors.map { vendor in
          study.solve(here.keepingPools { $0.accelerator.vendor == vendor }, start: joint.plan)
        }
      }
    }
    let others = subjects.flatMap { without[$0] ?? [] }
    let best = others.filter { $0.cost != nil }.min { ($0.cost ?? .infinity) < ($1.cost ?? .infinity) }
    let together = factor == 1 ? joint : study.solve(here, start: joint.plan, best?.plan)
    // What is allowed without the subject is allowed with it.
    let cost = [together.cost, best?.cost].compactMap { $0 }.min()
    var points: [Subject: Point] = [:]
    for (subject, answers) in without {
      points[subject] = Point(
        ratePerSecond: currentRate * factor, costUSDPerHour: cost,
        costWithoutUSDPerHour: answers.compactMap(\.cost).min(),
        isProven: together.isProven && answers.allSatisfy(\.isProven))
    }
    return points
  }

  /// Stretches of neighbouring points at which it pays.
  static func ranges(_ all: [Point]) -> [BreakEvenRate.Range] {
    let points = all.filter { $0.costUSDPerHour != nil }
    var ranges: [BreakEvenRate.Range] = []
    var start: Int?
    for index in points.indices {
      if points[index].pays, start == nil { start = index }
      if let first = start, !points[index].pays || index == points.count - 1 {
        let last = points[index].pays ? nil : points[index - 1].ratePerSecond
        ranges.append(
          BreakEvenRate.Range(fromPerSecond: first == 0 ? nil : points[first].ratePerSecond, toPerSecond: last))
        start = nil
      }
    }
    return ranges
  }
}
