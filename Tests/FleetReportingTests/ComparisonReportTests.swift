import FleetReporting
import FleetServing
import Foundation
import Testing

@Suite struct ComparisonReportTests {
  @Test func goldens() throws {
    let report = Sample.comparison()
    try expectGolden(report.markdown(), "comparison-report.md")
    try expectGolden(ComparisonComment.render(report), "comparison-comment.md")
    try expectGolden(ComparisonText.render(report), "comparison-report.txt")
    if let folder = ProcessInfo.processInfo.environment["FLEETPLAN_LOOK"] {
      try report.html().write(toFile: folder + "/sample.html", atomically: true, encoding: .utf8)
    }
  }
}
