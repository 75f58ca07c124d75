import Foundation
import Testing

/// Command-line solvers that read what the planner exports.
enum ExternalSolver: String {
  case glpsol, cbc

  /// Full path of the program, `nil` where it is not installed.
  var path: String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(rawValue)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  var isInstalled: Bool { path != nil }

  /// What a solver says of a program: the optimum, or that there is none.
  enum Answer: Equatable {
    case optimal(Double)
    case infeasible
    case other(String)
  }

  /// Solves a file of the kind that the program reads: MathProg for glpsol, MPS for cbc.
  func solve(_ text: String) throws -> Answer {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fleetplan-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appendingPathComponent(self == .glpsol ? "program.mod" : "program.mps")
    let answer = folder.appendingPathComponent("answer.txt")
    try text.write(to: input, atomically: true, encoding: .utf8)
    switch self {
    case .glpsol:
      let log = try run(["-m", input.path, "--tmlim", "60", "-w", answer.path], log: folder)
      let status = try? String(contentsOf: answer, encoding: .utf8).split(separator: "\n").first { $0.hasPrefix("s ") }
      // s mip ROWS COLUMNS STATUS OBJECTIVE
      let words = status.map { $0.split(separator: " ") } ?? []
      if words.count == 6, words[4] == "o", let value = Double(words[5]) { return .optimal(value) }
      return log.contains("HAS NO PRIMAL FEASIBLE") || log.contains("HAS NO INTEGER FEASIBLE")
        || log.contains("HAS NO FEASIBLE")
        ? .infeasible : .other(String(log.suffix(300)))
    case .cbc:
      let log = try run([input.path, "-sec", "60", "-ratioGap", "0", "-solve", "-solution", answer.path], log: folder)
      let first =
        (try? String(contentsOf: answer, encoding: .utf8))?.split(separator: "\n").first.map(String.init) ?? log
      if first.hasPrefix("Optimal"), let value = first.split(separator: " ").last.flatMap({ Double($0) }) {
        return .optimal(value)
      }
      return first.lowercased().contains("infeasible") ? .infeasible : .other(first)
    }
  }

  private func run(_ arguments: [String], log folder: URL) throws -> String {
    let file = folder.appendingPathComponent("log.txt")
    try Data().write(to: file)
    let handle = try FileHandle(forWritingTo: file)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(path))
    process.arguments = arguments
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    process.waitUntilExit()
    try handle.close()
    return try String(contentsOf: file, encoding: .utf8)
  }
}

/// The program text of the MathProg twin.
let mathProgText = Result {
  try String(contentsOfFile: packageFolder + "/models/program/planning.mod", encoding: .utf8)
}
