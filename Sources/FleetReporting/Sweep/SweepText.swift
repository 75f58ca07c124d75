import FleetServing

/// A sweep as terminal text.
public enum SweepText {
  public static func render(_ result: SweepResult, style: TextStyle = .init()) -> String {
    let report = SweepReport(result)
    var lines = TextStyle.wrap(style.spell(report.answer), width: style.width).map { style.paint($0, .bold) }
    lines.append("")
    lines += TextTable(style: style).lines(of: report.points)
    if !report.flips.isEmpty {
      lines.append("")
      for flip in report.flips {
        lines += TextStyle.wrap(style.spell("• " + flip), width: style.width)
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
