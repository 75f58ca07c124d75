import FleetOptimization
import Synchronization

/// One line that tells where a running solve stands, overwritten in place.
final class ProgressLine: Sendable {
  private let isShown = Mutex(false)

  /// `nil` when nobody is looking.
  static func onTerminal() -> ProgressLine? {
    Terminal.errors.isTerminal ? ProgressLine() : nil
  }

  func show(_ progress: SolveProgress) {
    show(ProgressLine.text(of: progress, width: Terminal.errors.width))
  }

  /// Shows one line of text in the place of the last.
  func show(_ text: String) {
    isShown.withLock { isShown in
      isShown = true
      Terminal.errors.write("\r\u{1B}[K" + text)
    }
  }

  /// Removes the line, so that what follows starts at the margin.
  func clear() {
    isShown.withLock { isShown in
      if isShown { Terminal.errors.write("\r\u{1B}[K") }
      isShown = false
    }
  }

  /// `root relaxation · 2.4 s · bound 31.20 · best 33.92 · gap 8.0 % · 1204 nodes`
  static func text(of progress: SolveProgress, width: Int) -> String {
    var parts = [progress.phase, "\(decimals(progress.seconds, 1)) s"]
    if let bound = progress.bound { parts.append("bound \(decimals(bound, 2))") }
    parts.append("best \(progress.incumbent.map { decimals($0, 2) } ?? "none")")
    if let gap = progress.gap, gap.isFinite { parts.append("gap \(decimals(gap * 100, 1)) %") }
    if progress.nodes > 0 { parts.append("\(progress.nodes) nodes") }
    return String(parts.joined(separator: " · ").prefix(max(10, width - 1)))
  }

  private static func decimals(_ value: Double, _ places: Int) -> String {
    guard value.isFinite, abs(value) < 1e12 else { return "–" }
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((abs(value) * Double(scale)).rounded())
    let fraction = String(scaled % scale)
    let sign = value < 0 && scaled > 0 ? "-" : ""
    return "\(sign)\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
  }
}
