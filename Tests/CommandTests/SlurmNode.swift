import Foundation

/// A Slurm of one node that runs while this object lives (`.ci/slurm-node`).
final class SlurmNode {
  /// Short: the names of sockets have at most 107 bytes.
  private let folder: String
  private let daemons = Process()
  private let input = Pipe()
  private var isStopped = false

  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  init(cpus: Int) throws {
    folder = "/tmp/slurm-\(UInt32.random(in: .min ... .max))"
    let output = Pipe()
    daemons.executableURL = URL(filePath: Repository.root + "/.ci/slurm-node")
    daemons.arguments = [folder, String(cpus)]
    daemons.standardInput = input
    daemons.standardOutput = output
    daemons.standardError = FileHandle.nullDevice
    try daemons.run()
    let said = output.fileHandleForReading.availableData
    guard String(decoding: said, as: UTF8.self).contains("ready") else {
      let logs = logs
      stop()
      throw Failure(description: "Slurm did not start: \(logs)")
    }
  }

  deinit { stop() }

  /// Ends all jobs and daemons.
  func stop() {
    if isStopped { return }
    isStopped = true
    try? input.fileHandleForWriting.close()
    daemons.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// The ends of the daemons' logs.
  var logs: String {
    ["slurmctld", "slurmd", "munged"].map { name in
      let text = (try? String(contentsOfFile: "\(folder)/logs/\(name).log", encoding: .utf8)) ?? ""
      return "\(name): \(text.suffix(2000))"
    }.joined(separator: "\n")
  }

  /// Submits a script and returns the number of its job.
  func submit(
    _ script: String, in work: String, environment: [String: String], arguments: [String] = []
  ) throws -> String {
    var variables = environment
    variables["FLEETPLAN"] = Executable.path
    variables["FLEETPLAN_MODELS"] = Repository.models
    let text = try run(
      "sbatch", ["--parsable", "--chdir=\(work)"] + arguments + [script], environment: variables)
    return text.split { $0 == "\n" || $0 == ";" }.first.map(String.init) ?? ""
  }

  /// Processes of a task: the script, the runner, its workers.
  func processes(of task: String) -> [Int32] {
    guard let number = number(of: task), let text = try? run("scontrol", ["listpids", number]) else { return [] }
    return text.split(separator: "\n").dropFirst().compactMap { line in
      line.split(separator: " ").first.flatMap { Int32($0) }
    }.filter { $0 > 0 }
  }

  func control(_ arguments: [String]) throws { try run("scontrol", arguments) }

  /// Whether a task has ended, in whatever way.
  func isEnded(_ task: String) -> Bool {
    let state = property("JobState", of: task) ?? ""
    return ["FAILED", "COMPLETED", "CANCELLED", "NODE_FAIL"].contains(state)
  }

  /// How often Slurm started a task again.
  func restarts(of task: String) -> Int { property("Restarts", of: task).flatMap { Int($0) } ?? 0 }

  /// Whether there are no tasks left.
  var isIdle: Bool { (try? run("squeue", ["--noheader"]))?.isEmpty ?? false }

  /// Looks until there is an answer.
  func waitFor<Answer>(_ what: String, seconds: Double = 60, _ look: () throws -> Answer?) throws -> Answer {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if let answer = try look() { return answer }
      usleep(20_000)
    }
    throw Failure(description: "waited \(seconds) s for \(what)\n\(logs)")
  }

  private func number(of task: String) -> String? { property("JobId", of: task) }

  private func property(_ name: String, of task: String) -> String? {
    guard let text = try? run("scontrol", ["show", "job", "--oneliner", task]) else { return nil }
    let word = text.split { $0 == " " || $0 == "\n" }.first { $0.hasPrefix(name + "=") }
    return word.map { String($0.dropFirst(name.count + 1)) }
  }

  /// Runs a Slurm command to its end.
  @discardableResult
  func run(_ command: String, _ arguments: [String], environment: [String: String] = [:]) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [command] + arguments
    var variables = ["PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "SLURM_CONF": folder + "/slurm.conf"]
    variables.merge(environment) { _, new in new }
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(command) \(arguments.joined(separator: " ")): status \(process.terminationStatus)")
    }
    return String(decoding: said, as: UTF8.self)
  }
}
