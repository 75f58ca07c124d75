import FleetJSON

extension PlanningProblem {
  /// Reads a problem file (`fleetplan-problem/1`, see `docs/problem-format.md`) and the files that it names.
  /// - Throws: Every fault of the file, with JSON pointer, line and column.
  public init(contentsOf path: String, catalog: Catalog) throws(Faults) {
    let bytes = try InputFile.read(path: path)
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
    try self.init(json: bytes, source: path, baseDirectory: folder, catalog: catalog)
  }

  /// Reads a problem from memory.
  /// - Parameters:
  ///   - bytes: The JSON text, in UTF-8.
  ///   - source: Name of the input, for faults.
  ///   - baseDirectory: Folder to which the files named in the problem are relative; empty for the working directory.
  ///   - catalog: What the problem's ids refer to.
  /// - Throws: Every fault of the text, with JSON pointer, line and column.
  public init(json bytes: [UInt8], source: String, baseDirectory: String = "", catalog: Catalog) throws(Faults) {
    let reading = ProblemReading(source: source, baseDirectory: baseDirectory, catalog: catalog)
    var problem = try JSONParser.decode(bytes, source: source) { reading.problem(from: $0) }
    problem.finish(reading, bytes: bytes)
    self = problem
  }

  /// Reads a problem from a JSON value, for example that of a file after a change in memory. Its hash is that of the file
  /// which `JSONOutput` writes of the value.
  /// - Throws: Every fault of the value, with the lines and columns of its nodes.
  public init(
    tree node: JSONNode, source: String, baseDirectory: String = "", catalog: Catalog
  ) throws(Faults) {
    let reading = ProblemReading(source: source, baseDirectory: baseDirectory, catalog: catalog)
    let faults = FaultCollector(source: source)
    let decoded = reading.problem(from: JSONReader(node, faults: faults))
    try faults.throwIfAny()
    guard let decoded else { preconditionFailure("a decoder returned nil without recording a fault") }
    self = decoded
    let text = Array(JSONOutput(node).encoded().utf8)
    finish(reading, bytes: text)
  }

  private mutating func finish(_ reading: ProblemReading, bytes: [UInt8]) {
    let digest = sha256Hex(bytes)
    inputHash = reading.manifest.isEmpty ? digest : sha256Hex(Array("\(digest)\n\(reading.manifest)".utf8))
    warnings = Faults(source: reading.source, all: reading.warnings.faults).all
  }
}

/// The state of reading one problem: what its parts need of one another. Used on one thread, like the fault collector.
final class ProblemReading {
  let catalog: Catalog
  let source: String
  let baseDirectory: String
  let warnings: FaultCollector
  /// One line per file that the problem names: its name as written and the SHA-256 of its content.
  var manifest = ""
  /// `nil` when the periods are at fault, so that nothing can be said of lists with one value per period.
  var periods: [Period]?
  var models = DeclaredEntries<ServedModel>(noun: "a model of the problem")
  var pools = DeclaredEntries<AcceleratorPool>(noun: "an accelerator of the problem")
  var classes = DeclaredEntries<RequestClass>(noun: "a class of the problem")
  /// Whether the problem has no `models`, so that names are looked up in the catalog.
  var modelsAreImplicit = false

  init(source: String, baseDirectory: String, catalog: Catalog) {
    self.source = source
    self.baseDirectory = baseDirectory
    self.catalog = catalog
    warnings = FaultCollector(source: source)
  }

  /// Records what looks odd but can be planned.
  func warn(_ reader: JSONReader, _ message: String, hint: String? = nil) {
    warnings.add(
      Fault(path: reader.path, line: reader.line, column: reader.column, message: message, hint: hint))
  }

  /// The path of a file that the problem names.
  func resolvedPath(_ name: String) -> String {
    if name.hasPrefix("/") || baseDirectory.isEmpty { return name }
    return baseDirectory.hasSuffix("/") ? baseDirectory + name : "\(baseDirectory)/\(name)"
  }

  func problem(from reader: JSONReader) -> PlanningProblem? {
    guard let object = reader.object("a problem", .problem) else { return nil }
    let format = object.string("format", "\"\(ProblemFormat.identifier)\"")
    if let format, format != ProblemFormat.identifier {
      object.fault("format", "expected \"\(ProblemFormat.identifier)\", found \"\(format)\"")
    }
    _ = object.optionalString("$schema", allowEmpty: true)
    let name = object.string("name", default: fileStem(source))
    let summary = object.optionalString("description", allowEmpty: true)

    periods = readPeriods(object)
    readModels(object)
    readPools(object)
    readClasses(object)
    let tables = readTables(object)
    let links = readLinks(object)
    let exchange = readExchange(object)
    let policy = readPolicy(object)
    let fleet = readFleet(object)
    let objectives = readObjectives(object)
    let mix = object.choice("traffic_mix", of: TrafficMix.self, default: .proportional)
    let limits = readLimits(object)
    checkTogether(object, tables: tables ?? [])
    for (key, isWhole) in [("models", models.isWhole), ("accelerators", pools.isWhole), ("classes", classes.isWhole)]
    where !isWhole && reader.faults.isEmpty {
      object.fault(key, "an entry cannot be read")
    }

    guard let periods, let tables, let links, let exchange, let policy, let fleet, let objectives, let limits else {
      return nil
    }
    return PlanningProblem(
      name: name, summary: summary, periods: periods, models: models.values, pools: pools.values,
      classes: classes.values, capacityTables: tables, links: links, kvExchange: exchange, policy: policy,
      objectives: objectives, trafficMix: mix, currentFleet: fleet, limits: limits)
  }

  private func readPeriods(_ object: JSONObject) -> [Period]? {
    guard let reader = object.optional("periods") else { return [Period(id: "all", hours: 1)] }
    guard let elements = reader.array("an array of periods", count: 1...ProblemBounds.periods) else { return nil }
    var declared = DeclaredEntries<Period>(noun: "a period of the problem")
    for element in elements {
      guard let period = element.object("a period", .period) else { continue }
      let id = period.id()
      let hours = period.number("hours", unit: "hours", in: .above(0, upTo: 10_000))
      declared.add(id, at: period, hours.flatMap { hours in id.map { Period(id: $0, hours: hours) } })
    }
    return declared.values.count == elements.count ? declared.values : nil
  }
}

/// `chat` of `problems/chat.json`.
private func fileStem(_ path: String) -> String {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  let stem = name.hasSuffix(".json") ? String(name.dropLast(".json".count)) : name
  return stem.isEmpty ? "problem" : stem
}

extension JSONReader {
  /// An object with the keys of a part of the problem format.
  func object(_ what: String, _ part: ProblemFormat.Part) -> JSONObject? {
    object(what, keys: part.keys, note: part.notes)
  }
}

extension JSONObject {
  /// The value of `id`, required.
  func id() -> String? {
    required("id", "an id")?.identifier("an id")
  }
}
