import Testing

@testable import FleetCalibration

@Suite struct LeastSquaresTests {
  @Test func lineThroughPoints() throws {
    var system = LeastSquares(columns: 2)
    for x in 0..<5 { system.add([1, Double(x)], equals: 3 - 2 * Double(x)) }
    let solution = try #require(system.solved())
    #expect(abs(solution[0] - 3) < 1e-12 && abs(solution[1] + 2) < 1e-12)
  }

  @Test func residualIsOrthogonalToTheColumns() throws {
    let rows: [([Double], Double)] = [
      ([1, 2, 0.5], 1), ([0, 1, 4], -2), ([3, 1, 1], 0.5), ([2, 2, 2], 7), ([1, 0, 1], 3),
    ]
    var system = LeastSquares(columns: 3)
    for (row, value) in rows { system.add(row, equals: value) }
    let x = try #require(system.solved())
    for column in 0..<3 {
      let dot = rows.reduce(0) { sum, row in
        sum + row.0[column] * (row.1 - zip(row.0, x).reduce(0) { $0 + $1.0 * $1.1 })
      }
      #expect(abs(dot) < 1e-10)
    }
  }
}
