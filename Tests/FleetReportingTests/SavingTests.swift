import FleetReporting
import FleetServing
import Testing

/// What is saved lies between what both bounds allow.
@Suite struct SavingTests {
  private func side(_ status: PlanStatus, _ value: Double?, _ bound: Double? = nil) -> Saving.Side {
    Saving.Side(status: status, value: value, bound: bound)
  }

  @Test func bothProven() {
    let saving = Saving(of: side(.optimal, 38.4), against: [side(.optimal, 47.04)])
    #expect(saving.verdict == .pays && saving.isExact)
    #expect(abs((saving.atLeast ?? 0) - 8.64) < 1e-9)
    let none = Saving(of: side(.optimal, 38.4), against: [side(.optimal, 38.4 + 1e-7)])
    #expect(none == Saving(verdict: .doesNotPay, atLeast: 0, atMost: 0))
  }

  @Test func theBestRestrictionCounts() {
    let saving = Saving(
      of: side(.optimal, 10), against: [side(.optimal, 30), side(.infeasible, nil), side(.optimal, 14)])
    #expect(saving.verdict == .pays && saving.atLeast == 4 && saving.atMost == 4)
    // One that was not settled could be cheaper than all others.
    let open = Saving(of: side(.optimal, 10), against: [side(.optimal, 30), side(.unsolved, nil)])
    #expect(open == Saving(verdict: .mayPay, atLeast: 0, atMost: 20))
    // Unless its bound says that it cannot be.
    let bounded = Saving(of: side(.optimal, 10), against: [side(.optimal, 30), side(.unsolved, nil, 25)])
    #expect(bounded == Saving(verdict: .pays, atLeast: 15, atMost: 20))
  }

  @Test func gapsWidenTheSaving() {
    let saving = Saving(of: side(.feasible, 10, 9), against: [side(.feasible, 15, 12)])
    #expect(saving == Saving(verdict: .pays, atLeast: 2, atMost: 6))
    let maybe = Saving(of: side(.feasible, 10, 9), against: [side(.feasible, 15, 8)])
    #expect(maybe == Saving(verdict: .mayPay, atLeast: 0, atMost: 6))
    let unknown = Saving(of: side(.feasible, 10, 9), against: [side(.feasible, 10, 8)])
    #expect(unknown == Saving(verdict: .unknown, atLeast: 0, atMost: 1))
    let unbounded = Saving(of: side(.feasible, 10, nil), against: [side(.optimal, 15)])
    #expect(unbounded == Saving(verdict: .pays, atLeast: 5, atMost: nil))
  }

  @Test func proofsOfImpossibility() {
    #expect(Saving(of: side(.optimal, 10), against: [side(.infeasible, nil)]) == Saving(verdict: .needed))
    #expect(Saving(of: side(.unsolved, nil), against: [side(.optimal, 10)]) == Saving(verdict: .unknown))
    #expect(
      Saving(of: side(.optimal, 10), against: [side(.infeasible, nil), side(.unsolved, nil)]).verdict == .unknown)
  }

  /// Of random optima, hidden behind random gaps, the saving always holds the truth.
  @Test func theTruthIsWithin() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<2000 {
      let with = Double.random(in: 1...100, using: &random)
      let restricted = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        with + (Bool.random(using: &random) ? 0 : Double.random(in: 0...50, using: &random))
      }
      func hidden(_ optimum: Double) -> Saving.Side {
        if Bool.random(using: &random) { return side(.optimal, optimum) }
        return side(
          .feasible, optimum * Double.random(in: 1...1.3, using: &random),
          optimum * Double.random(in: 0.7...1, using: &random))
      }
      let saving = Saving(of: hidden(with), against: restricted.map(hidden))
      let truth = (restricted.min() ?? 0) - with
      #expect((saving.atLeast ?? 0) <= truth + 1e-4 && truth <= (saving.atMost ?? .infinity) + 1e-4)
      if saving.verdict == .pays { #expect(truth > 0) }
      if saving.verdict == .doesNotPay { #expect(truth < 1e-3) }
    }
  }

  @Test func sentences() throws {
    func sentence(_ change: (inout Plan) -> Void) -> String {
      var plan = Sample.current()
      change(&plan)
      let report = ComparisonReport(PlanComparison([("a", plan)]))
      return report.document.findings.first?.replacingOccurrences(of: "\u{A0}", with: " ") ?? ""
    }
    #expect(
      sentence { _ in }
        == "Disaggregation saves $8.64/h (18 %) against the best plan without it, proven by both optima.")
    #expect(
      sentence {
        $0.baselines[4].status = .feasible
        $0.baselines[4].bound = 40
      }
        == "Disaggregation saves at least $1.60/h (3.4 %) and at most $8.64/h against the best plan without it; not every optimum is proven."
    )
    #expect(
      sentence {
        $0.baselines[4].status = .feasible
        $0.baselines[4].bound = 30
      }
        == "Disaggregation saves $8.64/h (18 %) against the best plan without it that was found (at most $8.64/h); no saving is proven, since that plan may not be the best."
    )
    #expect(
      sentence { $0.baselines[4].costUSDPerHour = 38.4 }
        == "Disaggregation saves nothing: the best plan without it costs no more, proven by both optima.")
    #expect(
      sentence {
        $0.baselines[4].status = .infeasible
        $0.baselines[4].costUSDPerHour = nil
      } == "Disaggregation is needed: proven that nothing meets all rules without it.")
    #expect(
      sentence {
        $0.baselines[4].status = .unsolved
        $0.baselines[4].costUSDPerHour = nil
        $0.baselines[4].bound = nil
      } == "Whether disaggregation saves anything was not settled within the limits.")
  }
}
