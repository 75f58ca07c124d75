import FleetJSON
import Testing

@testable import FleetServing

@Suite struct MeasuredCapacityTests {
  private let catalog: Catalog

  init() throws { catalog = try shippedCatalog.get() }

  private func loop(_ concurrency: Double, ttft: Double?, tpot: Double?) -> Measurement {
    Measurement(
      kind: .aggregated, system: "h100_sxm", backend: "vllm", model: "llama3.1-70b", weights: "fp8", inputTokens: 1000,
      outputTokens: 201, concurrency: concurrency, devices: 2, tensor: 2, ttftSeconds: ttft, tpotSeconds: tpot,
      origin: Measurement.Origin(file: "rows.csv", line: Int(concurrency)))
  }

  /// 4, 8, 16 and 32 clients; the last is slower and no faster: it queues.
  private var sweep: [Measurement] {
    [
      loop(4, ttft: 0.1, tpot: 0.01), loop(8, ttft: 0.2, tpot: 0.012), loop(16, ttft: 0.4, tpot: 0.018),
      loop(32, ttft: 4, tpot: 0.03),
    ]
  }

  private func tables(
    _ rows: [Measurement], ttft: Double? = nil, tpot: Double? = nil, margin: Double = 1
  ) -> MeasuredCapacity {
    MeasuredCapacity(
      rows, catalog: catalog,
      objectives: MeasuredCapacity.Objectives(ttftSeconds: ttft, tpotSeconds: tpot, margin: margin))
  }

  private func near(_ found: Double?, _ expected: Double, _ tolerance: Double = 1e-12) -> Bool {
    guard let found else { return false }
    return abs(found - expected) <= tolerance * expected
  }

  // MARK: Loops

  /// Rates are c/(TTFT + 200·TPOT): 4/2.1, 8/2.6, 16/4, and 32/10 < 16/4, which 16 clients beat in all respects.
  @Test func ratesFollowLittlesLaw() throws {
    let capacity = tables(sweep)
    #expect(capacity.notes.isEmpty && capacity.usedCount == 4)
    #expect(capacity.tables.map(\.id) == [4, 8, 16].map { "llama-3.1-70b-h100-sxm-vllm-fp8-tp2-c\($0)" })
    #expect(capacity.tables.map(\.maximumBatch) == [4, 8, 16])
    let expected = [(4 / 2.1, 0.1), (8 / 2.6, 0.2), (16 / 4.0, 0.4)]
    for (table, (rate, ttft)) in zip(capacity.tables, expected) {
      #expect(table.modelID == "llama-3.1-70b" && table.poolID == "h100-sxm" && table.phase == .aggregated)
      #expect(table.strategy == ParallelStrategy(tensor: 2) && table.weightPrecision == .fp8)
      #expect(table.rows.count == 1)
      let row = try #require(table.rows.first)
      #expect(near(row.ratePerSecond, rate) && row.ttftSeconds == ttft)
      #expect(row.inputTokens == 1000 && row.outputTokens == 201)
    }
  }

  /// A table holds what an instance does at one concurrency with all lengths that were measured there.
  @Test func lengthsOfOneConcurrencyShareATable() {
    var longer = loop(8, ttft: 0.5, tpot: 0.014)
    longer.inputTokens = 4000
    let found = tables(sweep + [longer]).tables
    #expect(found.map { $0.rows.map(\.inputTokens) } == [[1000], [1000, 4000], [1000]])
  }

  /// TPOT 15 ms lies half way from 8 to 16 clients: half way between their rates and latencies.
  @Test func objectivesAreMetBetweenTwoConcurrencies() throws {
    let row = try #require(tables(sweep, tpot: 0.015).tables.first?.rows.first)
    #expect(near(row.ratePerSecond, (8 / 2.6 + 4) / 2))
    #expect(near(row.tpotSeconds, 0.015) && near(row.ttftSeconds, 0.3))
    let both = try #require(tables(sweep, ttft: 0.25, tpot: 0.015).tables.first?.rows.first)
    #expect(near(both.ratePerSecond, 8 / 2.6 + (4 - 8 / 2.6) / 4), "the tighter objective decides")
    #expect(near(both.ttftSeconds, 0.25))
  }

