import FleetJSON

extension PlanEvidence {
  private static let keys = [
    "grade", "text", "tpot_low_ratio", "tpot_high_ratio", "prefill_low_ratio", "prefill_high_ratio",
  ]

  init?(reading reader: JSONReader) {
    guard let object = reader.object("the evidence of a group", keys: PlanEvidence.keys) else { return nil }
    let grade = object.choice("grade", of: Grade.self)
    let text = object.string("text", "what was measured", allowEmpty: true)
    func band(_ quantity: String) -> ErrorBand? {
      let low = object.optionalNumber("\(quantity)_low_ratio", in: .atLeast(0))
      let high = object.optionalNumber("\(quantity)_high_ratio", in: .atLeast(0))
      if (low == nil) != (high == nil) {
        object.fault("\(quantity)_high_ratio", "expected both ends of the band, or null for both")
      }
      guard let low, let high else { return nil }
      return ErrorBand(lowRatio: low, highRatio: high)
    }
    let tpot = band("tpot")
    let prefill = band("prefill")
    guard let grade, let text else { return nil }
    self.init(grade: grade, text: text, tpot: tpot, prefill: prefill)
  }

  func encoded() -> JSONOutput {
    [
      "grade": .string(grade.rawValue),
      "text": .string(text),
      "tpot_low_ratio": JSONOutput(tpot?.lowRatio),
      "tpot_high_ratio": JSONOutput(tpot?.highRatio),
      "prefill_low_ratio": JSONOutput(prefill?.lowRatio),
      "prefill_high_ratio": JSONOutput(prefill?.highRatio),
    ]
  }
}

extension PlanRobustness {
  init?(reading reader: JSONReader) {
    guard let object = reader.object("the robustness of a plan", keys: ["band", "nominal"]) else { return nil }
    let band = object.number("band", "a share", in: .open(0, 1))
    let nominal = object.optional("nominal").map { BaselineResult(reading: $0) }
    guard let band else { return nil }
    self.init(bandShare: band, nominal: nominal.flatMap { $0 })
  }

  func encoded() -> JSONOutput {
    ["band": .number(bandShare), "nominal": nominal?.encoded() ?? .null]
  }
}
