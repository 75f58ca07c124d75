import FleetJSON
import FleetJobs
import FleetPlan
import Synchronization

/// Where a batch stands, on the error stream: one line that is overwritten where a person is looking, else a line per job.
final class BatchProgress: Sendable {
  private let isTerminal = Terminal.errors.isTerminal
  private let isWatching: Bool
  private let isShown = Mutex(false)

  init(isWatching: Bool) {
    self.isWatching = isWatching
  }

  func show(_ event: RunnerEvent) {
    switch event {
    case .note(let text): line(printable(text))
    case .kept: break
    case .settled(let record, let progress):
      if !isTerminal || record.state != .done { line(Self.text(of: record, progress)) }
    case .progress(let progress):
      if isTerminal { overwrite(text(of: progress)) }
    }
  }

  /// Removes the overwritten line, so that what follows starts at the margin.
  func clear() {
    isShown.withLock { isShown in
      if isShown { Terminal.errors.write("\r\u{1B}[K") }
      isShown = false
    }
  }

  private func line(_ text: String) {
    clear()
    Terminal.errors.write(text + "\n")
  }

  private func overwrite(_ text: String) {
    isShown.withLock { isShown in
      isShown = true
      Terminal.errors.write("\r\u{1B}[K" + text.prefix(max(10, Terminal.errors.width - 1)))
    }
  }

  /// `12/200 chat-a: done, 31.20 USD/h`
  static func text(of record: JobRecord, _ progress: RunProgress) -> String {
    var text = "\(progress.counts.settled)/\(progress.counts.total) \(record.id): \(record.state.rawValue)"
    if let cost = record.costUSDPerHour { text += ", \(Quantity.fixed(cost, decimals: 2)) USD/h" }
    if let leader = record.sameAs { text += " (same as \(leader))" }
    if record.state != .done, let error = record.error?.split(separator: "\n").first {
      text += ": \(printable(String(error)))"
      if let fault = record.faults.first { text += ": \(printable(fault.description))" }
    }
    return text
  }

  /// `34 of 200 done · 2 running · 1 failed · 0:42 left`
  private func text(of progress: RunProgress) -> String {
    let counts = progress.counts
    var parts = ["\(counts.done) of \(counts.total) done", "\(counts.running) running"]
    for (count, word) in [
      (counts.infeasible, "infeasible"), (counts.timedOut, "timed out"), (counts.failed, "failed"),
      (counts.cancelled, "cancelled"),
    ] where count > 0 {
      parts.append("\(count) \(word)")
    }
    if isWatching {
      parts.append("watching")
    } else if let seconds = progress.remainingSeconds, counts.waiting + counts.running > 0 {
      parts.append("\(Self.duration(seconds)) left")
    }
    return parts.joined(separator: " · ")
  }

  /// `0:42`, `1:02:03`
  static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 1e9).rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    let padded = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
    return hours > 0 ? "\(hours):\(padded(minutes)):\(padded(rest))" : "\(minutes):\(padded(rest))"
  }
}
