import Foundation
import Testing

@testable import FleetSimulation

@Suite struct StatisticsTests {
  @Test(arguments: [1e-6, 0.02, 3, 400])
  func quantilesAreWithinHalfAPercent(scale: Double) {
    var random = RandomStream(seed: 20)
    var sketch = QuantileSketch()
    var values: [Double] = []
    for _ in 0..<50_000 {
      let value = scale * exp(1.5 * random.normal())
      values.append(value)
      sketch.add(value)
    }
    values.sort()
    for percent in [1, 5, 25, 50, 75, 90, 95, 99] {
      let exact = values[values.count * percent / 100 - 1]
      let found = sketch.quantile(Double(percent) / 100) ?? .nan
      #expect(abs(found / exact - 1) < 0.005, "P\(percent)")
    }
    #expect(sketch.quantile(1) == values.last)
    #expect(sketch.quantile(0) == values.first)
    #expect(sketch.maximum == values.last && sketch.minimum == values.first)
    #expect(abs(sketch.mean / (values.reduce(0, +) / 50_000) - 1) < 1e-12)
  }

  @Test func twoValuesFarApart() {
    var sketch = QuantileSketch()
    sketch.add(1e-5, times: 3)
    sketch.add(1e5)
    #expect(abs((sketch.quantile(0.5) ?? 0) / 1e-5 - 1) < 0.004)
    #expect(sketch.quantile(1) == 1e5)
    #expect(sketch.count == 4)
  }

  @Test func zeroesAndEmptySketches() {
    var sketch = QuantileSketch()
    #expect(sketch.quantile(0.5) == nil)
    sketch.add(0, times: 10)
    #expect(sketch.quantile(0.99) == 0)
  }

  @Test func mergingIsAddingAll() {
    var random = RandomStream(seed: 2)
    var parts = [QuantileSketch](repeating: QuantileSketch(), count: 3)
    var all = QuantileSketch()
    for index in 0..<3000 {
      let value = random.exponential() * [0.001, 1, 1000][index % 3]
      parts[index % 3].add(value)
      all.add(value)
    }
    var merged = parts[1]
    merged.merge(parts[2])
    merged.merge(parts[0])
    merged.merge(QuantileSketch())
    for percent in stride(from: 0, through: 100, by: 5) {
      #expect(merged.quantile(Double(percent) / 100) == all.quantile(Double(percent) / 100))
    }
    #expect(merged.count == all.count)
  }

  @Test func studentQuantilesAreThoseOfTables() {
    // Two-sided 5 % points of Student's t.
    for (degrees, value) in [(10, 2.228139), (19, 2.093024), (24, 2.063899), (63, 1.998341)] {
      #expect(abs(studentQuantile(degreesOfFreedom: Double(degrees)) - value) < 1e-4)
    }
  }

  /// Intervals of a correlated series must cover the truth about 95 times in 100: x' = φx + (1 − φ)e, e exponential.
  @Test func intervalsOfAnAutoregressiveSeriesCoverItsMeanAndMedian() {
    let runs = 200
    var coversMean = 0
    var coversMedian = 0
    // The median of the stationary distribution, from one long run of another seed.
    var long = QuantileSketch()
    series(seed: 999, count: 1_000_000) { long.add($0) }
    let median = long.quantile(0.5) ?? .nan
    for run in 0..<runs {
      var statistics = BatchedStatistics()
      series(seed: UInt64(run), count: 16_000) { statistics.add($0) }
      if let mean = statistics.mean, let half = mean.halfWidth, abs(mean.value - 1) <= half { coversMean += 1 }
      if let found = statistics.quantile(0.5), let half = found.halfWidth, abs(found.value - median) <= half {
        coversMedian += 1
      }
    }
    // 95 % of 200 is 190 with a standard deviation of 3.1.
    #expect((178...199).contains(coversMean), "mean covered in \(coversMean) of \(runs) runs, seeds 0..<\(runs)")
    #expect((178...199).contains(coversMedian), "median covered in \(coversMedian) of \(runs) runs")
  }

  private func series(seed: UInt64, count: Int, _ body: (Double) -> Void) {
    var random = RandomStream(seed: seed)
    var value = 1.0
    for _ in 0..<100 { value = 0.9 * value + 0.1 * random.exponential() }
    for _ in 0..<count {
      value = 0.9 * value + 0.1 * random.exponential()
      body(value)
    }
  }

  @Test func shortRunsHaveNoInterval() {
    var statistics = BatchedStatistics()
    #expect(statistics.mean == nil && statistics.quantile(0.5) == nil)
    for index in 0..<319 { statistics.add(Double(index)) }
    #expect(statistics.mean?.halfWidth == nil)
    statistics.add(1)
    #expect(statistics.mean?.halfWidth != nil)
    #expect(statistics.quantile(0.5)?.halfWidth != nil)
    // A batch of 16 has less than one observation beyond the 99th percentile.
    #expect(statistics.quantile(0.99)?.halfWidth == nil)
  }

  @Test func seriesKeepTheirIntegralWhenBinsAreJoined() {
    var series = TimeSeries(binSeconds: 0.5)
    var random = RandomStream(seed: 8)
    var time = 0.0
    var integral = 0.0
    for _ in 0..<3000 {
      let seconds = random.exponential()
      series.add(3, from: time, seconds: seconds)
      integral += 3 * seconds
      time += seconds
    }
    #expect(abs(series.integrals.reduce(0, +) / integral - 1) < 1e-12)
    #expect(series.integrals.count <= TimeSeries.mostBins)
    #expect(series.binSeconds == 16)
    #expect(series.means.dropLast().allSatisfy { abs($0 - 3) < 1e-9 })
  }

  @Test func streamsOfOneSeedDiffer() {
    let firsts = (0..<100).map { index in
      var stream = RandomStream(seed: 1, stream: index)
      return stream.next()
    }
    #expect(Set(firsts).count == 100)
  }

  @Test(arguments: [0.2, 0.6, 1, 3.5, 50])
  func gammaVariablesHaveTheirMoments(shape: Double) {
    var random = RandomStream(seed: 6)
    let values = (0..<100_000).map { _ in random.gamma(shape: shape) }
    let mean = values.reduce(0, +) / 100_000
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_000
    #expect(abs(mean - 1) < 4 * (1 / shape / 100_000).squareRoot())
    #expect(abs(variance * shape - 1) < 0.05)
  }
}
