import FleetJSON
import Foundation
import Testing

@testable import fleetplan

/// The Kubernetes manifest of `examples/cluster`: its fields, and its command run as its pods would run it.
@Suite struct KubernetesTests {
  private static let file = Repository.root + "/examples/cluster/kubernetes-indexed-job.yaml"

  private func manifest() throws -> JSONValue {
    let text = try String(contentsOfFile: Self.file, encoding: .utf8)
    let json = try YAMLText(text).json().encoded()
    return JSONValue(try JSONParser.parse(text: json, source: Self.file))
  }

  @Test func fields() throws {
    let job = try manifest()
    #expect(job["apiVersion"]?.text == "batch/v1")
    #expect(job["kind"]?.text == "Job")
    let spec = try #require(job["spec"])
    #expect(spec["completionMode"]?.text == "Indexed")
    #expect(spec["completions"]?.number == 4)
    #expect(spec["parallelism"]?.number == 4)
    #expect((spec["backoffLimitPerIndex"]?.number ?? 0) >= 1)
    // backoffLimitPerIndex and FailIndex are only allowed with this policy.
    let pod = try #require(spec["template"]?["spec"])
    #expect(pod["restartPolicy"]?.text == "Never")
    #expect(pod["securityContext"]?["runAsNonRoot"]?.isTrue == true)
    let container = try #require(pod["containers"]?[0])
    #expect(pod["containers"]?.elements.count == 1)
    let rules = try #require(spec["podFailurePolicy"]?["rules"]?.elements)
    #expect(rules.compactMap { $0["action"]?.text } == ["Ignore", "FailIndex"])
    #expect(rules[1]["onExitCodes"]?["containerName"]?.text == container["name"]?.text)
    #expect(rules[1]["onExitCodes"]?["values"]?.elements.compactMap(\.number) == [2, 3, 4, 5])
    let environment = container["env"]?.elements ?? []
    #expect(environment.first { $0["name"]?.text == "JOB_COMPLETIONS" }?["value"]?.text == "4")
    for resource in ["cpu", "memory"] { #expect(container["resources"]?["requests"]?[resource] != nil) }
    let security = try #require(container["securityContext"])
    #expect(security["readOnlyRootFilesystem"]?.isTrue == true)
    #expect(security["capabilities"]?["drop"]?[0]?.text == "ALL")
    let mounts = container["volumeMounts"]?.elements.compactMap { $0["name"]?.text } ?? []
    #expect(mounts == pod["volumes"]?.elements.compactMap { $0["name"]?.text })
  }

  /// Another reader of YAML, where Python has one, understands the same.
  @Test func anotherReaderAgrees() throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", "import json,sys,yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)", Self.file,
    ]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationStatus != 0 { return }
    let other = JSONOutput(try JSONParser.parse(Array(said), source: "python"))
    #expect(try YAMLText(String(contentsOfFile: Self.file, encoding: .utf8)).json() == other)
  }

  /// What the four pods run, as four processes at the same time: together they answer every problem once.
  @Test(.timeLimit(.minutes(5))) func podsShareTheWork() throws {
    let folder = try TemporaryFolder()
    try ClusterProblems.write(to: folder.path + "/problems")
    let container = try #require(try manifest()["spec"]?["template"]?["spec"]?["containers"]?[0])
    #expect(container["command"]?.elements.compactMap(\.text) == ["fleetplan"])
    let arguments = (container["args"]?.elements ?? []).compactMap(\.text).map { argument in
      argument == "/models" ? Repository.models : argument.replacingOccurrences(of: "/data", with: folder.path)
    }
    var variables: [String: String] = [:]
    for entry in container["env"]?.elements ?? [] { variables[entry["name"]?.text ?? ""] = entry["value"]?.text }
    let pods = try (0..<4).map { index in
      var variables = variables
      variables["JOB_COMPLETION_INDEX"] = String(index)
      return try RunningCommand(arguments, in: folder, environment: variables)
    }
    for pod in pods { #expect(try pod.finished().status == 0) }
    let jobs = try BatchOutput(path: folder.path + "/out").jobs()
    #expect(jobs.count == ClusterProblems.count)
    #expect(jobs.allSatisfy { $0.state == "done" && $0.attempt == 1 })
    #expect(jobs.filter { $0.sameAs != nil }.count == ClusterProblems.pairs)
    #expect(jobs.map(\.solves).reduce(0, +) == ClusterProblems.count - ClusterProblems.pairs)
    let collected = try CommandRun(["batch", "collect", folder.path + "/out", "--json"], in: folder)
    #expect(collected.status == 0)
    #expect(try collected.json()["missing"]?.elements.isEmpty == true)
  }
}

