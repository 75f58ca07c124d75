import FleetReporting
import FleetServing
import Foundation
import Testing

/// What people and files name things never becomes markup, a formula or a command.
@Suite struct HostileNamesTests {
  private static let evil = "=<script>alert(1)</script>&\"'\u{1B}[31m]]>-->|`![x](http://e)\r\nnext"

  /// The name in each place of plans and studies that carries text.
  private func report() -> ComparisonReport {
    let evil = Self.evil
    var plan = Sample.robust()
    plan.problemName = evil
    for index in plan.groups.indices {
      plan.groups[index].id = evil + "\(index)"
      plan.groups[index].modelID = evil
      plan.groups[index].poolID = evil
      plan.groups[index].vendor = evil
      plan.groups[index].acceleratorName = evil
      plan.groups[index].weightPrecision = evil
      plan.groups[index].evidence?.text = evil
    }
    for index in plan.classes.indices {
      plan.classes[index].id = evil
      plan.classes[index].inputCostUSDPerHour = 1
      plan.classes[index].outputCostUSDPerHour = 1
    }
    for index in plan.purchases.indices {
      plan.purchases[index].poolID = evil
      plan.purchases[index].vendor = evil
    }
    plan.binding = [BindingConstraint(family: evil, name: evil, message: evil, shadowPrice: -1)]
    for index in plan.baselines.indices {
      plan.baselines[index].name = evil
      plan.baselines[index].note = evil
    }
    plan.provenance = PlanProvenance(
      inputHash: evil, catalogHash: evil, version: evil, solver: evil, solverStatus: evil, latencyModel: evil)
    var study = Sample.study()
    study.plan = plan
    study.alternatives[0].plan = plan
    study.frontiers[0].classID = evil
    study.frontiers[0].series[0].name = evil
    study.breakEvenPrices[0].poolID = evil
    study.breakEvenPrices[0].vendor = evil
    study.sensitivities[0].change = evil
    study.notes = [evil]
    return ComparisonReport(
      PlanComparison([(evil, plan), (evil + "2", Sample.infeasible())]), studies: [.init(name: evil, study: study)])
  }

  @Test func pages() throws {
    let html = report().html()
    #expect(!html.contains("<script") && !html.contains("\u{1B}"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(try !Rendered.html(html).isEmpty, "well-formed")
  }

  @Test func comments() {
    for text in [report().markdown(), ComparisonComment.render(report())] {
      #expect(
        !text.contains("<script") && !text.contains("\u{1B}")
          && !text.replacingOccurrences(of: "\\](", with: "").contains("](http"))
      #expect(text.components(separatedBy: "\n").allSatisfy { !$0.hasPrefix("next") })
    }
  }

  /// Every field that a spreadsheet could take for a formula starts with an apostrophe, unless it is a number.
  @Test func tables() {
    let records = Rendered.csv(report().csv())
    #expect(records.contains { $0[5].hasPrefix("'=<script>") })
    for record in records {
      #expect(record.count == 6)
      for field in record {
        let isFormula = field.first.map { "=+-@\t\r".contains($0) } ?? false
        #expect(!isFormula || Double(field) != nil, "\(field)")
        #expect(!field.contains("\u{1B}") && !field.contains("\n"))
      }
    }
  }

  /// No page of any kind runs or fetches anything.
  @Test func pagesStandAlone() {
    for report in RenderingAgreementTests.reports {
      let html = report.html().lowercased()
      for word in ["<script", "javascript:", " onload", "<link", "@import", "url(", " src=", "<iframe", "<object"] {
        #expect(!html.contains(word), "\(word)")
      }
      let links = html.matches(of: /https?:\/\/[^"<\s]*/).map { String($0.output) }
      #expect(links.allSatisfy { $0 == "http://www.w3.org/2000/svg" })
      #expect(html.components(separatedBy: "<svg").count == html.components(separatedBy: "<svg role=\"img\"").count)
      #expect(html.components(separatedBy: "<svg").count == html.components(separatedBy: "<desc>").count)
    }
  }
}