  /// No objective, however loose, gives more than was measured; none below the least measured latency gives anything.
  @Test func nothingIsSaidBeyondTheMeasuredPoints() throws {
    #expect(near(try #require(tables(sweep, ttft: 100, tpot: 1).tables.first?.rows.first).ratePerSecond, 4))
    let none = tables(sweep, tpot: 0.0099)
    #expect(none.tables.isEmpty)
    #expect(
      none.notes.map(\.reason) == [
        "llama-3.1-70b-h100-sxm-vllm-fp8-tp2: no measurement with 1,000 input and 201 output tokens meets the objectives"
      ])
  }

  /// A margin is the same as so much tighter objectives, and it is in the latencies of the rows.
  @Test func marginTightensObjectives() throws {
    let plain = try #require(tables(sweep, tpot: 0.012).tables.first?.rows.first)
    let row = try #require(tables(sweep, tpot: 0.015, margin: 1.25).tables.first?.rows.first)
    #expect(near(row.ratePerSecond, plain.ratePerSecond))
    #expect(near(row.tpotSeconds, 0.015))
    #expect(near(tables(sweep, margin: 1.25).tables.first?.rows.first?.ttftSeconds, 0.125))
  }

  /// Looser objectives never give a lower rate.
  @Test func rateGrowsWithTheObjectives() {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      let rows = [2.0, 4, 8, 16, 32].map {
        loop($0, ttft: .random(in: 0.05...2, using: &generator), tpot: .random(in: 0.005...0.1, using: &generator))
      }
      let ttft = Double.random(in: 0.05...2, using: &generator)
      let tpot = Double.random(in: 0.005...0.1, using: &generator)
      func rate(_ factor: Double) -> Double {
        tables(rows, ttft: ttft * factor, tpot: tpot * factor).tables.first?.rows.first?.ratePerSecond ?? 0
      }
      let rates = [1, 1.1, 1.5, 3, 100].map(rate)
      #expect(rates == rates.sorted())
      #expect(rates.last == tables(rows).tables.compactMap { $0.rows.first?.ratePerSecond }.max())
    }
  }

  @Test func cornersAreAtMeanLengthsAndRepeatsAreAveraged() throws {
    var row = loop(8, ttft: 0.2, tpot: 0.012)
    row.inputTokens = 1024
    row.outputTokens = 1024
    row.lengthRatio = 0.9
    var again = row
    again.tpotSeconds = 0.014
    let found = try #require(tables([row, again]).tables.first?.rows)
    #expect(found.count == 1)
    #expect(found.first?.inputTokens == 972 && found.first?.outputTokens == 972)
    #expect(near(found.first?.tpotSeconds, 0.013))
  }

  // MARK: Phases

  @Test func poolsOfADisaggregatedDeploymentShareTheRate() throws {
    var row = loop(24, ttft: 0.4, tpot: 0.008)
    row.kind = .disaggregated
    row.devices = 10
    row.prefill = Measurement.Workers(count: 3, devices: 2)
    row.decode = Measurement.Workers(count: 1, devices: 4, data: 4, expert: 4)
    let found = tables([row], ttft: 1, tpot: 0.01).tables
    #expect(found.map(\.phase) == [.decode, .prefill])
    #expect(found.map(\.strategy) == [ParallelStrategy(expert: 4, data: 4), ParallelStrategy(tensor: 2)])
    #expect(near(found[0].rows.first?.ratePerSecond, 12) && near(found[1].rows.first?.ratePerSecond, 4))
    #expect(found[0].rows.first?.ttftSeconds == nil && found[0].rows.first?.tpotSeconds == 0.008)
    #expect(found[1].rows.first?.ttftSeconds == 0.4 && found[1].rows.first?.tpotSeconds == nil)
    #expect(found.map(\.maximumBatch) == [24, nil])
    #expect(found.map(\.id) == found.map(\.id).sorted())
  }

  /// One prompt after the other, and a batch that decodes all the time.
  @Test func stepsAreLoopsOfASinglePhase() throws {
    var row = loop(32, ttft: 0.05, tpot: 0.02)
    row.kind = .step
    let found = tables([row]).tables
    #expect(found.map(\.phase) == [.decode, .prefill])
    #expect(near(found[0].rows.first?.ratePerSecond, 32 / (200 * 0.02)))
    #expect(near(found[1].rows.first?.ratePerSecond, 20))
    row.backend = "splitwise"
    #expect(near(tables([row]).tables.last?.rows.first?.ratePerSecond, 640))
    row.outputTokens = 1
    row.ttftSeconds = nil
    #expect(tables([row]).notes.map(\.reason) == ["answers of one token give no decode rate"])
  }

  // MARK: What says nothing

  @Test func measurementsThatSayNothingAreNamed() {
    func changed(_ change: (inout Measurement) -> Void) -> Measurement {
      var row = loop(4, ttft: 0.1, tpot: 0.01)
      change(&row)
      return row
    }
    let capacity = tables([
      changed { $0.ttftSeconds = nil }, changed { $0.tpotSeconds = nil }, changed { $0.weights = "fp7" },
      changed { $0.flags = ["ttft_warmup_outlier"] }, changed { $0.flags = ["failed_requests"] },
      changed { $0.devices = 3 },
    ])
    #expect(
      capacity.notes.map(\.reason) == [
        "no TTFT was measured", "no TPOT was measured", "unknown precision \"fp7\"",
        "the benchmark was not warm (ttft_warmup_outlier)", "requests of the benchmark failed",
        "TP2 × DP1 are 2 devices, not 3",
      ])
    #expect(capacity.notes.allSatisfy { $0.origin == Measurement.Origin(file: "rows.csv", line: 4) })
    #expect(capacity.tables.isEmpty && capacity.usedCount == 0)
  }

  /// Tables need no figures: an accelerator that the catalog does not know keeps its name, as an id.
  @Test func unknownNamesAreKept() {
    var row = loop(4, ttft: 0.1, tpot: 0.01)
    row.system = "My chip (2)"
    row.speculation = "eagle"
    let capacity = tables([row, row])
    #expect(capacity.tables.map(\.poolID) == ["My-chip--2-"])
    #expect(capacity.tables.map(\.id) == ["llama-3.1-70b-My-chip--2--vllm-fp8-tp2-eagle-c4"])
    #expect(capacity.notes.count == 1)
    #expect(
      capacity.notes.first?.reason.hasPrefix(
        "the catalog has no accelerator \"My chip (2)\": the tables name it \"My-chip--2-\"") == true)
  }

  /// Two names that become one id give two tables.
  @Test func idsAreNotUsedTwice() {
    var one = loop(4, ttft: 0.1, tpot: 0.01)
    one.speculation = "a b"
    var two = one
    two.speculation = "a-b"
    let ids = tables([one, two]).tables.map(\.id)
    #expect(ids == ["llama-3.1-70b-h100-sxm-vllm-fp8-tp2-a-b-c4", "llama-3.1-70b-h100-sxm-vllm-fp8-tp2-a-b-c4-2"])
    #expect(LoopGroups.identifier("—/é") == "unnamed")
  }
}
