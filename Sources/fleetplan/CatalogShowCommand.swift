import ArgumentParser
import FleetJSON
import FleetPlan

struct CatalogShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show one accelerator or model, with what follows from its figures.",
    discussion: """
        fleetplan catalog show mi300x
        fleetplan catalog show "Llama 3.1 70B"
        fleetplan catalog show deepseek-r1 --json | jq .derived
      """)

  @Argument(help: "Id, name or alias of an accelerator or a model, or \"latency\".")
  var id: String

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func run() throws {
    let known = try catalog.load()
    let entry = try CatalogEntry(id, in: known)
    if appearance.json {
      var members = try CatalogFile(entry, folder: catalog.directory()).members
      if case .model(let model) = entry { members["derived"] = model.derivedFigures() }
      Terminal.output.write(JSONOutput.object(members).encoded())
      return
    }
    var page = Page(style: appearance.style)
    switch entry {
    case .accelerator(let accelerator): CatalogPages.show(accelerator, of: known, on: &page)
    case .model(let model): CatalogPages.show(model, on: &page)
    case .latencyConstants: CatalogPages.show(known.latencyConstants, on: &page)
    }
    Terminal.output.write(page.finished)
  }
}

extension LanguageModel {
  /// What follows from the architecture.
  fileprivate func derivedFigures() -> JSONOutput {
    [
      "parameters": .integer(totalParameters), "active_parameters": .integer(activeParametersPerToken),
      "parameters_by_group": .object(
        Dictionary(uniqueKeysWithValues: MatrixGroup.allCases.map { ($0.rawValue, .integer(parameters(of: $0))) })),
      "weight_bytes": .object(
        Dictionary(uniqueKeysWithValues: Precision.allCases.map { ($0.rawValue, .number(weightBytes(in: $0))) })),
      "kv_bytes_per_token": .object(
        Dictionary(uniqueKeysWithValues: Precision.allCases.map { ($0.rawValue, .number(kvBytesPerToken(in: $0))) })),
      "state_bytes_per_sequence": .integer(stateBytesPerSequence),
    ]
  }
}

/// Entries of the catalog as people read them.
enum CatalogPages {
  /// A label and a text per line, aligned.
  static func rows(_ rows: [(label: String, text: String)], on page: inout Page) {
    let style = page.style
    let width = rows.map(\.label.count).max() ?? 0
    page.block(
      rows.flatMap { label, text in
        TextStyle.wrap(style.spell(text), width: style.width - width - 4).enumerated().map { index, line in
          let head = index == 0 ? label : ""
          return "  " + style.paint(head, .dim) + String(repeating: " ", count: width - head.count + 2) + line
        }
      })
  }

  private static func list(_ words: [String]) -> String {
    words.isEmpty ? Quantity.unknown : words.joined(separator: ", ")
  }

  static func title(_ name: String, _ id: String, on page: inout Page) {
    page.block([page.style.paint(page.style.spell("\(name) (\(id))"), .bold)])
  }

  static func show(_ accelerator: Accelerator, of catalog: Catalog, on page: inout Page) {
    title(accelerator.name, accelerator.id, on: &page)
    let prices = accelerator.prices
    let tiers = [
      ("on demand", prices.onDemandUSDPerDeviceHour), ("reserved", prices.reservedUSDPerDeviceHour),
      ("owned", prices.ownedUSDPerDeviceHour),
    ].compactMap { name, price in price.map { "\(name) \(Quantity.usd($0))" } }
    let rates = ComputeFormat.allCases.compactMap { format in
      accelerator.denseFlops[format].map { "\(format.rawValue) \(Figures.flops($0))" }
    }
    let memory = Figures.memory(accelerator.memoryBytes)
    let scaleUp = Figures.bandwidth(accelerator.scaleUpBytesPerSecond)
    let scaleOut = Figures.bandwidth(accelerator.scaleOutBytesPerSecond)
    let layout = accelerator.kvLayout
    let blocks = list(layout.blockSizesTokens.map { String($0) })
    var lines: [(label: String, text: String)] = []
    lines.append(("also called", list(accelerator.aliases)))
    lines.append(("vendor, family", "\(accelerator.vendor), \(accelerator.family)"))
    lines.append(("memory", "\(memory) at \(Figures.bandwidth(accelerator.memoryBandwidthBytesPerSecond))"))
    lines.append(("dense rates", list(rates)))
    lines.append(("scale-up link", "\(scaleUp) per device in a domain of \(accelerator.scaleUpDomainDevices)"))
    lines.append(("network", "\(scaleOut) per device"))
    lines.append(("host link", "\(Figures.bandwidth(accelerator.hostBytesPerSecond)) per device"))
    lines.append(("node", Quantity.count(accelerator.devicesPerNode, "device")))
    lines.append(("power", Quantity.watts(accelerator.powerWatts)))
    lines.append(("weights", list(accelerator.weightPrecisions.map(\.rawValue))))
    lines.append(("tensor parallel", list(accelerator.tensorParallelDegrees.map { String($0) })))
    lines.append(("KV precisions", list(layout.precisions.map(\.rawValue))))
    lines.append(("KV layouts", "\(list(layout.layouts)), blocks of \(blocks) tokens"))
    lines.append(("price per hour", list(tiers)))
    rows(lines, on: &page)
    var table = ReportTable(
      "Latency constants by backend",
      columns: [
        .init("Backend"), .init("Grade"), .init("TPOT within", .right), .init("Prompts within", .right),
        .init("Evidence", wraps: true),
      ])
    let constants = catalog.latencyConstants
    for backend in accelerator.backends {
      let evidence = constants.evidence(family: accelerator.family, backend: backend)
      func band(_ quantity: LatencyQuantity) -> ReportTable.Cell {
        constants.errors.error(evidence.grade, quantity).map { .init(ErrorBand($0).text) } ?? .init("not known", .muted)
      }
      table.add([
        .init(backend), .init(words(of: evidence.grade)), band(.tpot),
        band(.prefill), .init(evidence.text(family: accelerator.family, backend: backend)),
      ])
    }
    table.note = "Of any model; one that was measured itself has a better grade and a narrower band."
    page.table(table)
    page.list("Sources", sources(accelerator.provenance))
  }

