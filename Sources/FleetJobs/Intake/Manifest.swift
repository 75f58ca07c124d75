import FleetJSON

/// A list of problem files: a text file with one path per line, or a JSON list of paths and of objects with options.
struct Manifest {
  var path: String
  /// Options that entries without their own have.
  var options: JobOptions

  /// Whether the file holds a JSON list.
  static func isList(_ path: String) -> Bool {
    let bytes = (try? InputFile.read(path: path)) ?? []
    return bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "[")
  }

  /// Paths are relative to the manifest's folder.
  func entries() throws(Faults) -> [Intake.Entry] {
    let bytes = try InputFile.read(path: path)
    if Self.isList(path) {
      return try JSONParser.decode(bytes, source: path) { reader in
        reader.array("a list of problem files")?.allOrNil { decoded($0) }
      }
    }
    if bytes.contains(0) {
      throw Faults(source: path, all: [Fault(path: "", message: "expected a list of paths, found a binary file")])
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(omittingEmptySubsequences: true) { $0.isNewline }
    return lines.map { trimmed($0) }.filter { !$0.isEmpty && !$0.hasPrefix("#") }.map { plain($0) }
  }

  private func decoded(_ reader: JSONReader) -> Intake.Entry? {
    if reader.isString { return reader.string("a path").map { plain($0) } }
    guard
      let object = reader.object(
        "a path, or an object with a path", keys: ["path", "id", "time_limit_s", "gap", "robust", "baselines"])
    else { return nil }
    let path = object.string("path", "a path")
    var entryOptions = options
    entryOptions.timeLimitSeconds =
      object.optionalNumber("time_limit_s", unit: "s", in: .above(0)) ?? options.timeLimitSeconds
    entryOptions.relativeGap = object.optionalNumber("gap", in: .closed(0, 1)) ?? options.relativeGap
    entryOptions.robust = object.bool("robust", default: options.robust)
    entryOptions.baselines = object.bool("baselines", default: options.baselines)
    guard let path else { return nil }
    var entry = plain(path)
    entry.id = object.optionalString("id", "an id")
    entry.options = entryOptions
    return entry
  }

  private func plain(_ written: String) -> Intake.Entry {
    let resolved = written.hasPrefix("/") ? written : folder(of: path) + written
    return Intake.Entry(path: FolderFiles.absolute(resolved), name: Intake.name(resolved))
  }

  private func trimmed(_ line: Substring) -> String {
    let start = line.drop { $0 == " " || $0 == "\t" }
    return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
  }
}
