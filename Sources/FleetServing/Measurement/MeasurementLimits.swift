import FleetJSON

/// The values that a measurement can have. They are wide; they are there to catch slips of units and of columns.
enum MeasurementLimits {
  /// TTFT [ms]: no accelerator answers within 1 ms, no benchmark waits for an hour.
  static let ttftMilliseconds = NumberRange.closed(1, 3_600_000)
  /// TPOT [ms].
  static let tpotMilliseconds = NumberRange.closed(0.1, 60_000)
  /// Prompt and answer [tokens].
  static let tokens = NumberRange.closed(1, 100_000_000)
  /// Answers of a `step`, whose prompt may have been timed alone [tokens].
  static let stepOutputTokens = NumberRange.closed(0, 100_000_000)
  static let concurrency = NumberRange.closed(1, 1_000_000)
  static let devices = NumberRange.closed(1, 100_000)
  static let devicesOrNone = NumberRange.closed(0, 100_000)
  /// Requests ÷ requests in the system: some benchmarks run less than one wave.
  static let waves = NumberRange.closed(0.01, 1_000_000)
  /// Decode steps between two streamed chunks or two looks for requests.
  static let steps = NumberRange.closed(1, 1_000_000)
  /// Published rates [tokens/s].
  static let tokensPerSecond = NumberRange.closed(0.001, 1e12)
  static let requestsPerSecond = NumberRange.closed(1e-9, 1e9)
  static let lengthRatio = NumberRange.closed(0, 1)

  /// What a latency outside its range most likely is.
  static func unitHint(milliseconds: Double, in range: NumberRange) -> String? {
    if milliseconds <= 0 || range.contains(milliseconds) { return nil }
    if range.contains(milliseconds * 1000) { return "is it in seconds? write milliseconds" }
    if range.contains(milliseconds / 1000) { return "is it in microseconds? write milliseconds" }
    if range.contains(milliseconds / 1_000_000) { return "is it in nanoseconds? write milliseconds" }
    return nil
  }
}
