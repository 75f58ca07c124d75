import FleetJSON

extension Catalog {
  /// Reads every `accelerators/*.json`, `llms/*.json` and `profiles/*.json` and the file `latency/constants.json` of a
  /// folder; `profiles` may be missing.
  ///
  /// Strict: unknown keys, figures outside the plausible range, numbers without provenance, a file whose name is not its
  /// id, and spellings that two entries claim are faults.
  /// - Throws: The faults of all files.
  public init(contentsOf directory: String) throws(CatalogFaults) {
    var loading = CatalogLoading(directory: directory)
    let accelerators = loading.entries(in: "accelerators", decode: Accelerator.init(decoding:)) { accelerator in
      CatalogSpellings(id: accelerator.id, others: [accelerator.name] + accelerator.aliases)
    }
    let models = loading.entries(in: "llms", decode: LanguageModel.init(decoding:)) { model in
      CatalogSpellings(id: model.id, others: [model.name] + model.aliases)
    }
    let constants = loading.file("latency/constants.json") { LatencyConstants(decoding: $0) }
    let profiles = loading.profiles(accelerators: Set(accelerators.map(\.id)), models: Set(models.map(\.id)))
    guard var constants, loading.faults.isEmpty else { throw CatalogFaults(files: loading.faults) }
    constants.corrections.profiles = profiles
    self.init(
      accelerators: accelerators, models: models, latencyConstants: constants,
      hash: sha256Hex(Array(loading.manifest.utf8)))
  }
}

extension Catalog {
  /// The catalog with the constants and profiles of a folder that `fleetplan calibrate` wrote: `latency/constants.json`
  /// takes the place of the catalog's, and so do profiles of the same configurations.
  /// - Throws: The faults of all files.
  public func calibrated(by directory: String) throws(CatalogFaults) -> Catalog {
    var loading = CatalogLoading(directory: directory)
    let constants = loading.file("latency/constants.json") { LatencyConstants(decoding: $0) }
    let profiles = loading.profiles(accelerators: Set(accelerators.map(\.id)), models: Set(models.map(\.id)))
    guard var constants, loading.faults.isEmpty else { throw CatalogFaults(files: loading.faults) }
    let measured = Set(profiles.map(\.scope))
    constants.corrections.profiles =
      profiles + latencyConstants.corrections.profiles.filter { !measured.contains($0.scope) }
    return Catalog(
      accelerators: accelerators, models: models, latencyConstants: constants,
      hash: sha256Hex(Array((hash + loading.manifest).utf8)))
  }

  /// Names of the files in the folder `profiles` of a catalog or calibration.
  public static func profileNames(in directory: String) -> [String] {
    (fileNames(inDirectory: "\(directory)/profiles") ?? []).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
  }
}

/// The spellings under which one entry is found.
private struct CatalogSpellings {
  var id: String
  var others: [String]
}

/// The state of reading one catalog folder.
private struct CatalogLoading {
  let directory: String
  var faults: [Faults] = []
  /// One line per file: its name and the SHA-256 of its content.
  var manifest = ""

  init(directory: String) {
    self.directory = directory
  }

  mutating func entries<Entry>(
    in folder: String, decode: (JSONReader) -> Entry?, spellings: (Entry) -> CatalogSpellings
  ) -> [Entry] {
    let path = "\(directory)/\(folder)"
    guard let names = fileNames(inDirectory: path) else {
      faults.append(
        Faults(source: path, all: [Fault(path: "", message: "expected a folder of the catalog, found none")]))
      return []
    }
    var entries: [Entry] = []
    var claimed: [String: String] = [:]
    for name in names where name.hasSuffix(".json") && !name.hasPrefix(".") {
      guard let entry = file("\(folder)/\(name)", decode: decode) else { continue }
      let spelled = spellings(entry)
      var conflicts: [Fault] = []
      if spelled.id + ".json" != name {
        conflicts.append(Fault(path: "/id", message: "the id \"\(spelled.id)\" is not the name of the file"))
      }
      for spelling in Set(([spelled.id] + spelled.others).map { $0.lowercased() }).sorted() {
        if let other = claimed[spelling] {
          conflicts.append(Fault(path: "", message: "\"\(spelling)\" already means \(other)"))
        } else {
          claimed[spelling] = spelled.id
        }
      }
      if !conflicts.isEmpty { faults.append(Faults(source: "\(path)/\(name)", all: conflicts)) }
      entries.append(entry)
    }
    return entries
  }

  /// All measured configurations of the folder `profiles`, which may be missing.
  mutating func profiles(accelerators: Set<String>, models: Set<String>) -> [LatencyProfile] {
    var profiles: [LatencyProfile] = []
    var files: [LatencyScope: String] = [:]
    for name in fileNames(inDirectory: "\(directory)/profiles") ?? []
    where name.hasSuffix(".json") && !name.hasPrefix(".") {
      guard let file = file("profiles/\(name)", decode: LatencyProfileFile.init(decoding:)) else { continue }
      var conflicts: [Fault] = []
      for (index, profile) in file.profiles.enumerated() {
        if index == 0, let id = profile.scope.accelerator, !accelerators.contains(id) {
          conflicts.append(Fault(path: "/accelerator", message: "the catalog has no accelerator \"\(id)\""))
        }
        if index == 0, let id = profile.scope.model, !models.contains(id) {
          conflicts.append(Fault(path: "/model", message: "the catalog has no model \"\(id)\""))
        }
        if let other = files.updateValue(name, forKey: profile.scope) {
          conflicts.append(
            Fault(path: "/configurations/\(index)", message: "this configuration is already in \(other)"))
        }
      }
      if !conflicts.isEmpty { faults.append(Faults(source: "\(directory)/profiles/\(name)", all: conflicts)) }
      profiles += file.profiles
    }
    return profiles
  }

  /// One file of the folder; `nil` leaves its faults.
  mutating func file<Entry>(_ name: String, decode: (JSONReader) -> Entry?) -> Entry? {
    let path = "\(directory)/\(name)"
    do throws(Faults) {
      let bytes = try InputFile.read(path: path, maximumBytes: 1 << 20)
      manifest += "\(name) \(sha256Hex(bytes))\n"
      return try JSONParser.decode(bytes, source: path, decode)
    } catch {
      faults.append(error)
      return nil
    }
  }
}
