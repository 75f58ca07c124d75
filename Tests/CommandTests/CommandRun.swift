import FleetJSON
import Foundation

/// One finished run of the built executable.
struct CommandRun {
  let status: Int32
  /// Whether the process ended by itself and not by a signal.
  let exited: Bool
  let output: String
  let errors: String

  /// - Parameters:
  ///   - folder: Working directory.
  ///   - environment: Variables beside those that every run gets.
  init(_ arguments: [String], in folder: TemporaryFolder? = nil, environment: [String: String] = [:]) throws {
    let running = try RunningCommand(arguments, in: folder, environment: environment)
    self = try running.finished()
  }

  init(status: Int32, exited: Bool, output: String, errors: String) {
    self.status = status
    self.exited = exited
    self.output = output
    self.errors = errors
  }

  /// The output as JSON.
  func json() throws -> JSONValue { JSONValue(try JSONParser.parse(text: output, source: "output")) }
}

/// A run of the built executable that may still be going on. Its streams go to files, so that no pipe fills up.
final class RunningCommand {
  private let process = Process()
  private let streams: TemporaryFolder

  init(_ arguments: [String], in folder: TemporaryFolder? = nil, environment: [String: String] = [:]) throws {
    streams = try TemporaryFolder()
    process.executableURL = URL(fileURLWithPath: Executable.path)
    process.arguments = arguments
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder.path) }
    var variables = ["PATH": "/usr/bin:/bin", "COLUMNS": "100", "FLEETPLAN_MODELS": SmallCatalog.path]
    variables.merge(environment) { _, new in new }
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try streams.handle("output")
    process.standardError = try streams.handle("errors")
    try process.run()
  }

  var errorsSoFar: String { (try? streams.read("errors")) ?? "" }
  var isRunning: Bool { process.isRunning }

  /// SIGINT, as Ctrl-C sends it.
  func interrupt() { process.interrupt() }

  /// SIGTERM, as a service manager sends it.
  func terminate() { process.terminate() }

  /// SIGKILL.
  func kill() { sendSignal(process.processIdentifier, SIGKILL) }

  var identifier: Int32 { process.processIdentifier }

  func finished() throws -> CommandRun {
    process.waitUntilExit()
    return CommandRun(
      status: process.terminationStatus, exited: process.terminationReason == .exit,
      output: try streams.read("output"), errors: try streams.read("errors"))
  }
}

private func sendSignal(_ pid: Int32, _ number: Int32) { _ = kill(pid, number) }

/// A folder that goes away with its owner.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/fleetplan-tests-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, to name: String) throws {
    try AtomicFile.write(text, to: "\(path)/\(name)")
  }

  func read(_ name: String) throws -> String {
    String(decoding: try InputFile.read(path: "\(path)/\(name)", maximumBytes: 1 << 30), as: UTF8.self)
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }

  /// Names of all files, sorted.
  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

  fileprivate func handle(_ name: String) throws -> FileHandle {
    _ = FileManager.default.createFile(atPath: "\(path)/\(name)", contents: nil)
    return try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/\(name)"))
  }
}

/// Places within the repository.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
  static let models = root + "/models"
}

/// A part of the catalog beside the executable, so that each run starts quickly.
enum SmallCatalog {
  static let path: String = {
    let folder = URL(fileURLWithPath: Executable.path).deletingLastPathComponent().path + "/command-tests-models"
    for part in ["accelerators", "llms", "latency"] {
      try? FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
    for file in [
      "accelerators/h100-sxm", "accelerators/mi300x", "accelerators/gaudi3", "accelerators/l4", "accelerators/h200-sxm",
      "llms/llama-3.1-8b", "llms/llama-3.1-70b", "llms/llama-3.1-405b", "llms/deepseek-r1", "latency/constants",
    ] {
      guard let bytes = try? InputFile.read(path: "\(Repository.models)/\(file).json") else { continue }
      try? AtomicFile.write(bytes, to: "\(folder)/\(file).json")
    }
    return folder
  }()
}

/// The executable that was built beside the tests.
enum Executable {
  static let path: String = {
    let candidates = [
      URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent(),
      Bundle.main.bundleURL,
    ]
    let bundles = Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() }
    for folder in candidates + bundles {
      let path = folder.path + "/fleetplan"
      if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    return Repository.root + "/.build/debug/fleetplan"
  }()
}

/// Reading JSON answers in tests: absent parts are nil.
struct JSONValue {
  let node: JSONNode

  init(_ node: JSONNode) { self.node = node }

  subscript(key: String) -> JSONValue? {
    guard case .object(let members) = node.value else { return nil }
    return members.first { $0.key == key }.map { JSONValue($0.node) }
  }

  subscript(index: Int) -> JSONValue? {
    elements.indices.contains(index) ? elements[index] : nil
  }

  var elements: [JSONValue] {
    if case .array(let elements) = node.value { elements.map { JSONValue($0) } } else { [] }
  }

  var text: String? { if case .string(let text) = node.value { text } else { nil } }
  var number: Double? { if case .number(let number, _) = node.value { number } else { nil } }
  var isTrue: Bool { if case .bool(true) = node.value { true } else { false } }
}
