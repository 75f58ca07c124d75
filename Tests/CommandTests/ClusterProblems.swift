import Foundation

/// Small problems for runs on several machines: an example with its rates varied, some of them twice.
enum ClusterProblems {
  static let count = 40
  /// Pairs of identical problems among them.
  static let pairs = 8

  /// Writes the problems and the tables that they name into `folder`.
  static func write(to folder: String) throws {
    let example = Repository.root + "/examples/melange-table"
    let files = FileManager.default
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in try files.contentsOfDirectory(atPath: example) where name.hasSuffix(".csv") {
      try files.copyItem(atPath: "\(example)/\(name)", toPath: "\(folder)/\(name)")
    }
    let text = try String(contentsOfFile: example + "/problem.json", encoding: .utf8)
    for number in 0..<count {
      // Problems 0 and 1 are identical, 2 and 3, and so on for the pairs.
      let variant = number < 2 * pairs ? number / 2 : number
      let name = (number < 10 ? "p0" : "p") + String(number)
      try scaled(text, by: 0.5 + 0.05 * Double(variant)).write(
        toFile: "\(folder)/\(name).json", atomically: true, encoding: .utf8)
    }
  }

  /// The problem with all rates multiplied.
  private static func scaled(_ text: String, by factor: Double) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line -> String in
      guard let key = line.range(of: "\"rate_per_s\": ") else { return String(line) }
      let digits = line[key.upperBound...].prefix { $0.isNumber || $0 == "." }
      guard let rate = Double(digits) else { return String(line) }
      let product = (rate * factor * 1000).rounded() / 1000
      return line[..<key.upperBound] + "\(product)" + line[digits.endIndex...]
    }.joined(separator: "\n")
  }
}

/// What a batch left in its output folder.
struct BatchOutput {
  var path: String

  struct Job {
    var id: String
    var state: String
    var attempt: Int
    var sameAs: String?
    var key: String
    /// Times that a worker was given the problem.
    var solves: Int
    var leases: Int
  }

  func jobs() throws -> [Job] {
    let names = try FileManager.default.contentsOfDirectory(atPath: path + "/jobs").sorted()
    return try names.map { name in
      let folder = "\(path)/jobs/\(name)"
      let state = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: folder + "/state.json")))
      let members = state as? [String: Any] ?? [:]
      let log = (try? String(contentsOfFile: folder + "/log.txt", encoding: .utf8)) ?? ""
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      return Job(
        id: name, state: members["state"] as? String ?? "", attempt: members["attempt"] as? Int ?? 0,
        sameAs: members["same_as"] as? String, key: members["key"] as? String ?? "",
        solves: log.components(separatedBy: ": solving\n").count - 1,
        leases: files.filter { $0.hasPrefix("lease.") }.count)
    }
  }

  /// A file of a job.
  func file(_ name: String, of id: String) -> Data? {
    try? Data(contentsOf: URL(filePath: "\(path)/jobs/\(id)/\(name)"))
  }
}
