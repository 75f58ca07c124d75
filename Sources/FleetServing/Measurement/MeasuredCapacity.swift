/// Capacity tables made from measurements: what each configuration sustained, for the key `capacity_tables` of a problem.
///
/// The rate of a closed loop follows from its means by Little's law: `c/(TTFT + (o − 1)·TPOT)` requests/s with `c` requests
/// in the system and answers of `o` tokens. Disaggregated deployments give one table for their prefill instances and one
/// for their decode instances: each of `n` instances sustained an `n`-th of the rate. A row of kind `step` is the loop of
/// one prompt after the other, and of a batch that decodes all the time.
///
/// The corner of a bucket is at the mean lengths that were measured, so that no request of the bucket is longer than what
/// the rate was measured with. Latencies are means times `Objectives.margin`.
public struct MeasuredCapacity: Sendable, Hashable {
  /// What the tables are made for.
  public struct Objectives: Sendable, Hashable {
    /// Limit of the time to first token [s].
    public var ttftSeconds: Double?
    /// Limit of the time per output token [s].
    public var tpotSeconds: Double?
    /// Factor on the measured means, ≥ 1: for objectives that a high percentile of the requests must meet.
    public var margin: Double

    public init(ttftSeconds: Double? = nil, tpotSeconds: Double? = nil, margin: Double = 1) {
      precondition(margin >= 1, "a margin makes latencies no shorter")
      self.ttftSeconds = ttftSeconds
      self.tpotSeconds = tpotSeconds
      self.margin = margin
    }
  }

  /// Something that the tables do not hold, or hold under a name that the catalog does not know, and why.
  public struct Note: Sendable, Hashable {
    /// The measurement, where it is about a single one.
    public var origin: Measurement.Origin?
    public var reason: String
  }

  /// By configuration and concurrency.
  public private(set) var tables: [CapacityTable] = []
  /// Measurements that say nothing of a rate, unknown names, and lengths that met no objective.
  public private(set) var notes: [Note] = []
  /// Measurements that say something of a rate.
  public private(set) var usedCount = 0

  /// - Parameters:
  ///   - catalog: Gives accelerators and models their ids; a name that it does not know is kept as spelled.
  ///   - objectives: With a limit, one table for each configuration, with the highest rate of each length that keeps it.
  ///     Without one, a table for each concurrency of a configuration: an instance works at one of them, whatever classes
  ///     share it, and the plan chooses which. Points that another one beats in rate and in both latencies are left out.
  public init(_ measurements: [Measurement], catalog: Catalog, objectives: Objectives = Objectives()) {
    var groups = LoopGroups(catalog: catalog)
    for measurement in measurements {
      if let reason = groups.add(measurement) {
        notes.append(Note(origin: measurement.origin, reason: reason))
      } else {
        usedCount += 1
      }
    }
    notes += groups.unknownNames.map { Note(origin: nil, reason: $0) }
    for (key, loops) in groups.points.sorted(by: { $0.key.identifier < $1.key.identifier }) {
      let curves = loops.sorted { $0.key < $1.key }.map { (loop: $0.key, curve: LoopCurve($0.value)) }
      if objectives.ttftSeconds == nil, objectives.tpotSeconds == nil {
        addOperatingPoints(key, curves, margin: objectives.margin)
      } else {
        addBest(key, curves, objectives)
      }
    }
    nameUniquely()
  }

  private typealias Curves = [(loop: LoopGroups.Loop, curve: LoopCurve)]
  private typealias Rows = [(loop: LoopGroups.Loop, point: LoopCurve.Point)]

  /// One table for each concurrency.
  private mutating func addOperatingPoints(_ key: LoopGroups.Key, _ curves: Curves, margin: Double) {
    let points = curves.flatMap { loop, curve in curve.undominated.map { (loop: loop, point: $0) } }
    for (concurrency, rows) in Dictionary(grouping: points, by: \.point.concurrency).sorted(by: { $0.key < $1.key }) {
      let whole = concurrency.rounded(.down)
      let name = concurrency == whole ? "c\(Int(whole))" : "c\((concurrency * 10).rounded() / 10)"
      add(key, id: LoopGroups.identifier("\(key.identifier)-\(name)"), rows, margin)
    }
  }

  /// One table of the highest rates within the objectives; points state only the latencies that their phase decides.
  private mutating func addBest(_ key: LoopGroups.Key, _ curves: Curves, _ objectives: Objectives) {
    let limits = LoopCurve.Limits(
      ttftSeconds: objectives.ttftSeconds.map { $0 / objectives.margin },
      tpotSeconds: objectives.tpotSeconds.map { $0 / objectives.margin })
    var rows: Rows = []
    for (loop, curve) in curves {
      if let best = curve.best(within: limits) {
        rows.append((loop, best))
      } else {
        let lengths = "\(Wording.tokens(loop.inputCorner)) input and \(Wording.tokens(loop.outputCorner)) output tokens"
        notes.append(
          Note(origin: nil, reason: "\(key.identifier): no measurement with \(lengths) meets the objectives"))
      }
    }
    if !rows.isEmpty { add(key, id: key.identifier, rows, objectives.margin) }
  }

  private mutating func add(_ key: LoopGroups.Key, id: String, _ rows: Rows, _ margin: Double) {
    let batch = rows.map(\.point.concurrency).max() ?? 1
    tables.append(
      CapacityTable(
        id: id, modelID: key.model, poolID: key.accelerator, phase: key.phase, strategy: key.strategy,
        weightPrecision: key.precision, maximumBatch: key.phase == .prefill ? nil : max(1, Int(batch)),
        source: key.predictedBy.isEmpty ? nil : "predicted by \(key.predictedBy)",
        rows: rows.map { loop, point in
          CapacityTable.Row(
            inputTokens: loop.inputCorner, outputTokens: loop.outputCorner, ratePerSecond: point.ratePerSecond,
            ttftSeconds: point.ttftSeconds.map { $0 * margin }, tpotSeconds: point.tpotSeconds.map { $0 * margin })
        }))
  }

  /// Long names are cut, and names with signs that ids do not have can become the same.
  private mutating func nameUniquely() {
    var taken: Set<String> = []
    for index in tables.indices {
      let id = tables[index].id
      var number = 2
      while !taken.insert(tables[index].id).inserted {
        tables[index].id = "\(id.prefix(96))-\(number)"
        number += 1
      }
    }
  }
}
