import FleetJSON
import FleetPlan

/// Why a command ended without what it was asked for.
struct CommandFailure: Error {
  var status: ExitStatus
  /// One sentence; `nil` when the faults say it all.
  var message: String?
  var hint: String?
  /// The faults of each input.
  var inputs: [Faults]

  init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
    inputs = []
  }

  /// Faults in inputs.
  init(_ inputs: [Faults]) {
    status = .badInput
    self.inputs = inputs
  }

  init(_ failure: FileFailure) {
    self.init(.badInput, failure.description)
  }

  init(_ failure: PlannerFailure) {
    self.init(.solverFailure, failure.description)
  }

  /// People read it on the error stream; programs that asked for JSON read it on the output.
  func report(asJSON: Bool) {
    Terminal.errors.write(text(style: Terminal.errors.faultStyle()))
    if asJSON { Terminal.output.write(JSONOutput.object(["error": encoded()]).encoded()) }
  }

  func text(style: FaultText) -> String {
    var text = ""
    if let message { text += style.error(message) }
    if let hint { text += style.hint(hint) }
    for faults in inputs { text += style.text(of: faults) }
    return text
  }

  func encoded() -> JSONOutput {
    let count = inputs.reduce(0) { $0 + $1.all.count }
    var members: [String: JSONOutput] = [
      "status": .integer(Int(status.rawValue)),
      "message": .string(message ?? "\(count) fault\(count == 1 ? "" : "s") in the input"),
      "faults": .array(inputs.flatMap { faults in faults.all.map { $0.encoded(source: faults.source) } }),
    ]
    if let hint { members["hint"] = .string(hint) }
    return .object(members)
  }
}

extension Fault {
  /// The fault with the keys `source`, `path`, `line`, `column`, `message` and `hint`; unknown parts are null.
  func encoded(source: String) -> JSONOutput {
    .object([
      "source": .string(source), "path": .string(path), "line": line.map { .integer($0) } ?? .null,
      "column": column.map { .integer($0) } ?? .null, "message": .string(message),
      "hint": hint.map { .string($0) } ?? .null,
    ])
  }
}
