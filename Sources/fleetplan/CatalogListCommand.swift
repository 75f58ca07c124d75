import ArgumentParser
import FleetJSON
import FleetPlan

struct CatalogListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List accelerators and models.",
    discussion: """
        fleetplan catalog list
        fleetplan catalog list --accelerators
        fleetplan catalog list qwen
        fleetplan catalog list --llms --json | jq -r '.models[].id'
      """)

  @Argument(help: "Only entries whose id, name, alias or vendor contains this word.")
  var word: String?

  @Flag(name: .long, help: "Only accelerators.")
  var accelerators = false

  @Flag(name: .long, help: "Only language models.")
  var llms = false

  @OptionGroup var catalog: CatalogOptions
  @OptionGroup var appearance: AppearanceOptions

  func run() throws {
    let catalog = try catalog.load()
    let both = accelerators == llms
    let devices =
      accelerators || both ? catalog.accelerators.filter { matches([$0.id, $0.name, $0.vendor] + $0.aliases) } : []
    let models = llms || both ? catalog.models.filter { matches([$0.id, $0.name] + $0.aliases) } : []
    if appearance.json {
      let answer = JSONOutput.object([
        "accelerators": .array(devices.map { $0.listed() }), "models": .array(models.map { $0.listed() }),
        "catalog_hash": .string(catalog.hash),
      ])
      Terminal.output.write(answer.encoded())
      return
    }
    if devices.isEmpty, models.isEmpty, let word {
      throw CommandFailure(.badInput, "nothing in the catalog matches \"\(word)\"")
    }
    var page = Page(style: appearance.style)
    if !devices.isEmpty { page.table(CatalogTables.accelerators(devices)) }
    if !models.isEmpty { page.table(CatalogTables.models(models)) }
    Terminal.output.write(page.finished)
  }

  private func matches(_ names: [String]) -> Bool {
    guard let word = word?.lowercased() else { return true }
    return names.contains { $0.lowercased().contains(word) }
  }
}

/// The catalog as tables.
enum CatalogTables {
  static func accelerators(_ accelerators: [Accelerator]) -> ReportTable {
    var table = ReportTable(
      counted(accelerators.count, "accelerator"),
      columns: [
        .init("Id"), .init("Name", rank: 2), .init("Vendor", rank: 1), .init("Memory", .right),
        .init("Bandwidth", .right), .init("16-bit", .right), .init("8-bit", .right, rank: 3),
        .init("Node", .right, rank: 4), .init("Power", .right, rank: 3), .init("$/h", .right),
      ], note: "dense rates; $/h on demand, else reserved, else owned, as of the catalog")
    for accelerator in accelerators {
      let wide = accelerator.denseFlops[.bf16] ?? accelerator.denseFlops[.fp16]
      let narrow = accelerator.denseFlops[.fp8] ?? accelerator.denseFlops[.int8]
      let prices = accelerator.prices
      let price =
        prices.onDemandUSDPerDeviceHour ?? prices.reservedUSDPerDeviceHour ?? prices.ownedUSDPerDeviceHour
      table.add([
        .init(accelerator.id, .strong), .init(accelerator.name), .init(accelerator.vendor),
        .init(Figures.memory(accelerator.memoryBytes)),
        .init(Figures.bandwidth(accelerator.memoryBandwidthBytesPerSecond)), cell(wide, Figures.flops),
        cell(narrow, Figures.flops), .init(String(accelerator.devicesPerNode)),
        .init(Quantity.watts(accelerator.powerWatts)), cell(price) { Quantity.fixed($0, decimals: 2) },
      ])
    }
    return table
  }

  static func models(_ models: [LanguageModel]) -> ReportTable {
    var table = ReportTable(
      counted(models.count, "language model"),
      columns: [
        .init("Id"), .init("Name", rank: 2), .init("Parameters", .right), .init("active", .right),
        .init("Layers", .right, rank: 3), .init("Attention"), .init("Experts", .right, rank: 3),
        .init("Weights", .right), .init("Precision", rank: 1), .init("KV/token", .right),
        .init("Context", .right, rank: 4),
      ], note: "weights in the published precision; KV cache in bf16, sliding windows and states not counted")
    for model in models {
      table.add([
        .init(model.id, .strong), .init(model.name), .init(Figures.count(model.totalParameters)),
        .init(Figures.count(model.activeParametersPerToken)), .init(String(model.layers)),
        .init(attention(of: model)),
        cell(model.mixtureOfExperts) { "\($0.expertsPerToken)/\($0.experts)" },
        .init(Figures.bytes(model.weightBytes(in: model.nativePrecision))), .init(model.nativePrecision.rawValue),
        .init(Figures.bytes(model.kvBytesPerToken(in: .bf16))), .init(Figures.tokens(model.maximumContextTokens)),
      ])
    }
    return table
  }

  /// `GQA 8`, `MLA`, `GQA 8 + window`: kind, KV heads, and what some layers have instead.
  static func attention(of model: LanguageModel) -> String {
    var text = model.attention.isLatent ? "MLA" : "GQA \(model.attention.kvHeads)"
    if !model.attention.isLatent, model.attention.kvHeads == model.attention.queryHeads { text = "MHA" }
    if model.slidingWindow != nil { text += " + window" }
    if model.linearAttention != nil { text += " + linear" }
    if model.sparseAttention != nil { text += ", sparse" }
    return text
  }

  private static func cell<Value>(_ value: Value?, _ text: (Value) -> String) -> ReportTable.Cell {
    value.map { .init(text($0)) } ?? .init(Quantity.unknown, .muted)
  }
}

extension Accelerator {
  fileprivate func listed() -> JSONOutput {
    .object([
      "id": .string(id), "name": .string(name), "vendor": .string(vendor), "family": .string(family),
      "aliases": .array(aliases.map { .string($0) }), "memory_bytes": .number(memoryBytes),
      "memory_bandwidth_bytes_per_s": .number(memoryBandwidthBytesPerSecond),
      "dense_flops": .object(
        Dictionary(uniqueKeysWithValues: denseFlops.map { ($0.key.rawValue, .number($0.value)) })),
      "devices_per_node": .integer(devicesPerNode), "power_watts": .number(powerWatts),
      "prices": .object([
        "on_demand_usd_per_device_hour": JSONOutput(prices.onDemandUSDPerDeviceHour),
        "reserved_usd_per_device_hour": JSONOutput(prices.reservedUSDPerDeviceHour),
        "owned_usd_per_device_hour": JSONOutput(prices.ownedUSDPerDeviceHour),
      ]),
    ])
  }
}

extension LanguageModel {
  fileprivate func listed() -> JSONOutput {
    .object([
      "id": .string(id), "name": .string(name), "aliases": .array(aliases.map { .string($0) }),
      "parameters": .integer(totalParameters), "active_parameters": .integer(activeParametersPerToken),
      "layers": .integer(layers), "native_precision": .string(nativePrecision.rawValue),
      "weight_bytes": .number(weightBytes(in: nativePrecision)),
      "kv_bytes_per_token": .number(kvBytesPerToken(in: .bf16)),
      "maximum_context_tokens": .integer(maximumContextTokens),
    ])
  }
}
