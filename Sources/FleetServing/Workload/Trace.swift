import FleetJSON

/// Recorded requests: when each arrived and how long its prompt and answer were.
///
/// Read from CSV with the columns `TIMESTAMP`, `ContextTokens` and `GeneratedTokens`, in any order and beside others, as in
/// the Azure LLM inference traces. A timestamp is `2023-11-16 18:15:46.6805900`, also with `T` and a zone (`Z`, `+00:00`),
/// or a number of seconds; timestamps do not descend. Fields are not quoted.
public struct Trace: Sendable {
  /// Arrival of each request after the first [s], not descending.
  public let arrivalSeconds: [Double]
  /// Prompt length of each request [tokens], at least 1.
  public let inputTokens: [Int32]
  /// Answer length of each request [tokens], at least 1.
  public let outputTokens: [Int32]
  /// Lengths of 0 in the file, which count as 1.
  public let emptyLengths: Int
  /// SHA-256 of the file; of the digests of its 16 MiB parts when it is longer than one.
  public let hash: String
  /// Requests after the first over the time from the first to the last [requests/s], less the share of rows that were left
  /// out; `nil` when that time is 0.
  public let meanRatePerSecond: Double?

  /// Most rows of one trace.
  public static let maximumRows = 50_000_000

  /// Reads a trace file, in parts, so that files larger than memory allows for a text can be used.
  /// - Parameter rows: Data rows to keep, counted from 1.
  /// - Throws: The first 20 faults, with their lines.
  public init(contentsOf path: String, rows: ClosedRange<Int> = 1...Trace.maximumRows) throws(TraceFaults) {
    try self.init(contentsOf: path, rows: rows, partBytes: 16 << 20)
  }

  init(contentsOf path: String, rows: ClosedRange<Int>, partBytes: Int) throws(TraceFaults) {
    var scanner = TraceScanner(rows: rows)
    let hash = try readInParts(path, partBytes: partBytes) { part in scanner.scan(part) }
    scanner.finish()
    if !scanner.faults.isEmpty { throw TraceFaults(messages: scanner.faults) }
    self.init(scanner, hash: hash)
  }

  /// Reads a trace from memory.
  public init(csv bytes: [UInt8], rows: ClosedRange<Int> = 1...Trace.maximumRows) throws(TraceFaults) {
    var scanner = TraceScanner(rows: rows)
    bytes.withUnsafeBufferPointer { scanner.scan($0) }
    scanner.finish()
    if !scanner.faults.isEmpty { throw TraceFaults(messages: scanner.faults) }
    self.init(scanner, hash: sha256Hex(bytes))
  }

  private init(_ scanner: TraceScanner, hash: String) {
    let first = scanner.nanoseconds.first ?? 0
    arrivalSeconds = scanner.nanoseconds.map { Double($0 - first) / 1e9 }
    inputTokens = scanner.inputTokens
    outputTokens = scanner.outputTokens
    emptyLengths = scanner.emptyLengths
    self.hash = hash
    let last = arrivalSeconds.last ?? 0
    meanRatePerSecond = last > 0 ? Double(arrivalSeconds.count - 1) / last : nil
  }

  init(
    arrivalSeconds: [Double], inputTokens: [Int32], outputTokens: [Int32], emptyLengths: Int, hash: String,
    meanRatePerSecond: Double?
  ) {
    self.arrivalSeconds = arrivalSeconds
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.emptyLengths = emptyLengths
    self.hash = hash
    self.meanRatePerSecond = meanRatePerSecond
  }

  public var count: Int { arrivalSeconds.count }

  /// Lengths as at most 64 weighted points; means and the longest request are kept.
  public func lengths() -> LengthDistribution {
    var pairs = zip(inputTokens, outputTokens).map { UInt64($0) << 32 | UInt64($1) }
    pairs.sort()
    var points: [LengthDistribution.Point] = []
    var start = 0
    while start < pairs.count {
      var end = start + 1
      while end < pairs.count, pairs[end] == pairs[start] { end += 1 }
      points.append(
        LengthDistribution.Point(
          inputTokens: Double(pairs[start] >> 32), outputTokens: Double(pairs[start] & 0xFFFF_FFFF),
          weight: Double(end - start)))
      start = end
    }
    return QuantileGrid.distribution(sorted: points)
  }
}

/// What is wrong with a trace: one sentence each, with the line where there is one.
public struct TraceFaults: Error, Sendable, CustomStringConvertible {
  public var messages: [String]

  public var description: String { messages.joined(separator: "\n") }
}
