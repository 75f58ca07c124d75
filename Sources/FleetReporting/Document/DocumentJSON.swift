import FleetJSON

/// A document as JSON: sentences, and the tables and charts with typed values.
public enum DocumentJSON {
  /// What the `format` key of a document by itself says.
  public static let format = "fleetplan-report/1"

  /// The whole file. The same document gives the same bytes.
  public static func render(_ document: ReportDocument) -> String {
    var members = self.members(of: document)
    members["format"] = .string(format)
    return JSONOutput.object(members).encoded()
  }

  /// `title`, `answer`, `findings`, `figures` and `sections`, to be put among other keys.
  public static func members(of document: ReportDocument) -> [String: JSONOutput] {
    [
      "title": .string(plain(document.title)),
      "subtitle": .string(plain(document.subtitle)),
      "answer": .string(plain(document.answer)),
      "findings": .array(document.findings.map { .string(plain($0)) }),
      "figures": .array(
        document.figures.map { figure in
          var cell = ReportTable.Cell(figure.value)
          cell.value = figure.number
          return [
            "label": .string(plain(figure.label)), "text": .string(plain(figure.value)), "value": cell.exported,
            "unit": JSONOutput(cell.exportedUnit), "note": JSONOutput(figure.note.map(plain)),
          ]
        }),
      "sections": .array(document.sections.map(section)),
    ]
  }

  private static func section(_ section: ReportDocument.Section) -> JSONOutput {
    let sentences: [String] = section.blocks.flatMap { block -> [String] in
      switch block {
      case .paragraph(let text), .note(let text): [text]
      case .remarks(let remarks): remarks.map { $0.text + ($0.detail.map { " (\($0))" } ?? "") }
      default: []
      }
    }
    return [
      "id": .string(section.id),
      "title": .string(plain(section.title)),
      "sentences": .array(sentences.map { .string(plain($0)) }),
      "tables": .array(section.tables.map(table)),
      "charts": .array(section.charts.map(chart)),
    ]
  }

  private static func table(_ table: ReportTable) -> JSONOutput {
    func row(_ cells: [ReportTable.Cell]) -> JSONOutput {
      .object(
        Dictionary(
          zip(table.columns, cells).map { column, cell in
            (
              column.id,
              [
                "text": .string(plain(cell.text)), "value": cell.exported, "unit": JSONOutput(cell.exportedUnit),
              ]
            )
          }, uniquingKeysWith: { first, _ in first }))
    }
    return [
      "id": .string(table.id),
      "title": .string(plain(table.title)),
      "columns": .array(
        table.columns.map { ["id": .string($0.id), "title": .string(plain($0.title))] }),
      "rows": .array(table.rows.map(row)),
      "total": table.footer.map(row) ?? .null,
      "note": JSONOutput(table.note.map(plain)),
    ]
  }

  private static func chart(_ chart: LineChart) -> JSONOutput {
    func axis(_ axis: LineChart.Axis) -> JSONOutput {
      ["title": .string(axis.title), "unit": .string(axis.unit), "scale": .string(axis.scale.rawValue)]
    }
    return [
      "id": .string(chart.id),
      "title": .string(plain(chart.title)),
      "x": axis(chart.xAxis),
      "y": axis(chart.yAxis),
      "style": .string(chart.style.rawValue),
      "marks": .array(chart.marks.map { ["x": .number($0.x), "label": .string(plain($0.label))] }),
      "series": .array(
        chart.series.map { series in
          [
            "name": .string(plain(series.name)),
            "points": .array(
              series.points.map { point in
                ["x": .number(point.x), "y": .number(point.y), "label": .string(plain(point.label))]
              }),
          ]
        }),
    ]
  }
}
