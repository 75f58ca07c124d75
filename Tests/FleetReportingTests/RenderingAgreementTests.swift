import FleetJSON
import FleetReporting
import FleetServing
import Foundation
import Testing

/// HTML, Markdown, CSV and JSON of a report, each parsed back, show the same cells.
@Suite struct RenderingAgreementTests {
  static let reports: [ComparisonReport] =
    [
      Sample.comparison(), ComparisonReport(PlanComparison([("chat", Sample.current())])),
      ComparisonReport(PlanComparison([("none", Sample.infeasible()), ("open", Sample.unsolved())])),
      ComparisonReport(
        PlanComparison([("traffic", Sample.traffic()), ("fleet", Sample.fleet()), ("r", Sample.robust())])),
    ] + (1...20).map { RandomPlans.report(seed: $0) }

  @Test(arguments: reports.indices)
  func fourRenderingsAgree(index: Int) throws {
    let report = Self.reports[index]
    let html = try Rendered.html(report.html())
    let markdown = Rendered.markdown(report.markdown())
    #expect(html == markdown)
    let json = try jsonTables(report)
    #expect(html == json.map(\.rendered))
    #expect(html.count == report.document.sections.flatMap(\.tables).filter { !$0.rows.isEmpty }.count)

    let records = Rendered.csv(report.csv())
    #expect(records.first == ["section", "table", "row", "column", "unit", "value"])
    #expect(records.allSatisfy { $0.count == 6 })
    var cells: [[String]: [String]] = [:]
    for record in records.dropFirst() where record[0] != "summary" {
      #expect(
        cells.updateValue([record[4], record[5]], forKey: Array(record.prefix(4))) == nil, "\(record) comes twice")
    }
    #expect(cells.count == json.reduce(0) { $0 + $1.cells.count })
    for table in json {
      for (key, cell) in table.cells {
        let found = try #require(cells[key], "\(key) is missing in the CSV")
        #expect(found[0] == cell.unit ?? "", "\(key)")
        switch cell.value {
        case .number(let number, _): #expect(Double(found[1]) == number, "\(key): full precision")
        case .string(let text):
          let isFormula = text.unicodeScalars.first.map { "=+-@".unicodeScalars.contains($0) } ?? false
          #expect(found[1] == (isFormula ? "'" : "") + printable(text), "\(key)")
        default: #expect(found[1].isEmpty)
        }
        expectSame(cell, key)
      }
    }
  }

  /// The text is what the value rounds to: within half of its last digit, in its unit.
  private func expectSame(_ cell: JSONTable.Cell, _ key: [String]) {
    guard case .number(let number, _) = cell.value else {
      if case .string(let text) = cell.value { #expect(text == cell.text, "\(key)") }
      return
    }
    let digits = cell.text.filter { "0123456789.−-".contains($0) }.replacingOccurrences(of: "−", with: "-")
    guard let shown = Double(digits) else {
      Issue.record("\(key): \(cell.text) is no number")
      return
    }
    var scale = 1.0
    if cell.text.hasSuffix("%") { scale = 100 }
    if cell.unit == "ms", !cell.text.hasSuffix("ms") { scale = 0.001 }
    if cell.text.hasSuffix("kW") { scale = 0.001 }
    if cell.text.hasSuffix("MW") { scale = 0.000001 }
    let decimals = digits.split(separator: ".").dropFirst().first?.count ?? 0
    let step = pow(10, -Double(decimals))
    #expect(
      abs(number * scale - shown) <= step / 2 * 1.0001 + abs(shown) * 1e-12,
      "\(key): \(number) is shown as \(cell.text)")
    #expect(!cell.text.hasPrefix("+") || number > 0, "\(key)")
  }

  private func jsonTables(_ report: ComparisonReport) throws -> [JSONTable] {
    let root = try JSONParser.parse(text: report.encoded().encoded(), source: "report")
    let sections = member(member(root, "report"), "sections").map(elements) ?? []
    return sections.flatMap { section in
      (member(section, "tables").map(elements) ?? []).map {
        JSONTable($0, section: string(member(section, "id")), title: string(member(section, "title")))
      }
    }.filter { !$0.rendered.rows.isEmpty }
  }
}

/// A table in the JSON of a report.
private struct JSONTable {
  struct Cell {
    var text: String
    var value: JSONNode.Value
    var unit: String?
  }

  var rendered: RenderedTable
  /// By section, table, row and column.
  var cells: [[String]: Cell] = [:]

  init(_ node: JSONNode, section: String, title: String) {
    let columns = member(node, "columns").map(elements) ?? []
    let ids = columns.map { string(member($0, "id")) }
    let table = string(member(node, "id"))
    rendered = RenderedTable(section: title, columns: columns.map { string(member($0, "title")) }, rows: [], total: nil)
    func read(_ row: JSONNode, _ name: String) -> [String] {
      ids.map { id in
        guard let cell = member(row, id) else { return "missing" }
        let unit = member(cell, "unit").flatMap { node -> String? in
          if case .string(let text) = node.value { text } else { nil }
        }
        cells[[section, table, name, id]] = Cell(
          text: string(member(cell, "text")), value: member(cell, "value")?.value ?? .null, unit: unit)
        return string(member(cell, "text"))
      }
    }
    let rows: [JSONNode] = member(node, "rows").map(elements) ?? []
    for (index, row) in rows.enumerated() {
      rendered.rows.append(read(row, String(index + 1)))
    }
    if let total = member(node, "total"), case .object = total.value { rendered.total = read(total, "total") }
  }
}

private func member(_ node: JSONNode?, _ key: String) -> JSONNode? {
  guard case .object(let members) = node?.value else { return nil }
  return members.first { $0.key == key }?.node
}

private func elements(_ node: JSONNode) -> [JSONNode] {
  if case .array(let elements) = node.value { elements } else { [] }
}

private func string(_ node: JSONNode?) -> String {
  if case .string(let text) = node?.value { text } else { "" }
}
