/// Predictions beside what others published, as a Markdown document: `docs/validation.md` is made by it.
public struct ValidationLedger: Sendable {
  private let sections: [ValidationSection]
  private let command: String

  /// - Parameter command: The command that makes the document, for readers who repeat it.
  public init(_ sections: [ValidationSection], command: String) {
    self.sections = sections
    self.command = command
  }

  public var markdown: String {
    var text = """
      # Predicted against published

      Figures beside what the latency model predicts for them. Those of the shipped document were in no fit, but were looked at \
      while forms and priors of the model were chosen: no held-out test. Made by

          \(command)

      Published figures are saturated and partly tuned by their vendors: judge by the geometric mean of predicted ÷ published and by how \
      many lie inside the stated 90 % band, not by single cells. Grades say what a prediction rests on \
      ([how far to trust a plan](command.md#how-far-to-trust-a-plan)).

      """
    for section in sections { text += "\n## \(section.title)\n\n\(section.explanation)\n\n" + body(section) }
    return text
  }

  private func body(_ section: ValidationSection) -> String {
    var text =
      "| Group | points | geometric mean of predicted ÷ \(section.observedName) | median error | inside the band |\n"
      + "|---|--:|--:|--:|--:|\n"
    let groups = section.groups
    for (name, points) in groups + (groups.count > 1 ? [("All", section.points)] : []) {
      guard let statistics = ValidationStatistics(points) else { continue }
      let inside = statistics.insideShare.map { "\(fixed(100 * $0, 0)) %" } ?? "–"
      text +=
        "| \(name) | \(statistics.points) | \(fixed(statistics.geometricMean, 2)) | "
        + "\(fixed(100 * statistics.medianError, 1)) % | \(inside) |\n"
    }
    let sources = sources(section.points)
    for (name, points) in groups { text += "\n### \(name)\n\n" + table(points, section, sources) }
    if !section.unpredicted.isEmpty {
      text += "\n### Not predicted\n\n"
      for remark in section.unpredicted { text += "- \(escaped(remark.row)): \(escaped(remark.reason))\n" }
    }
    if !sources.isEmpty {
      text += "\n### Sources\n\n"
      for (index, source) in sources.enumerated() { text += "\(index + 1). \(escaped(source))\n" }
    }
    return text
  }

  /// Each source once, in the order in which they occur.
  private func sources(_ points: [ValidationPoint]) -> [String] {
    var seen: Set<String> = [""]
    return points.map(\.source).filter { seen.insert($0).inserted }
  }

  private func table(_ points: [ValidationPoint], _ section: ValidationSection, _ sources: [String]) -> String {
    var text =
      "| Configuration | load | predicted, \(section.unit) | \(section.observedName) | ratio | 90 % band | inside | grade | source |\n"
      + "|---|---|--:|--:|--:|--:|---|---|--:|\n"
    for point in points {
      let band = point.band.map { "\(figure($0.lowerBound))–\(figure($0.upperBound))" } ?? "–"
      let inside = point.isInside.map { $0 ? "yes" : "no" } ?? "–"
      let source = sources.firstIndex(of: point.source).map { "\($0 + 1)" } ?? "–"
      text +=
        "| \(escaped(point.configuration)) | \(escaped(point.load)) | \(figure(point.predicted)) | \(figure(point.observed)) | "
        + "\(fixed(point.ratio, 2)) | \(band) | \(inside) | \(point.evidence) | \(source) |\n"
    }
    return text
  }

  /// At least three digits.
  private func figure(_ value: Double) -> String { fixed(value, value >= 100 ? 0 : value >= 10 ? 1 : 2) }

  /// Text from files in a table cell or a list.
  private func escaped(_ text: String) -> String {
    text.flatMap { "|\\`*_<>[]".contains($0) ? ["\\", $0] : $0.isNewline ? [" "] : [$0] }.reduce(into: "") {
      $0.append($1)
    }
  }
}
