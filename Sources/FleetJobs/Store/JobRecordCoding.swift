import FleetJSON
import FleetServing

extension JobRecord {
  /// What the `format` key of a state file says.
  public static let format = "fleetplan-job/1"

  /// The record as `state.json`; every key is written, values that are not known as `null`.
  public func encoded() -> JSONOutput {
    [
      "format": .string(Self.format),
      "id": .string(id),
      "source": .string(source),
      "state": .string(state.rawValue),
      "attempt": .integer(attempt),
      "deaths": .integer(deaths),
      "source_sha256": JSONOutput(sourceHash),
      "key": JSONOutput(key),
      "same_as": JSONOutput(sameAs),
      "plan_status": JSONOutput(planStatus?.rawValue),
      "objective_name": JSONOutput(objectiveName),
      "objective": JSONOutput(objective),
      "cost_usd_per_hour": JSONOutput(costUSDPerHour),
      "gap": JSONOutput(gap),
      "error": JSONOutput(error),
      "faults": .array(faults.map { $0.encoded() }),
      "seconds": JSONOutput(seconds),
    ]
  }

  private static let keys = [
    "format", "id", "source", "state", "attempt", "deaths", "source_sha256", "key", "same_as", "plan_status",
    "objective_name", "objective", "cost_usd_per_hour", "gap", "error", "faults", "seconds",
  ]

  /// Reads a state file from memory.
  /// - Throws: Every fault of the text.
  public init(json bytes: [UInt8], source: String) throws(Faults) {
    self = try JSONParser.decode(bytes, source: source) { JobRecord($0) }
  }

  private init?(_ reader: JSONReader) {
    guard let object = reader.object("the state of a job", keys: Self.keys) else { return nil }
    let format = object.string("format", "\"\(Self.format)\"")
    if let format, format != Self.format {
      object.fault("format", "expected \"\(Self.format)\", found \"\(format)\"")
    }
    let id = object.string("id", "an id")
    let source = object.string("source", "a path")
    let state = object.choice("state", of: JobState.self)
    let attempt = object.integer("attempt", in: .atLeast(0), default: 0)
    let deaths = object.integer("deaths", in: .atLeast(0), default: 0)
    let sourceHash = object.optionalString("source_sha256")
    let key = object.optionalString("key")
    let sameAs = object.optionalString("same_as")
    let planStatus = object.optionalChoice("plan_status", of: PlanStatus.self)
    let objectiveName = object.optionalString("objective_name")
    let objective = object.optionalNumber("objective")
    let cost = object.optionalNumber("cost_usd_per_hour")
    let gap = object.optionalNumber("gap")
    let error = object.optionalString("error", allowEmpty: true)
    let faults = (object.optionalArray("faults") ?? []).compactMap { Fault(encoded: $0) }
    let seconds = object.optionalNumber("seconds", in: .atLeast(0))
    guard let id, let source, let state else { return nil }
    self.init(id: id, source: source, state: state)
    self.attempt = attempt
    self.deaths = deaths
    self.sourceHash = sourceHash
    self.key = key
    self.sameAs = sameAs
    self.planStatus = planStatus
    self.objectiveName = objectiveName
    self.objective = objective
    costUSDPerHour = cost
    self.gap = gap
    self.error = error
    self.faults = faults
    self.seconds = seconds
  }
}

extension Fault {
  /// The fault with the keys `path`, `line`, `column`, `message` and `hint`; unknown parts are null.
  func encoded() -> JSONOutput {
    [
      "path": .string(path), "line": JSONOutput(line), "column": JSONOutput(column), "message": .string(message),
      "hint": JSONOutput(hint),
    ]
  }

  /// Reads what `encoded()` writes.
  init?(encoded reader: JSONReader) {
    guard let object = reader.object("a fault", keys: ["path", "line", "column", "message", "hint"]),
      let message = object.string("message", allowEmpty: true)
    else { return nil }
    self.init(
      path: object.string("path", allowEmpty: true, default: ""), line: object.optionalInteger("line"),
      column: object.optionalInteger("column"), message: message, hint: object.optionalString("hint"))
  }
}
