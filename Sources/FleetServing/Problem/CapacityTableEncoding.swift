import FleetJSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension CapacityTable {
  /// The table as an element of `capacity_tables` of a problem. Rates and latencies have six significant digits.
  public func encoded() -> JSONOutput {
    var members: [String: JSONOutput] = [
      "id": .string(id), "model": .string(modelID), "accelerator": .string(poolID), "tp": .integer(strategy.tensor),
      "rows": .array(rows.map { $0.encoded() }),
    ]
    if phase != .aggregated { members["phase"] = .string(phase.rawValue) }
    for (key, degree) in [("pp", strategy.pipeline), ("ep", strategy.expert), ("dp", strategy.data)] where degree > 1 {
      members[key] = .integer(degree)
    }
    if let weightPrecision { members["precision"] = .string(weightPrecision.rawValue) }
    if let maximumBatch { members["max_batch"] = .integer(maximumBatch) }
    if let source { members["source"] = .string(source) }
    return .object(members)
  }
}

extension CapacityTable.Row {
  fileprivate func encoded() -> JSONOutput {
    var members: [String: JSONOutput] = ["rate_per_s": .number(rounded(ratePerSecond))]
    if let classID { members["class"] = .string(classID) }
    if let inputTokens { members["input_tokens"] = .number(inputTokens) }
    if let outputTokens { members["output_tokens"] = .number(outputTokens) }
    if let ttftSeconds { members["ttft_ms"] = .number(rounded(ttftSeconds * 1000)) }
    if let tpotSeconds { members["tpot_ms"] = .number(rounded(tpotSeconds * 1000)) }
    return .object(members)
  }
}

/// `value` > 0 with six significant digits.
private func rounded(_ value: Double) -> Double {
  guard value > 0, value.isFinite else { return value }
  let exponent = Int(log10(value).rounded(.down))
  if exponent <= 5 {
    let scale = pow(10, Double(5 - exponent))
    return (value * scale).rounded() / scale
  }
  let scale = pow(10, Double(exponent - 5))
  return (value / scale).rounded() * scale
}
