import FleetJSON

/// A picture of the run over time, in the trace-event JSON that chrome://tracing and Perfetto open: one row for each
/// instance with its steps, one for each link with its transfers, and the stages of requests.
///
/// The number of events is bounded: from `fromSeconds` on events are written until there are `maximumEvents`, the others
/// are counted. The file appears when the trace is closed. Write to one copy of the value only.
public struct TimelineTrace: Sendable {
  private var file: StreamedFile
  private let fromSeconds: Double
  private let maximumEvents: Int
  private var row: [UInt8] = []
  /// Id of the next request span.
  private var nextRequest = 1
  /// Process numbers of the groups come first, then those of links, then those of classes.
  private var linkProcess = 1
  private var classProcess = 1
  private var isFirst = true

  /// Events written, names not counted.
  public private(set) var events = 0
  /// Events left out because there were too many, or before `fromSeconds`.
  public private(set) var omittedEvents = 0

  /// - Throws: When the file cannot be made.
  public init(path: String, fromSeconds: Double = 0, maximumEvents: Int = 200_000) throws(FileFailure) {
    file = try StreamedFile(path: path)
    self.fromSeconds = fromSeconds
    self.maximumEvents = maximumEvents
    file.write("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[")
  }

  /// Ends the list of events and puts the file in place.
  public mutating func close() throws(FileFailure) {
    file.write("],\"otherData\":{\"events\":\(events),\"omitted_events\":\(omittedEvents)}}\n")
    try file.close()
  }

  /// Names the rows; once, before any event.
  mutating func begin(classes: [RecordedClass], groups: [RecordedGroup], links: [RecordedLink]) {
    linkProcess = groups.count + 1
    classProcess = groups.count + links.count + 1
    let names = groups.map { "group \($0.id)" } + links.map { "link \($0.id)" } + classes.map { "class \($0.id)" }
    for (index, name) in names.enumerated() {
      start("process_name", phase: "M", process: index + 1, thread: 0)
      append(",\"args\":{\"name\":\(Self.quoted(name))}}")
      file.write(row)
    }
  }

  mutating func step(
    group: Int, instance: Int, start: Double, seconds: Double, batch: Int, promptTokens: Int, kvTokens: Double,
    count: Int
  ) {
    guard admit(start, events: 1) else { return }
    let name = promptTokens > 0 ? (batch > 0 ? "mixed" : "prefill") : "decode"
    span(name, process: group + 1, thread: instance, start: start, seconds: seconds)
    append(",\"args\":{\"batch\":\(batch),\"prompt_tokens\":\(promptTokens),\"kv_tokens\":")
    appendDecimal(kvTokens, to: &row)
    append(",\"steps\":\(count)}}")
    file.write(row)
  }

  mutating func link(_ index: Int, start: Double, seconds: Double, bytes: Double) {
    guard admit(start, events: 1) else { return }
    span("transfer", process: linkProcess + index, thread: 0, start: start, seconds: seconds)
    append(",\"args\":{\"bytes\":")
    appendDecimal(bytes, to: &row)
    append("}}")
    file.write(row)
  }

  mutating func queue(group: Int, at time: Double, length: Int) {
    guard admit(time, events: 1) else { return }
    self.start("queue", phase: "C", process: group + 1, thread: 0)
    append(",\"ts\":")
    appendDecimal(time * 1e6, to: &row)
    append(",\"args\":{\"requests\":\(length)}}")
    file.write(row)
  }

  /// The stages of a request as nested spans with an id of their own.
  mutating func request(_ request: FinishedRequest) {
    let stages: [(name: String, start: Double, end: Double)] = [
      ("request", request.arrivalSeconds, request.lastTokenSeconds),
      ("prefill queue", request.arrivalSeconds, request.prefillStartSeconds),
      ("prefill", request.prefillStartSeconds, request.prefillEndSeconds),
      ("KV transfer", request.prefillEndSeconds, request.prefillEndSeconds + request.transferSeconds),
      ("decode queue", request.prefillEndSeconds + request.transferSeconds, request.decodeStartSeconds),
      ("decode", request.decodeStartSeconds, request.lastTokenSeconds),
    ].filter { $0.1 < $0.2 }
    guard admit(request.arrivalSeconds, events: 2 * stages.count) else { return }
    for stage in stages {
      for (phase, time) in [("b", stage.start), ("e", stage.end)] {
        start(stage.name, phase: phase, process: classProcess + request.classIndex, thread: 0)
        append(",\"cat\":\"request\",\"id\":\(nextRequest),\"ts\":")
        appendDecimal(time * 1e6, to: &row)
        append("}")
        file.write(row)
      }
    }
    nextRequest += 1
  }

  private mutating func admit(_ time: Double, events number: Int) -> Bool {
    if time < fromSeconds || events + number > maximumEvents {
      omittedEvents += number
      return false
    }
    events += number
    return true
  }

  private mutating func span(_ name: String, process: Int, thread: Int, start: Double, seconds: Double) {
    self.start(name, phase: "X", process: process, thread: thread)
    append(",\"ts\":")
    appendDecimal(start * 1e6, to: &row)
    append(",\"dur\":")
    appendDecimal(seconds * 1e6, to: &row)
  }

  private mutating func start(_ name: String, phase: String, process: Int, thread: Int) {
    row.removeAll(keepingCapacity: true)
    append(isFirst ? "\n" : ",\n")
    isFirst = false
    append("{\"name\":\"\(name)\",\"ph\":\"\(phase)\",\"pid\":\(process),\"tid\":\(thread)")
  }

  private mutating func append(_ text: String) {
    row.append(contentsOf: text.utf8)
  }

  private static func quoted(_ text: String) -> String {
    String(JSONOutput.string(text).encoded(pretty: false).dropLast())
  }
}
