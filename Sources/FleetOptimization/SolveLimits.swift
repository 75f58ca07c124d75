/// The clock, the limits and the progress reports of one solve.
final class SolveLimits {
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private let deadline: ContinuousClock.Instant?
  private let cancellation: Cancellation?
  private let progress: (@Sendable (SolveProgress) -> Void)?
  private var nextReport: ContinuousClock.Instant

  /// Time between progress reports: five a second.
  private static let reportInterval = Duration.milliseconds(200)

  init(_ options: SolverOptions, start: ContinuousClock.Instant = ContinuousClock.now) {
    self.start = start
    deadline = options.timeLimitSeconds.map { start + .seconds(max(0, $0)) }
    cancellation = options.cancellation
    progress = options.progress
    nextReport = start
  }

  /// A part of another solve: its cancellation, its deadline or an earlier one, no reports.
  init(within other: SolveLimits, seconds: Double) {
    start = other.clock.now
    let own = start + .seconds(max(0, seconds))
    deadline = other.deadline.map { min($0, own) } ?? own
    cancellation = other.cancellation
    progress = nil
    nextReport = start
  }

  var secondsSinceStart: Double { (clock.now - start).inSeconds }

  /// Seconds until the deadline; infinite where there is none.
  var secondsLeft: Double { deadline.map { max(0, ($0 - clock.now).inSeconds) } ?? .infinity }

  var isCancelled: Bool { cancellation?.isCancelled ?? false }

  var isTimeUp: Bool { deadline.map { clock.now >= $0 } ?? false }

  var mustStop: Bool { isCancelled || isTimeUp }

  /// Why the solve has to stop now, if it has to.
  var reason: Termination? { isCancelled ? .cancelled : isTimeUp ? .timeLimit : nil }

  /// Reports if the last report is long enough ago; the values are computed only then.
  func report(
    phase: @autoclosure () -> String, incumbent: @autoclosure () -> Double?, bound: @autoclosure () -> Double?,
    nodes: @autoclosure () -> Int
  ) {
    guard let progress else { return }
    let now = clock.now
    guard now >= nextReport else { return }
    nextReport = now + Self.reportInterval
    progress(
      SolveProgress(
        seconds: (now - start).inSeconds, phase: phase(), incumbent: incumbent(), bound: bound(), nodes: nodes()))
  }
}

extension Duration {
  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
