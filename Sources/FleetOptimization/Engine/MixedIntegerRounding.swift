/// Mixed-integer rounding: from one linear row, a valid inequality that a given point violates.
///
/// For `Σ c·n + Σ d·t ≤ b` with whole `n ≥ 0` and continuous `t ≥ 0`, any δ > 0 and f = frac(b/δ) > 0, the inequality
/// `Σ (⌊c/δ⌋ + max(0, frac(c/δ) − f)/(1 − f))·n + Σ min(0, d)/(δ(1 − f))·t ≤ ⌊b/δ⌋` holds (Nemhauser and Wolsey 1990); the
/// choice of bounds, δ and complemented variables follows Marchand and Wolsey (2001). Continuous variables are measured from one
/// of their bounds, where an upper bound may be a multiple of an integer variable. On a capacity row `Σ load·x − n ≤ 0`, with the
/// upper bound taken where x/u > frac(n), this yields the residual-capacity inequalities of Magnanti, Mirchandani and Vachani
/// (1993), which are separated exactly by that choice (Atamtürk and Rajan 2002).
struct MixedIntegerRounding {
  private let program: Program
  private let links: VariableBounds
  /// The upper bounds that are worth telling apart in this program.
  private let choices: [UpperBounds]
  private var point: [Double] = []
  /// For each choice and column, the upper bound at the point and the link that gives it.
  private var upper: [[Upper]] = []
  private var form: RoundingForm
  private var whole: [Double]
  private var wholeColumns: [Int] = []
  private var isWholeColumn: [Bool]

  /// Which upper bounds of continuous variables are used.
  private enum UpperBounds { case constant, ownRow, all }

  private struct Upper {
    var value: Double
    var link: Int
    var factor: Double
  }

  private static let largestRatio = 1e6

  init(_ program: Program, _ links: VariableBounds) {
    self.program = program
    self.links = links
    let hasOwn = links.upper.contains { $0.contains { $0.isOwnRow } }
    let hasShared = links.upper.contains { $0.contains { !$0.isOwnRow } }
    choices = [.constant] + (hasOwn && hasShared ? [.ownRow] : []) + (hasOwn || hasShared ? [.all] : [])
    form = RoundingForm()
    whole = Array(repeating: 0, count: program.columnCount)
    isWholeColumn = Array(repeating: false, count: program.columnCount)
  }

  /// Sets the point that cuts are to be found for.
  mutating func aim(at newPoint: [Double]) {
    point = newPoint
    upper = choices.map { choice in
      (0..<program.columnCount).map { column in
        var best = Upper(value: program.columnUpper[column], link: -1, factor: 0)
        guard choice != .constant else { return best }
        for bound in links.upper[column] where choice == .all || bound.isOwnRow {
          let value = bound.factor * newPoint[bound.integer]
          if value <= best.value + 1e-9 { best = Upper(value: value, link: bound.integer, factor: bound.factor) }
        }
        return best
      }
    }
  }

  /// The most violated rounding over all choices, `nil` where none reaches `leastEfficacy`.
  mutating func bestCut(_ base: RoundingBase, rows: [LinearRow], leastEfficacy: Double) -> Cut? {
    var best: Cut?
    let fraction = onlyFraction(base)
    for choice in choices.indices {
      for threshold in fraction.map({ [$0, 0.5] }) ?? [0.5] {
        guard fillForm(base, choice, threshold) else { continue }
        guard let found = form.bestDivisor(), found.efficacy > 0.5 * max(leastEfficacy, best?.efficacy ?? 0) else {
          continue
        }
        if let cut = cut(found.delta, base, rows), cut.efficacy > max(leastEfficacy, best?.efficacy ?? 0) { best = cut }
      }
    }
    return best
  }

  /// On a row with one fractional integer column, its fraction: a continuous variable is then measured from its upper bound when
  /// it exceeds this part of it, not half of it.
  private func onlyFraction(_ base: RoundingBase) -> Double? {
    var only: Double?
    for column in base.touched where program.isInteger[column] && base.dense[column] != 0 {
      let fraction = point[column] - point[column].rounded(.down)
      if fraction > 1e-5, fraction < 1 - 1e-5 {
        if only != nil { return nil }
        only = fraction
      }
    }
    return only
  }

