import ArgumentParser
import FleetPlan

struct CatalogCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "catalog",
    abstract: "Show what is known of accelerators and models, and where each number comes from.",
    discussion: """
        fleetplan catalog
        fleetplan catalog list --accelerators amd
        fleetplan catalog show h100-sxm
        fleetplan catalog explain mi300x memory_bandwidth_bytes_per_s
        fleetplan catalog import config.json --id my-model
      """,
    subcommands: [
      CatalogListCommand.self, CatalogShowCommand.self, CatalogExplainCommand.self, CatalogImportCommand.self,
    ],
    defaultSubcommand: CatalogListCommand.self)
}

/// An entry of the catalog, as a command line names it.
enum CatalogEntry {
  case accelerator(Accelerator)
  case model(LanguageModel)
  case latencyConstants

  /// Spelling under which the constants of the latency model are shown.
  static let latencyName = "latency"

  /// - Throws: When nothing has this id, name or alias; hints at the nearest one.
  init(_ spelling: String, in catalog: Catalog) throws {
    if let accelerator = catalog.accelerator(spelling) {
      self = .accelerator(accelerator)
    } else if let model = catalog.model(spelling) {
      self = .model(model)
    } else if spelling.lowercased() == Self.latencyName {
      self = .latencyConstants
    } else {
      let near = catalog.nearestAccelerator(to: spelling) ?? catalog.nearestModel(to: spelling)
      throw CommandFailure(
        .badInput, "the catalog has no \"\(spelling)\"",
        hint: near.map { "did you mean \"\($0)\"?" } ?? "`fleetplan catalog list` shows all ids")
    }
  }

  var id: String {
    switch self {
    case .accelerator(let accelerator): accelerator.id
    case .model(let model): model.id
    case .latencyConstants: Self.latencyName
    }
  }

  var name: String {
    switch self {
    case .accelerator(let accelerator): accelerator.name
    case .model(let model): model.name
    case .latencyConstants: "Constants of the latency model"
    }
  }

  /// Word for the kind of entry in JSON.
  var kind: String {
    switch self {
    case .accelerator: "accelerator"
    case .model: "model"
    case .latencyConstants: "latency_constants"
    }
  }

  /// Its file within the folder of the catalog.
  var fileName: String {
    switch self {
    case .accelerator(let accelerator): "accelerators/\(accelerator.id).json"
    case .model(let model): "llms/\(model.id).json"
    case .latencyConstants: "latency/constants.json"
    }
  }
}
