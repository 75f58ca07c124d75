/// What becomes of the rows of a trace that are longer than the context of the model.
public enum BeyondContext: String, Sendable, CaseIterable, Hashable {
  /// They are a fault.
  case refuse
  /// Prompts keep all but one token of the context, answers end where it does, as serving engines end them.
  case clip
  /// They are left out; the others arrive as before.
  case drop
}

extension Trace {
  /// The lengths of a request of prompt and answer within a context of `longest` tokens: the prompt has at most all but one
  /// of them, the answer what is left.
  static func clipped(input: Int32, output: Int32, longest: Int) -> (input: Int32, output: Int32) {
    let kept = max(1, min(Int(input), longest - 1))
    return (Int32(kept), Int32(max(1, min(Int(output), longest - kept))))
  }

  /// The trace within a context.
  ///
  /// - Parameter longest: Prompt and answer together [tokens], at least 2.
  /// - Returns: The trace, and how many of its rows were longer; the trace is `nil` when none is left.
  func within(longest: Int, _ rule: BeyondContext) -> (trace: Trace?, beyond: Int) {
    let beyond = zip(inputTokens, outputTokens).count { Int($0) + Int($1) > longest }
    guard beyond > 0 else { return (self, 0) }
    var inputs: [Int32] = []
    var outputs: [Int32] = []
    var arrivals: [Double] = []
    for row in 0..<count {
      var (input, output) = (inputTokens[row], outputTokens[row])
      if Int(input) + Int(output) > longest {
        if rule == .drop { continue }
        if rule == .clip { (input, output) = Self.clipped(input: input, output: output, longest: longest) }
      }
      inputs.append(input)
      outputs.append(output)
      arrivals.append(arrivalSeconds[row])
    }
    guard !inputs.isEmpty else { return (nil, beyond) }
    return (
      Trace(
        arrivalSeconds: arrivals, inputTokens: inputs, outputTokens: outputs, emptyLengths: emptyLengths, hash: hash,
        meanRatePerSecond: meanRatePerSecond.map { $0 * Double(inputs.count) / Double(count) }),
      beyond
    )
  }
}
