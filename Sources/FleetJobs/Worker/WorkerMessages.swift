import FleetJSON
import FleetServing

/// What a runner asks of a worker process: one line of JSON on its standard input.
public struct WorkerRequest: Sendable, Hashable {
  /// The job.
  public var id: String
  /// File to read: the copy of the problem in the job's folder.
  public var problem: String
  /// File that it is a copy of: named in faults, and its folder is where the files that the problem names are.
  public var source: String
  public var options: JobOptions
  /// Whether a report is wanted beside the plan.
  public var wantsReport: Bool

  public init(id: String, problem: String, source: String, options: JobOptions, wantsReport: Bool) {
    self.id = id
    self.problem = problem
    self.source = source
    self.options = options
    self.wantsReport = wantsReport
  }

  func encoded() -> JSONOutput {
    [
      "id": .string(id), "problem": .string(problem), "source": .string(source),
      "time_limit_s": JSONOutput(options.timeLimitSeconds), "gap": JSONOutput(options.relativeGap),
      "robust": .bool(options.robust), "baselines": .bool(options.baselines), "report": .bool(wantsReport),
    ]
  }

  /// Asks for an early end of the search: `{"end_search": true}`.
  static let endSearch: JSONOutput = ["end_search": true]
}

extension WorkerRequest {
  /// A line of a worker's input.
  enum Line {
    case request(WorkerRequest)
    case endSearch
  }

  static func line(_ bytes: [UInt8]) throws(Faults) -> Line {
    try JSONParser.decode(bytes, source: "request") { reader -> Line? in
      guard let object = reader.dictionary("a request") else { return nil }
      if object["end_search"]?.bool() == true { return .endSearch }
      guard let id = object.string("id"), let problem = object.string("problem"), let source = object.string("source")
      else { return nil }
      let options = JobOptions(
        timeLimitSeconds: object.optionalNumber("time_limit_s"), relativeGap: object.optionalNumber("gap"),
        robust: object.bool("robust", default: false), baselines: object.bool("baselines", default: true))
      return .request(
        WorkerRequest(
          id: id, problem: problem, source: source, options: options,
          wantsReport: object.bool("report", default: false)))
    }
  }
}

/// What a worker process answers: one line of JSON on its standard output.
public struct WorkerAnswer: Sendable, Hashable {
  public var id: String
  public var planStatus: PlanStatus?
  public var objectiveName: String?
  public var objective: Double?
  public var costUSDPerHour: Double?
  public var gap: Double?
  /// Of the problem as the worker read it, with the files that it names.
  public var inputHash: String?
  public var catalogHash: String?
  /// Text of the plan file.
  public var plan: String?
  /// Text of the report.
  public var report: String?
  /// Why there is no plan.
  public var error: String?
  public var faults: [Fault] = []

  public init(id: String) {
    self.id = id
  }

  func encoded() -> JSONOutput {
    [
      "id": .string(id), "plan_status": JSONOutput(planStatus?.rawValue), "objective_name": JSONOutput(objectiveName),
      "objective": JSONOutput(objective), "cost_usd_per_hour": JSONOutput(costUSDPerHour), "gap": JSONOutput(gap),
      "input_hash": JSONOutput(inputHash), "catalog_hash": JSONOutput(catalogHash), "plan": JSONOutput(plan),
      "report": JSONOutput(report), "error": JSONOutput(error), "faults": .array(faults.map { $0.encoded() }),
    ]
  }

  /// Reads a line of a worker's output.
  init(json bytes: [UInt8]) throws(Faults) {
    self = try JSONParser.decode(bytes, source: "answer", limits: JSONLimits(maximumBytes: 1 << 30)) { reader in
      guard let object = reader.dictionary("an answer"), let id = object.string("id") else { return nil }
      var answer = WorkerAnswer(id: id)
      answer.planStatus = object.optionalChoice("plan_status", of: PlanStatus.self)
      answer.objectiveName = object.optionalString("objective_name")
      answer.objective = object.optionalNumber("objective")
      answer.costUSDPerHour = object.optionalNumber("cost_usd_per_hour")
      answer.gap = object.optionalNumber("gap")
      answer.inputHash = object.optionalString("input_hash", allowEmpty: true)
      answer.catalogHash = object.optionalString("catalog_hash", allowEmpty: true)
      answer.plan = object.optionalString("plan")
      answer.report = object.optionalString("report")
      answer.error = object.optionalString("error", allowEmpty: true)
      answer.faults = (object.optionalArray("faults") ?? []).compactMap { Fault(encoded: $0) }
      return answer
    }
  }
}