  /// Writes the row in variables `≥ 0`. Returns false where that cannot be done.
  private mutating func fillForm(_ base: RoundingBase, _ choice: Int, _ threshold: Double) -> Bool {
    form.clear(side: base.side)
    defer { clearWhole() }
    for column in base.touched {
      let coefficient = base.dense[column]
      if coefficient == 0 { continue }
      if program.isInteger[column] {
        addWhole(column, coefficient)
        continue
      }
      let lower = program.columnLower[column]
      let bound = upper[choice][column]
      let value = point[column]
      if bound.value.isFinite, lower == -.infinity || value - lower > threshold * (bound.value - lower) {
        if bound.link >= 0 {
          addWhole(bound.link, coefficient * bound.factor)
        } else {
          form.side -= coefficient * bound.value
        }
        form.addContinuous(
          RoundingItem(
            column: column, meaning: bound.link >= 0 ? .link : .below, origin: bound.value, coefficient: -coefficient,
            value: bound.value - value, range: .infinity, link: bound.link, factor: bound.factor))
      } else {
        guard lower.isFinite else { return false }
        form.side -= coefficient * lower
        form.addContinuous(
          RoundingItem(
            column: column, meaning: .above, origin: lower, coefficient: coefficient, value: value - lower,
            range: .infinity))
      }
    }
    for (position, slack) in base.slacks.enumerated() {
      let item = RoundingItem(
        column: position, meaning: .slack, origin: 0, coefficient: slack.coefficient, value: slack.value,
        range: .infinity)
      if slack.isWhole { form.integers.append(item) } else { form.addContinuous(item) }
    }
    for column in wholeColumns where whole[column] != 0 {
      let (lower, upper) = (program.columnLower[column], program.columnUpper[column])
      let range = upper - lower
      let coefficient = whole[column]
      if lower.isFinite, !(range.isFinite && point[column] - lower > range / 2) {
        form.side -= coefficient * lower
        form.integers.append(
          RoundingItem(
            column: column, meaning: .above, origin: lower, coefficient: coefficient,
            value: max(0, point[column] - lower), range: range))
      } else {
        guard upper.isFinite else { return false }
        form.side -= coefficient * upper
        form.integers.append(
          RoundingItem(
            column: column, meaning: .below, origin: upper, coefficient: -coefficient,
            value: max(0, upper - point[column]), range: range))
      }
    }
    return !form.integers.isEmpty
  }

  /// The rounding of the form by `delta` in the original variables; `nil` for one that is numerically unsound.
  private mutating func cut(_ delta: Double, _ base: RoundingBase, _ rows: [LinearRow]) -> Cut? {
    let side = form.side / delta
    var right = side.rounded(.down)
    let fraction = side - right
    let factor = 1 / (1 - fraction)
    defer { clearWhole() }
    func add(_ item: RoundingItem, _ coefficient: Double) {
      guard coefficient != 0 else { return }
      switch item.meaning {
      case .above:
        addWhole(item.column, coefficient)
        right += coefficient * item.origin
      case .below:
        addWhole(item.column, -coefficient)
        right -= coefficient * item.origin
      case .link:
        addWhole(item.link, coefficient * item.factor)
        addWhole(item.column, -coefficient)
      case .slack:
        let slack = base.slacks[item.column]
        right -= coefficient * slack.sign * slack.side
        for (column, value) in zip(rows[slack.row].columns, rows[slack.row].values) {
          addWhole(column, -coefficient * slack.sign * value)
        }
      }
    }
    for item in form.integers { add(item, RoundingForm.rounded(item.coefficient / delta, fraction, factor)) }
    for item in form.continuous { add(item, item.coefficient / delta * factor) }
    return cleaned(wholeColumns.filter { whole[$0] != 0 }.map { ($0, whole[$0]) }, right)
  }

  private mutating func addWhole(_ column: Int, _ value: Double) {
    if !isWholeColumn[column] {
      isWholeColumn[column] = true
      wholeColumns.append(column)
    }
    whole[column] += value
  }

  private mutating func clearWhole() {
    for column in wholeColumns {
      whole[column] = 0
      isWholeColumn[column] = false
    }
    wholeColumns.removeAll(keepingCapacity: true)
  }

  /// Drops tiny coefficients on the safe side and measures the cut.
  private func cleaned(_ entries: [(column: Int, value: Double)], _ side: Double) -> Cut? {
    var upper = side
    let largest = entries.reduce(0) { max($0, $1.value.magnitude) }
    guard largest > 0, largest < 1e7 else { return nil }
    var columns: [Int] = []
    var values: [Double] = []
    var (activity, size, norm) = (0.0, 0.0, 0.0)
    for (column, value) in entries.sorted(by: { $0.column < $1.column }) {
      if value.magnitude * Self.largestRatio < largest {
        let bound = value > 0 ? program.columnLower[column] : program.columnUpper[column]
        guard bound.isFinite else { return nil }
        upper -= value * bound
        continue
      }
      columns.append(column)
      values.append(value)
      let part = value * point[column]
      activity += part
      size = max(size, part.magnitude)
      norm += value * value
    }
    guard !columns.isEmpty else { return nil }
    // Room for the rounding errors of the combination.
    upper += 1e-10 * max(1, size, upper.magnitude)
    return Cut(columns: columns, values: values, upper: upper, efficacy: (activity - upper) / norm.squareRoot())
  }
}