  static func show(_ model: LanguageModel, on page: inout Page) {
    title(model.name, model.id, on: &page)
    rows(sizes(of: model), on: &page)
    var table = ReportTable(
      "Memory by precision",
      columns: [
        .init("Precision"), .init("Weights", .right), .init("KV per token", .right),
        .init("KV of 8,192 tokens", .right),
      ])
    for precision in Precision.allCases {
      table.add([
        .init(precision == model.nativePrecision ? "\(precision.rawValue) (published)" : precision.rawValue),
        .init(Figures.bytes(model.weightBytes(in: precision))),
        .init(Figures.bytes(model.kvBytesPerToken(in: precision))),
        .init(Figures.bytes(model.kvBytesPerSequence(contextTokens: 8192, in: precision))),
      ])
    }
    page.table(table)
    page.list("Sources", sources(model.provenance))
  }

  private static func sizes(of model: LanguageModel) -> [(label: String, text: String)] {
    let total = Figures.count(model.totalParameters)
    let active = Figures.count(model.activeParametersPerToken)
    var rows = [
      ("also called", list(model.aliases)),
      ("parameters", "\(total), \(active) active per token"),
      (
        "layers",
        "\(model.layers): \(model.fullAttentionLayers) with full attention, hidden size \(Quantity.count(model.hiddenSize))"
      ),
      (
        "attention",
        "\(CatalogTables.attention(of: model)), \(model.attentionHeads) query heads of width \(model.attention.queryKeyHeadDim)"
      ),
    ]
    if let window = model.slidingWindow {
      rows.append(("sliding window", "\(window.layers) layers of \(Figures.tokens(window.windowTokens)) tokens"))
    }
    if let linear = model.linearAttention {
      let state = Figures.bytes(Double(model.stateBytesPerSequence))
      rows.append(("linear attention", "\(linear.layers) layers with \(state) of state per sequence"))
    }
    if let sparse = model.sparseAttention {
      rows.append(
        (
          "sparse attention",
          "\(sparse.layers) layers read \(Figures.tokens(sparse.selectedTokens)) selected tokens"
        ))
    }
    if let dense = model.denseFeedForward {
      rows.append(("feed-forward", "\(dense.layers) layers of width \(Quantity.count(dense.intermediateSize))"))
    }
    if let experts = model.mixtureOfExperts {
      rows.append(
        (
          "experts",
          "\(experts.layers) layers, \(experts.expertsPerToken) of \(experts.experts) experts of width "
            + Quantity.count(experts.expertIntermediateSize)
        ))
    }
    rows.append(("vocabulary", Quantity.count(model.vocabularySize) + (model.tiedEmbeddings ? ", tied" : "")))
    rows.append(("context", "\(Figures.tokens(model.maximumContextTokens)) tokens"))
    return rows
  }

  static func show(_ constants: LatencyConstants, on page: inout Page) {
    title("Constants of the latency model", CatalogEntry.latencyName, on: &page)
    var table = ReportTable(
      "Measurements fitted on", columns: [.init("Family"), .init("Backend"), .init("Rows", .right)])
    for part in constants.coverage {
      table.add([.init(part.family), .init(part.backend), .init(Quantity.count(part.rows))])
    }
    page.table(table)
    page.table(errors(of: constants))
    page.list("Sources", sources(constants.provenance))
  }

  /// Errors by grade and quantity; nil when the constants carry none.
  private static func errors(of constants: LatencyConstants) -> ReportTable? {
    if constants.errors.table.isEmpty { return nil }
    var table = ReportTable(
      "Errors of predictions that had not seen the measurement",
      columns: [
        .init("Grade"), .init("Of"), .init("90 % within", .right), .init("Median APE", .right), .init("MAPE", .right),
        .init("Rows", .right),
      ])
    for grade in LatencyGrade.allCases {
      for quantity in LatencyQuantity.allCases {
        guard let error = constants.errors.table[.init(grade, quantity)] else { continue }
        table.add([
          .init(words(of: grade)), .init(quantity.rawValue), .init(ErrorBand(error).text),
          .init(Quantity.percent(error.medianAPE)), .init(Quantity.percent(error.meanAPE)),
          .init(Quantity.count(error.rows)),
        ])
      }
    }
    return table
  }

  private static func words(of grade: LatencyGrade) -> String {
    grade.rawValue.split(separator: "_").joined(separator: " ")
  }

  private static func sources(_ provenance: ProvenanceTable) -> [Report.Remark] {
    provenance.sources.map { source in
      .init("\(source.title), \(source.date)" + (source.url.map { ": \($0)" } ?? ""))
    }
  }
}
