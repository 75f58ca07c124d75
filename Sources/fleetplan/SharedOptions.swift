import ArgumentParser
import FleetJSON
import FleetPlan

/// When text is coloured.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument, Sendable {
  case auto, always, never
}

/// How answers are shown; shared by all commands.
struct AppearanceOptions: ParsableArguments {
  @Flag(name: .long, help: "Print the answer as JSON; faults are printed as JSON too.")
  var json = false

  @Option(name: .long, help: "Colour: auto (on a terminal, unless NO_COLOR is set), always or never.")
  var color = ColorChoice.auto

  /// How answers look.
  var style: TextStyle { Terminal.output.style(color) }
  /// How faults and warnings look.
  var faultStyle: FaultText { Terminal.errors.faultStyle(color) }
}

/// Where the catalog is; shared by all commands that look up ids.
struct CatalogOptions: ParsableArguments {
  @Option(
    name: .customLong("models"),
    help: ArgumentHelp(
      "Folder of the catalog. Otherwise: FLEETPLAN_MODELS, ./models, or models beside the program or above it.",
      valueName: "folder"),
    completion: .directory)
  var folder: String?

  @Option(
    name: .customLong("calibration"),
    help: ArgumentHelp(
      "Folder written by `fleetplan calibrate`; its constants and profiles take the place of the catalog's.",
      valueName: "folder"),
    completion: .directory)
  var calibration: String?

  /// The folder to read.
  /// - Throws: When there is none.
  func directory() throws -> String {
    let hint = "point to the folder that holds accelerators, llms and latency with --models or FLEETPLAN_MODELS"
    guard let folder = Catalog.defaultDirectory(asked: folder) else {
      throw CommandFailure(.badInput, "no catalog was found", hint: hint)
    }
    guard Terminal.isFolder(folder) else {
      throw CommandFailure(.badInput, "the catalog folder \(folder) does not exist", hint: hint)
    }
    return folder
  }

  func load() throws -> Catalog {
    let folder = try directory()
    if let calibration, !Terminal.isFolder(calibration) {
      throw CommandFailure(.badInput, "the calibration folder \(calibration) does not exist")
    }
    do throws(CatalogFaults) {
      let catalog = try Catalog(contentsOf: folder)
      guard let calibration else { return catalog }
      return try catalog.calibrated(by: calibration)
    } catch {
      throw CommandFailure(error.files)
    }
  }

  /// What published kernel measurements say of families without serving measurements; `nil` without such a file.
  func priors() throws -> LatencyPriors? {
    let folder = try directory()
    guard Terminal.isRegularFile(folder + "/latency/priors.json") else { return nil }
    do throws(Faults) {
      return try LatencyPriors(contentsOf: folder)
    } catch {
      throw CommandFailure([error])
    }
  }
}
