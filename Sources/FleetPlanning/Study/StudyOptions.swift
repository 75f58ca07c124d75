/// What is studied, how finely, and for how long.
///
/// Searches end by counts, so that the same problem gives the same study; the limits in seconds are a net below that, and what
/// they cut off is said in the study's notes.
public struct StudyOptions: Sendable, Hashable {
  /// Best plans that differ in kind, the studied one among them; 1 = none beside it.
  public var alternatives = 4
  /// Points of each frontier, the problem as it stands among them; 0 = no frontiers.
  public var frontierPoints = 9
  /// Smallest and largest factor that the objectives of a frontier are multiplied by.
  public var frontierFactors = 0.5...3.0
  /// Whether the break-even price of every pool is sought.
  public var breakEvenPrices = true
  /// Rates that are tried at first, from the problem's ÷ `rateSpan` to the problem's × `rateSpan`, in equal ratios; 0 = no
  /// break-even rates.
  public var ratePoints = 7
  public var rateSpan = 8.0
  /// Relative distance to which every change of the answer over rates is narrowed down.
  public var rateResolution = 0.01
  /// Whether limits, objectives, rates and prices are moved a step each.
  public var sensitivities = true
  /// Relative step of objectives, rates, prices, budget and power cap; stocks move by one unit of purchase.
  public var sensitivityStep = 0.1
  /// Subproblems of branch and bound after which a program is left with its gap.
  public var nodesPerSolve = 20_000
  /// Longest time of one program [s].
  public var secondsPerSolve = 10.0
  /// Time after which nothing new is begun [s].
  public var totalSeconds = 120.0

  public init() {}
}

/// Where a running study stands.
public struct StudyProgress: Sendable, Hashable {
  /// What is being studied, for example `break-even prices`.
  public var part: String
  /// Programs solved so far.
  public var solves: Int
  /// Seconds since the study began.
  public var seconds: Double
}
