import ArgumentParser
import FleetJSON
import FleetPlan

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct CatalogImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Add a model from the config.json of a Hugging Face repository.",
    discussion: """
      Reads the file as published and derives parameters, weight bytes and KV bytes from it. What the file leaves to the \
      defaults of its model class is told. Without --output the model becomes part of the catalog.

        fleetplan catalog import config.json --id my-model
        fleetplan catalog import config.json --repository org/Model-7B
        fleetplan catalog import config.json --id my-model --output my-model.json
        fleetplan catalog import config.json --id my-model --json
      """)

  @Argument(help: ArgumentHelp("The config.json.", valueName: "file"), completion: .file(extensions: ["json"]))
  var file: String

  @Option(help: "Id of the model; otherwise the last part of the repository's name in lower case.")
  var id: String?

  @Option(help: "Name for people.")
  var name: String?

  @Option(help: ArgumentHelp("Repository on huggingface.co: an alias, and the source.", valueName: "owner/name"))
  var repository: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the model file here instead of the catalog's folder.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @Flag(help: "Replace an existing file.")
  var force = false

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func validate() throws {
    guard let id else { return }
    let isPlain = id.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: ".-_+".utf8.contains(byte)
      }
    }
    if !isPlain || id.isEmpty || id.utf8.count > 100 || id.hasPrefix(".") {
      throw ValidationError("--id: expected 1 to 100 letters, digits and . _ - +, found \"\(printable(id))\"")
    }
  }

  func run() throws {
    let imported = try read()
    let model = imported.model
    let target = try target(for: model)
    let text = model.encoded().encoded()
    try target?.write(text)
    if appearance.json {
      let answer: JSONOutput = [
        "id": .string(model.id), "file": JSONOutput(target?.path), "model": model.encoded(),
        "parameters": .integer(model.totalParameters), "active_parameters": .integer(model.activeParametersPerToken),
        "notes": .array(imported.notes.map { .string($0) }),
      ]
      Terminal.output.write(answer.encoded())
      return
    }
    var page = Page(style: appearance.style)
    CatalogPages.show(model, on: &page)
    page.list("Not in the file, taken from the defaults of its model class", imported.notes.map { .init($0) })
    if let target { page.paragraph("Written to \(target.path)", ink: nil) }
    Terminal.output.write(page.finished)
  }

  private func read() throws -> ImportedModel {
    do throws(Faults) {
      let bytes = try InputFile.read(path: file)
      let origin = HuggingFaceOrigin(repository: repository, name: name, date: Today.isoDate)
      return try HuggingFaceConfig.model(fromConfig: bytes, source: file, id: id, origin: origin)
    } catch {
      throw CommandFailure([error])
    }
  }

  /// Where the model goes; `nil` when JSON was asked for and no file.
  private func target(for model: LanguageModel) throws -> OutputFile? {
    if let output { return try existing(OutputFile(checking: output, inputs: [file])) }
    if appearance.json { return nil }
    let known = try catalog.load()
    for spelling in [model.id, model.name] + model.aliases {
      if let other = known.model(spelling), other.id != model.id {
        throw CommandFailure(
          .badInput, "\"\(spelling)\" already means \(other.id) in the catalog",
          hint: "give another --id, --name or --repository")
      }
    }
    if model.id.contains("/") {
      throw CommandFailure(.badInput, "\"\(model.id)\" cannot be the name of a catalog file", hint: "give an --id")
    }
    return try existing(OutputFile(checking: "\(catalog.directory())/llms/\(model.id).json"))
  }

  private func existing(_ target: OutputFile) throws -> OutputFile {
    if !force, Terminal.isRegularFile(target.path) {
      throw CommandFailure(.badInput, "\(target.path) exists already", hint: "replace it with --force")
    }
    return target
  }
}

/// The day on which a file is imported.
enum Today {
  /// UTC, `2026-11-21`.
  static var isoDate: String {
    var seconds = time(nil)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    return "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
  }

  private static func padded(_ number: Int32) -> String { (number < 10 ? "0" : "") + String(number) }
}
