import ArgumentParser
import FleetJSON
import FleetPlan

struct CatalogExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show where each number of an entry comes from.",
    discussion: """
      Every number has a source with its date, and says whether it was measured, published or assumed. The id "latency" \
      means the constants of the latency model.

        fleetplan catalog explain h100-sxm
        fleetplan catalog explain h100-sxm prices
        fleetplan catalog explain deepseek-r1 architecture.moe
        fleetplan catalog explain latency hopper
      """)

  @Argument(help: "Id, name or alias of an accelerator or a model, or \"latency\".")
  var id: String

  @Argument(help: "A field, or what encloses it: prices, dense_flops.fp8, /memory_bytes.")
  var field: String?

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func run() throws {
    let entry = try CatalogEntry(id, in: catalog.load())
    let file = try CatalogFile(entry, folder: catalog.directory())
    var fields = file.fields
    if let field {
      fields = file.fields(named: field)
      if fields.isEmpty { throw unknown(field, in: file) }
    } else {
      fields = fields.filter { $0.origin != nil }
    }
    if appearance.json {
      Terminal.output.write(Explanation.encoded(fields, of: file).encoded())
    } else {
      Terminal.output.write(Explanation.text(fields, of: file, style: appearance.style))
    }
  }

  private func unknown(_ field: String, in file: CatalogFile) -> CommandFailure {
    let keys = Set(file.fields.flatMap { $0.path.split(separator: "/").map(String.init) })
    let near = nearest(field, among: keys.sorted())
    let top = file.members.keys.sorted().joined(separator: ", ")
    return CommandFailure(
      .badInput, "\(file.entry.id) has no field \"\(field)\"",
      hint: near.map { "did you mean \"\($0)\"?" } ?? "fields: \(top)")
  }
}

/// The origins of figures, as text and as JSON.
enum Explanation {
  /// Figures of one origin stand together under it.
  static func text(_ fields: [CatalogFile.Field], of file: CatalogFile, style: TextStyle) -> String {
    var page = Page(style: style)
    page.block([style.paint(style.spell("\(file.entry.name) (\(file.entry.id))"), .bold)])
    var shown = Set<String>()
    for field in fields where shown.insert(field.originPath ?? "").inserted {
      let together = fields.filter { $0.originPath == field.originPath }
      let width = together.map(\.path.count).max() ?? 0
      var lines = together.map { field in
        let padding = String(repeating: " ", count: width - field.path.count)
        return "  " + style.spell(field.path) + padding + "  " + style.paint(style.spell(field.text), .bold)
      }
      lines += origin(of: field, in: file).flatMap { sentence in
        TextStyle.wrap(style.spell(sentence), width: style.width - 6).map { "      " + style.paint($0, .dim) }
      }
      page.block(lines)
    }
    return page.finished
  }

  /// `published: NVIDIA H100 datasheet, 2026-11-21`, the address, the note.
  private static func origin(of field: CatalogFile.Field, in file: CatalogFile) -> [String] {
    guard let origin = field.origin else { return ["a name or a choice of the catalog, without a source"] }
    let source = file.sources[origin.source]
    var lines = ["\(origin.kind.rawValue): \(source?.title ?? origin.source)" + (source.map { ", \($0.date)" } ?? "")]
    if let url = source?.url { lines.append(url) }
    if let note = origin.note { lines.append(note) }
    return lines
  }

  static func encoded(_ fields: [CatalogFile.Field], of file: CatalogFile) -> JSONOutput {
    [
      "id": .string(file.entry.id), "name": .string(file.entry.name), "kind": .string(file.entry.kind),
      "fields": .array(
        fields.map { field in
          let source = field.origin.flatMap { file.sources[$0.source] }
          return [
            "path": .string(field.path), "value": field.value, "kind": JSONOutput(field.origin?.kind.rawValue),
            "note": JSONOutput(field.origin?.note),
            "source": source.map { source in
              [
                "id": .string(source.id), "title": .string(source.title), "url": JSONOutput(source.url),
                "date": .string(source.date),
              ]
            } ?? .null,
          ]
        }),
    ]
  }
}
