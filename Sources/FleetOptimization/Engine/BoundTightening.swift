/// The least and the largest value of a linear form within the bounds of its columns, infinite parts counted apart.
struct Activity {
  private(set) var least = 0.0
  private(set) var largest = 0.0
  private(set) var infiniteLeast = 0
  private(set) var infiniteLargest = 0

  mutating func add(_ coefficient: Double, _ lower: Double, _ upper: Double) {
    let (low, high) = Self.parts(coefficient, lower, upper)
    if low.isFinite { least += low } else { infiniteLeast += 1 }
    if high.isFinite { largest += high } else { infiniteLargest += 1 }
  }

  static func parts(_ coefficient: Double, _ lower: Double, _ upper: Double) -> (low: Double, high: Double) {
    coefficient > 0 ? (coefficient * lower, coefficient * upper) : (coefficient * upper, coefficient * lower)
  }

  var minimum: Double { infiniteLeast > 0 ? -.infinity : least }
  var maximum: Double { infiniteLargest > 0 ? .infinity : largest }

  /// The minimum without one of the parts.
  func minimum(without low: Double) -> Double {
    low.isFinite ? (infiniteLeast > 0 ? -.infinity : least - low) : (infiniteLeast > 1 ? -.infinity : least)
  }

  /// The maximum without one of the parts.
  func maximum(without high: Double) -> Double {
    high.isFinite ? (infiniteLargest > 0 ? .infinity : largest - high) : (infiniteLargest > 1 ? .infinity : largest)
  }
}

/// Bounds that follow from the rows.
enum BoundTightening {
  /// Passes over all rows; each costs as much as reading them.
  private static let passes = 6
  /// A continuous bound moves only if that cuts off at least this part of the range: small steps would never end.
  private static let smallestStep = 1e-3
  /// Continuous bounds stay this much away from what follows, relative to their size; integer ones are rounded with it.
  private static let margin = 1e-7

  /// Tightens the column bounds of `program` in place, as far as points with an objective up to `cutoff` are concerned. Returns
  /// false where there is none.
  static func tighten(_ program: inout Program, cutoff: Double = .infinity) -> Bool {
    for column in 0..<program.columnCount where program.isInteger[column] {
      program.columnLower[column] = (program.columnLower[column] - margin).rounded(.up)
      program.columnUpper[column] = (program.columnUpper[column] + margin).rounded(.down)
      if program.columnLower[column] > program.columnUpper[column] { return false }
    }
    let objective = program.cost.indices.filter { program.cost[$0] != 0 }
    let costs = objective.map { program.cost[$0] }
    for _ in 0..<passes {
      var changed = false
      for row in 0..<program.rowCount {
        let entries = program.entries(ofRow: row)
        guard
          tighten(
            &program, program.entryColumn[entries], program.entryValue[entries], program.rowLower[row],
            program.rowUpper[row], &changed)
        else { return false }
      }
      if cutoff.isFinite {
        let side = cutoff - program.costConstant
        guard tighten(&program, objective[...], costs[...], -.infinity, side, &changed) else { return false }
      }
      if !changed { break }
    }
    return true
  }

  /// The range of a row within the column bounds.
  static func activity(_ program: Program, _ row: Int) -> Activity {
    var activity = Activity()
    for entry in program.entries(ofRow: row) {
      let column = program.entryColumn[entry]
      activity.add(program.entryValue[entry], program.columnLower[column], program.columnUpper[column])
    }
    return activity
  }

  private static func tighten(
    _ program: inout Program, _ columns: ArraySlice<Int>, _ values: ArraySlice<Double>, _ lower: Double,
    _ upper: Double, _ changed: inout Bool
  ) -> Bool {
    var activity = Activity()
    for (column, value) in zip(columns, values) {
      activity.add(value, program.columnLower[column], program.columnUpper[column])
    }
    let scale = max(1, upper.isFinite ? upper.magnitude : 0, lower.isFinite ? lower.magnitude : 0)
    if activity.minimum > upper + 1e-6 * scale || activity.maximum < lower - 1e-6 * scale { return false }
    if activity.maximum <= upper, activity.minimum >= lower { return true }
    for (column, value) in zip(columns, values) where value.magnitude > 1e-9 {
      let (oldLower, oldUpper) = (program.columnLower[column], program.columnUpper[column])
      if oldLower == oldUpper { continue }
      // Bounds moved earlier in this loop leave the activity weaker than it is now, which loses nothing but strength.
      let (low, high) = Activity.parts(value, oldLower, oldUpper)
      let room = upper - activity.minimum(without: low)
      let need = lower - activity.maximum(without: high)
      var newLower = value > 0 ? need / value : room / value
      var newUpper = value > 0 ? room / value : need / value
      if newLower.isNaN { newLower = -.infinity }
      if newUpper.isNaN { newUpper = .infinity }
      if program.isInteger[column] {
        newLower = max(oldLower, (newLower - 1e-6 * max(1, newLower.magnitude)).rounded(.up))
        newUpper = min(oldUpper, (newUpper + 1e-6 * max(1, newUpper.magnitude)).rounded(.down))
        if newLower > newUpper { return false }
      } else {
        let step = (oldUpper - oldLower).isFinite ? smallestStep * (oldUpper - oldLower) : 0
        newLower -= margin * max(1, newLower.magnitude)
        newUpper += margin * max(1, newUpper.magnitude)
        newLower = newLower > oldLower + step ? newLower : oldLower
        newUpper = newUpper < oldUpper - step ? newUpper : oldUpper
        if newLower > newUpper { continue }
      }
      if newLower != oldLower || newUpper != oldUpper {
        program.columnLower[column] = newLower
        program.columnUpper[column] = newUpper
        changed = true
      }
    }
    return true
  }
}
