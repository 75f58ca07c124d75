import FleetJSON
import FleetJobs
import FleetServing
import Foundation

/// A folder that goes away with its owner, with a batch in it.
final class Workspace: Sendable {
  let path: String

  init() throws {
    path =
      FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path + "/fleetplan-jobs-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path + "/in", withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var input: String { path + "/in" }
  var store: JobStore { JobStore(path: path + "/out") }

  func write(_ text: String, to name: String) throws {
    let file = "\(path)/\(name)"
    try FileManager.default.createDirectory(
      atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path, withIntermediateDirectories: true)
    try AtomicFile.write(text, to: file)
  }

  func read(_ name: String) -> String? {
    (try? InputFile.read(path: "\(path)/\(name)", maximumBytes: 1 << 30)).map { String(decoding: $0, as: UTF8.self) }
  }

  func bytes(_ file: JobStore.File, of id: String) -> [UInt8]? {
    try? InputFile.read(path: store.file(file, of: id))
  }

  /// Problems `a`, `b`, … with different rates.
  func addProblems(_ names: [String]) throws {
    for (index, name) in names.enumerated() {
      try write(Self.problem(rate: index + 1, name: name), to: "in/\(name).json")
    }
  }

  /// A problem with measured tables, so that nothing has to be predicted.
  static func problem(rate: Int, name: String) -> String {
    """
    {
      "format": "fleetplan-problem/1", "name": "\(name)",
      "models": [{ "id": "m", "measured_only": true }],
      "accelerators": [
        { "id": "a", "measured_only": true, "vendor": "v", "stock_devices": 80,
          "prices": { "on_demand_usd_per_device_hour": 1 } }
      ],
      "classes": [
        { "id": "c", "model": "m", "rate_per_s": \(rate),
          "lengths": { "input_tokens": 100, "output_tokens": 10 }, "slo": { "ttft_ms": 500 } }
      ],
      "capacity_tables": [
        { "id": "t", "model": "m", "accelerator": "a", "rows": [{ "class": "c", "rate_per_s": 2, "ttft_ms": 100 }] }
      ]
    }

    """
  }

  /// A worker process in shell: `body` runs for each request with `$id`, `$source` and `$work` (this folder) set; `answer TEXT`
  /// answers with a plan of that text.
  func script(_ body: String) throws -> [String] {
    let name = "worker-\(UUID().uuidString).sh"
    try write(
      """
      #!/bin/sh
      work='\(path)'
      answer() {
        printf '{"id":"%s","plan_status":"optimal","objective":1,"cost_usd_per_hour":1,"gap":0,"plan":"%s"}\\n' "$id" "$1"
      }
      while read -r line; do
        id=${line#*'"id":"'}; id=${id%%'"'*}
        source=${line#*'"source":"'}; source=${source%%'"'*}
        \(body)
      done

      """, to: name)
    return ["/bin/sh", "\(path)/\(name)"]
  }

  func options(_ command: [String], jobs: Int = 2) -> RunnerOptions {
    var options = RunnerOptions(workerCommand: command, jobs: jobs)
    options.writesReports = false
    options.heartbeatSeconds = 0.02
    return options
  }

  func runner(_ options: RunnerOptions) -> JobRunner {
    JobRunner(store: store, catalog: Self.catalog, options: options)
  }

  /// All problems of the input folder, as the command would name them.
  func sources() throws -> [JobSource] {
    try Intake(arguments: [input], output: store.path, options: JobOptions()).findings().sources
  }

  func run(_ options: RunnerOptions) throws -> RunnerOutcome { try runner(options).run(sources()) }

  /// Words that workers added to a file, one per line, sorted.
  func lines(_ name: String) -> [String] { (read(name) ?? "").split(separator: "\n").map(String.init).sorted() }

  /// Constants and one accelerator: enough for problems with measured tables.
  static let catalog: Catalog = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path
    guard let catalog = try? Catalog(contentsOf: root + "/models") else { preconditionFailure("no catalog at \(root)") }
    return catalog
  }()
}

/// Waits for something that another thread or process does. The limit only ends a test that would never end.
func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<6000 {
    if try condition() { return true }
    usleep(5000)
  }
  return false
}
