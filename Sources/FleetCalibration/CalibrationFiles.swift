import FleetJSON
import FleetServing

/// Where measurements come from, for the provenance of what is fitted on them.
public struct MeasurementSource: Sendable, Hashable {
  public var title: String
  public var url: String?
  /// ISO date.
  public var date: String

  public init(title: String, url: String? = nil, date: String) {
    self.title = title
    self.url = url
    self.date = date
  }
}

/// A file of a calibration, relative to its folder.
public struct CalibrationFile: Sendable, Hashable {
  public var path: String
  public var text: String
}

extension Calibration {
  /// `latency/constants.json` and the profiles of all accelerators, backends and models that were measured.
  public func files(source: MeasurementSource) -> [CalibrationFile] {
    var constants = constants
    constants.provenance = provenance(source)
    return [CalibrationFile(path: "latency/constants.json", text: constants.encoded().encoded())] + profiles(source)
  }

  private func profiles(_ source: MeasurementSource) -> [CalibrationFile] {
    let measured = Set(rows.map { Self.fileScope(LatencyScope($0.configuration)) })
    let groups = Dictionary(grouping: constants.corrections.profiles) { Self.fileScope($0.scope) }
    let provenance = ProvenanceTable(
      sources: [
        ProvenanceSource(id: "measurements", title: source.title, url: source.url, date: source.date)
      ],
      entries: [
        "/configurations": ProvenanceEntry(
          source: "measurements", kind: .measured,
          note: "Natural logarithm of measured over predicted time; the prediction is that of latency/constants.json.")
      ])
    return groups.filter { measured.contains($0.key) }.sorted {
      $0.key.sortKey.lexicographicallyPrecedes($1.key.sortKey)
    }.compactMap { scope, profiles in
      let file = LatencyProfileFile(profiles: profiles, provenance: provenance)
      let name = [scope.accelerator, scope.backend, scope.model].compactMap(\.self).joined(separator: "-")
      let safe = String(name.map { $0.isLetter || $0.isNumber || "-._".contains($0) ? $0 : "-" })
      return file.encoded().map { CalibrationFile(path: "profiles/\(safe).json", text: $0.encoded()) }
    }
  }

  private static func fileScope(_ scope: LatencyScope) -> LatencyScope {
    LatencyScope(accelerator: scope.accelerator, backend: scope.backend, model: scope.model)
  }

  // MARK: Provenance

  private func provenance(_ source: MeasurementSource) -> ProvenanceTable {
    var table = constants.provenance
    let id = start == .priors ? "fit" : "update"
    table.sources.removeAll { $0.id == id }
    let title =
      (start == .priors ? "Fit of the latency model on \(rows.count) rows of " : "Update with \(rows.count) rows of ")
      + source.title + "; method in docs/latency-model.md, errors in docs/accuracy.md"
    table.sources.append(ProvenanceSource(id: id, title: title, url: source.url, date: source.date))
    func entry(_ kind: ProvenanceKind, _ note: String?) -> ProvenanceEntry {
      ProvenanceEntry(source: id, kind: kind, note: note)
    }
    let measured = Set(constants.coverage.map(\.family))
    for family in constants.families.keys {
      let rows = rows.count { $0.family == family }
      if rows > 0 {
        table.entries["/families/\(family)"] = entry(.measured, "Effective values, fitted on \(rows) rows.")
      } else if start == .priors, !measured.contains(family) {
        table.entries["/families/\(family)"] = entry(
          .assumed,
          "No serving measurement: the mean over fitted families, with the ratios of published kernel measurements in "
            + "latency/priors.json.")
      }
    }
    for backend in constants.backends.keys {
      let rows = rows.count { $0.backend == backend }
      if rows > 0 { table.entries["/backends/\(backend)"] = entry(.measured, "Fitted on \(rows) rows.") }
    }
    table.entries["/effects"] = entry(
      .measured, "Natural logarithm of measured over predicted time that the rows of a group have in common.")
    table.entries["/coverage"] = entry(.measured, nil)
    guard start == .priors else { return table }
    table.entries["/families"] = nil
    table.entries["/backends"] = nil
    table.entries["/other_family"] = entry(.assumed, "The mean from which fitted families deviate.")
    table.entries["/other_backend"] = entry(.assumed, "The mean from which fitted backends deviate.")
    table.entries["/shared"] = entry(.measured, "Fitted on all rows together.")
    table.entries["/errors"] = entry(.measured, "Of rows that were left out of the fit, by cross-validation.")
    return table
  }
}
