import FleetJSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension LatencyScope {
  static let keys = ["family", "accelerator", "backend", "model", "precision"]

  /// The stated properties of an effect; profiles read theirs elsewhere.
  init(decoding object: JSONObject) {
    self.init(
      family: object.optionalString("family"), accelerator: object.optionalString("accelerator"),
      backend: object.optionalString("backend"), model: object.optionalString("model"),
      weightPrecision: object.optionalChoice("precision", of: Precision.self))
  }

  func encodedMembers() -> [String: JSONOutput] {
    var members: [String: JSONOutput] = [:]
    for (key, value) in [
      ("family", family), ("accelerator", accelerator), ("backend", backend), ("model", model),
      ("precision", weightPrecision?.rawValue),
    ] {
      if let value { members[key] = .string(value) }
    }
    return members
  }
}

extension LatencyEffect {
  static let deviationKeys = ["decode_log", "prefill_log", "closed_loop_ttft_log"]

  init?(decoding reader: JSONReader) {
    let keys = LatencyScope.keys + Self.deviationKeys + ["rows"]
    guard let object = reader.object("the deviation of a group", keys: keys) else { return nil }
    let scope = LatencyScope(decoding: object)
    let values = Self.deviationKeys.map { object.number($0, in: ResidualTable.plausible, default: 0) }
    guard let rows = object.integer("rows", in: .atLeast(1)) else { return nil }
    self.init(
      scope: scope,
      deviation: LatencyDeviation(decode: values[0], prefill: values[1], closedLoopTTFT: values[2]), rows: rows)
  }

  func encoded() -> JSONOutput {
    var members = scope.encodedMembers()
    for (key, value) in zip(
      Self.deviationKeys, [deviation.decode, deviation.prefill, deviation.closedLoopTTFT]) where value != 0
    {
      members[key] = .rounded(value)
    }
    members["rows"] = .integer(rows)
    return .object(members)
  }
}

extension LatencyErrors {
  /// Reads an array of errors, one for each grade and quantity.
  init?(decoding reader: JSONReader) {
    let keys = ["grade", "quantity", "low_ratio", "high_ratio", "median_ape", "mape", "rows"]
    var table: [Key: LatencyError] = [:]
    guard let entries = reader.array("errors by grade and quantity") else { return nil }
    for entry in entries {
      guard let object = entry.object("the error of a grade", keys: keys) else { continue }
      let grade = object.choice("grade", of: LatencyGrade.self)
      let quantity = object.choice("quantity", of: LatencyQuantity.self)
      let low = object.number("low_ratio", in: .above(0, upTo: 1))
      let high = object.number("high_ratio", in: .closed(1, 1000))
      let median = object.number("median_ape", in: .closed(0, 1000))
      let mean = object.number("mape", in: .closed(0, 1000))
      let rows = object.integer("rows", in: .atLeast(1))
      guard let grade, let quantity, let low, let high, let median, let mean, let rows else { continue }
      let error = LatencyError(lowRatio: low, highRatio: high, medianAPE: median, meanAPE: mean, rows: rows)
      if table.updateValue(error, forKey: Key(grade, quantity)) != nil {
        entry.fault("the error of \(quantity.rawValue) at grade \(grade.rawValue) is given twice")
      }
    }
    guard table.count == entries.count else { return nil }
    self.init(table)
  }

  func encoded() -> JSONOutput {
    .array(
      LatencyGrade.allCases.flatMap { grade in
        LatencyQuantity.allCases.compactMap { quantity in
          table[Key(grade, quantity)].map { error in
            [
              "grade": .string(grade.rawValue), "quantity": .string(quantity.rawValue),
              "low_ratio": .rounded(error.lowRatio), "high_ratio": .rounded(error.highRatio),
              "median_ape": .rounded(error.medianAPE), "mape": .rounded(error.meanAPE), "rows": .integer(error.rows),
            ]
          }
        }
      })
  }
}

extension JSONOutput {
  /// Four significant digits: what fits and errors are known to, and no noise in version control.
  static func rounded(_ value: Double) -> JSONOutput { .number(value.rounded(significantDigits: 4)) }
}

extension Double {
  /// The nearest number with so many significant digits.
  func rounded(significantDigits digits: Int) -> Double {
    guard self != 0, isFinite else { return self }
    let exponent = digits - 1 - Int(log10(abs(self)).rounded(.down))
    // Powers of ten with a positive exponent are exact; dividing by one keeps the shortest decimal text.
    let scale = pow(10, Double(abs(exponent)))
    return exponent >= 0 ? (self * scale).rounded() / scale : (self / scale).rounded() * scale
  }
}