/// The YAML of manifests: block mappings and sequences, flow sequences of scalars, plain and double-quoted scalars, comments.
struct YAMLText {
  private struct Line {
    var indentation: Int
    var text: String
  }

  struct Fault: Error, CustomStringConvertible {
    var description: String
  }

  private var lines: [Line]

  init(_ text: String) throws {
    lines = try text.split(separator: "\n").compactMap { line in
      if line.contains("\t") { throw Fault(description: "a tab: \(line)") }
      let indentation = line.prefix { $0 == " " }.count
      var content = String(line.dropFirst(indentation))
      if content.hasPrefix("#") || content.isEmpty { return nil }
      if let comment = content.range(of: " #") { content = String(content[..<comment.lowerBound]) }
      while content.hasSuffix(" ") { content.removeLast() }
      return Line(indentation: indentation, text: content)
    }
  }

  func json() throws -> JSONOutput {
    var rest = lines[...]
    let value = try Self.block(&rest, at: 0)
    if let line = rest.first { throw Fault(description: "not expected here: \(line.text)") }
    return value
  }

  private static func block(_ rest: inout ArraySlice<Line>, at indentation: Int) throws -> JSONOutput {
    guard let first = rest.first else { return .null }
    return first.text.hasPrefix("- ")
      ? try sequence(&rest, at: indentation) : try mapping(&rest, at: indentation)
  }

  private static func sequence(_ rest: inout ArraySlice<Line>, at indentation: Int) throws -> JSONOutput {
    var elements: [JSONOutput] = []
    while let line = rest.first, line.indentation == indentation, line.text.hasPrefix("- ") {
      let content = String(line.text.dropFirst(2))
      if isKey(content) {
        // A mapping that starts on the line of its dash.
        rest[rest.startIndex] = Line(indentation: indentation + 2, text: content)
        elements.append(try mapping(&rest, at: indentation + 2))
      } else {
        rest.removeFirst()
        elements.append(try scalar(content))
      }
    }
    return .array(elements)
  }

  private static func mapping(_ rest: inout ArraySlice<Line>, at indentation: Int) throws -> JSONOutput {
    var members: [String: JSONOutput] = [:]
    while let line = rest.first, line.indentation == indentation, !line.text.hasPrefix("- ") {
      guard isKey(line.text), let colon = line.text.firstIndex(of: ":") else {
        throw Fault(description: "no key: \(line.text)")
      }
      let key = String(line.text[..<colon])
      let content = line.text[line.text.index(after: colon)...].drop { $0 == " " }
      rest.removeFirst()
      if members[key] != nil { throw Fault(description: "the key \(key) twice") }
      if !content.isEmpty {
        members[key] = try scalar(String(content))
      } else if let next = rest.first, next.indentation > indentation {
        members[key] = try block(&rest, at: next.indentation)
      } else {
        members[key] = .null
      }
    }
    if let line = rest.first, line.indentation > indentation {
      throw Fault(description: "indented too far: \(line.text)")
    }
    return .object(members)
  }

  private static func isKey(_ text: String) -> Bool {
    let key = text.prefix { $0.isLetter || $0.isNumber || "._-/".contains($0) }
    let rest = text[key.endIndex...]
    return !key.isEmpty && (rest == ":" || rest.hasPrefix(": "))
  }

  private static func scalar(_ text: String) throws -> JSONOutput {
    if text.hasPrefix("[") {
      guard text.hasSuffix("]") else { throw Fault(description: "an open list: \(text)") }
      return .array(
        try text.dropFirst().dropLast().split(separator: ",").map { item in
          try scalar(String(item.drop { $0 == " " }))
        })
    }
    if text.hasPrefix("\"") {
      guard text.count >= 2, text.hasSuffix("\"") else { throw Fault(description: "an open quote: \(text)") }
      return .string(String(text.dropFirst().dropLast()))
    }
    if text == "true" || text == "false" { return .bool(text == "true") }
    if let number = Int(text) { return .integer(number) }
    return .string(text)
  }
}
