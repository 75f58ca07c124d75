import FleetJSON
import FleetServing

/// Requests of a trace file, one line at a time.
struct TraceArrivals: Sendable {
  private enum Format: Sendable {
    case azure(TraceRowReader)
    case mooncake(PrefixCache)
  }

  /// Tokens of one block of a Mooncake trace.
  static let blockTokens = 512

  private var lines: TraceLines
  private var format: Format
  private let loadFactor: Double
  private var random: RandomStream
  /// Class positions and the shares of requests up to them.
  private let classes: [(index: Int, share: Double)]
  /// Time of the first request and of the last one read [ns].
  private var origin: Int64?
  private var latest: Int64 = 0

  /// - Parameters:
  ///   - classes: Where the requests go: positions of classes and their rates.
  ///   - loadFactor: Times are divided by it.
  init(
    _ source: TraceSource, isMooncake: Bool, classes: [(index: Int, rate: Double)], loadFactor: Double,
    random: RandomStream, partBytes: Int = 1 << 20
  ) throws(SimulationFaults) {
    precondition(!classes.isEmpty)
    lines = try TraceLines(path: source.path, partBytes: partBytes)
    self.loadFactor = loadFactor
    self.random = random
    let total = classes.reduce(0) { $0 + $1.rate }
    var sum = 0.0
    var shares: [(index: Int, share: Double)] = []
    for entry in classes {
      sum += entry.rate
      shares.append((entry.index, total > 0 ? sum / total : 1))
    }
    self.classes = shares
    if isMooncake {
      format = .mooncake(PrefixCache(capacity: source.prefixCacheBlocks))
    } else {
      let header = try lines.next { text -> Result<TraceRowReader, TraceFaults> in
        do throws(TraceFaults) { return .success(try TraceRowReader(header: text)) } catch { return .failure(error) }
      }
      switch header {
      case nil: throw SimulationFaults("\(source.path):1: expected a header, found an empty file")
      case .failure(let faults): throw SimulationFaults(faults.messages.map { "\(source.path):1: \($0)" })
      case .success(let reader): format = .azure(reader)
      }
    }
  }

  /// The next request; `nil` at the end of the trace.
  mutating func next() throws(SimulationFaults) -> Arrival? {
    while true {
      var cached = 0
      var session: UInt32 = 0
      let row: TraceRow
      switch format {
      case .azure(let reader):
        var messages: [String] = []
        let found = try lines.next { text in text.isEmpty ? nil : reader.read(text, faults: &messages) }
        guard let found else { return try end() }
        if !messages.isEmpty { throw fault(messages) }
        guard let read = found else { continue }
        row = read
      case .mooncake:
        let found = try lines.next { $0.isEmpty ? nil : Line($0) }
        guard let found else { return try end() }
        guard let text = found else { continue }
        let line: MooncakeLine
        switch text {
        case .usual(let read): line = read
        case .other(let text): line = try mooncake(text)
        }
        row = TraceRow(
          nanoseconds: line.nanoseconds, inputTokens: line.inputTokens, outputTokens: line.outputTokens)
        (cached, session) = remember(line.blocks)
      }
      // A text that ends within a row leaves a number that may have lost digits.
      if !lines.isTerminated, case .azure = format {
        throw fault(["expected a line feed at the end of the row, found the end of the file: the trace seems cut off"])
      }
      return try arrival(row, cachedBlocks: cached, session: session)
    }
  }

  private mutating func arrival(_ row: TraceRow, cachedBlocks: Int, session: UInt32) throws(SimulationFaults) -> Arrival
  {
    if origin != nil, row.nanoseconds < latest {
      throw fault([
        "expected a time of at least that of the row before, found one \(Double(latest - row.nanoseconds) / 1e9) s "
          + "earlier; sort the trace by time"
      ])
    }
    let start = origin ?? row.nanoseconds
    origin = start
    latest = row.nanoseconds
    let input = max(row.inputTokens, 1)
    // The last prompt token is always computed: it gives the first output token.
    let cached = min(Int(input) - 1, cachedBlocks * Self.blockTokens)
    return Arrival(
      seconds: Double(row.nanoseconds - start) / 1e9 / loadFactor, classIndex: drawClass(), inputTokens: input,
      outputTokens: max(row.outputTokens, 1), session: session, cachedTokens: Int32(cached))
  }

  private mutating func drawClass() -> Int {
    if classes.count == 1 { return classes[0].index }
    let drawn = random.uniform()
    for entry in classes where drawn < entry.share { return entry.index }
    return classes[classes.count - 1].index
  }

  private mutating func remember(_ blocks: [Int]) -> (known: Int, session: UInt32) {
    guard !blocks.isEmpty, case .mooncake(var cache) = format else { return (0, 0) }
    // The cache must not be copied while it changes.
    format = .mooncake(PrefixCache(capacity: 0))
    let result = cache.use(blocks)
    format = .mooncake(cache)
    return result
  }

  /// `nil`, or a fault when the trace has no rows.
  private func end() throws(SimulationFaults) -> Arrival? {
    if origin == nil {
      throw SimulationFaults("\(lines.path):\(lines.number): expected requests, found the end of the file")
    }
    return nil
  }

  private func fault(_ messages: [String]) -> SimulationFaults {
    SimulationFaults(messages.map { "\(lines.path):\(lines.number): \($0)" })
  }

  /// A line of a Mooncake trace that is read already, or must be read strictly.
  private enum Line {
    case usual(MooncakeLine)
    case other([UInt8])

    init(_ text: UnsafeBufferPointer<UInt8>) {
      if let line = MooncakeLine(usual: text) { self = .usual(line) } else { self = .other([UInt8](text)) }
    }
  }

  private func mooncake(_ text: [UInt8]) throws(SimulationFaults) -> MooncakeLine {
    do throws(Faults) {
      return try MooncakeLine(strict: text)
    } catch {
      throw fault(
        error.all.map { fault in
          var text = fault.path.isEmpty ? "" : "\(fault.path): "
          text += fault.message
          if !lines.isTerminated { text += "; the file ends within this line" }
          return text
        })
    }
  }
}
