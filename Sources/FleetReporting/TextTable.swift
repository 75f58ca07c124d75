/// Lays a table out in columns of text.
struct TextTable {
  let style: TextStyle
  /// Columns before each line.
  let indentation = 2
  /// Columns between two columns of the table.
  let gap = 2
  /// Least width of a column that wraps.
  let narrowest = 20

  /// The title, the titles of the columns, the rows, the totals and the note; at most `limit` rows.
  func lines(of table: ReportTable, limit: Int = .max) -> [String] {
    let spelled = spelled(table)
    let fitted = fitted(spelled)
    let widths = widths(of: fitted)
    var lines = [style.paint(style.spell(table.title), .bold)]
    let titles = fitted.columns.map { ReportTable.Cell($0.title, .muted) }
    lines += row(titles, columns: fitted.columns, widths: widths)
    for cells in fitted.rows.prefix(limit) { lines += row(cells, columns: fitted.columns, widths: widths) }
    if table.rows.count > limit {
      let rest = "\(table.rows.count - limit) more rows are in the plan file"
      lines.append(String(repeating: " ", count: indentation) + style.paint(rest, .dim))
    }
    if let footer = fitted.footer {
      lines += row(footer.map { .init($0.text, .muted) }, columns: fitted.columns, widths: widths)
    }
    if let note = table.note {
      lines += TextStyle.wrap(style.spell(note), width: style.width - indentation).map {
        String(repeating: " ", count: indentation) + style.paint($0, .dim)
      }
    }
    return lines
  }

  /// Cells in the characters of the style, so that widths are those of the output.
  private func spelled(_ table: ReportTable) -> ReportTable {
    var result = ReportTable(
      table.title,
      columns: table.columns.map { column in
        var column = column
        column.title = style.spell(column.title)
        return column
      })
    for row in table.rows { result.add(row.map { .init(style.spell($0.text), $0.tone) }) }
    if let footer = table.footer { result.addFooter(footer.map { .init(style.spell($0.text), $0.tone) }) }
    return result
  }

  /// Without the columns of the highest ranks, as many as it takes to fit.
  private func fitted(_ table: ReportTable) -> ReportTable {
    var table = table
    while least(table) > style.width, let rank = table.columns.map(\.rank).max(), rank > 0 {
      table = table.droppingColumns { column, _ in column.rank == rank }
    }
    return table
  }

  /// Columns that the table needs when wrapping columns are at their narrowest.
  private func least(_ table: ReportTable) -> Int {
    let widths = natural(table)
    let narrow = zip(table.columns, widths).map { column, width in column.wraps ? min(width, narrowest) : width }
    return narrow.reduce(indentation, +) + gap * max(0, table.columns.count - 1)
  }

  private func natural(_ table: ReportTable) -> [Int] {
    table.columns.indices.map { index in
      let cells =
        table.rows.map { $0[index].text } + [table.columns[index].title] + (table.footer.map { [$0[index].text] } ?? [])
      return cells.map { TextStyle.columns(of: $0) }.max() ?? 0
    }
  }

  /// Natural widths; what is too wide is taken from the wrapping columns.
  private func widths(of table: ReportTable) -> [Int] {
    var widths = natural(table)
    var excess = widths.reduce(indentation, +) + gap * max(0, table.columns.count - 1) - style.width
    for index in table.columns.indices.reversed() where table.columns[index].wraps && excess > 0 {
      let cut = min(excess, max(0, widths[index] - narrowest))
      widths[index] -= cut
      excess -= cut
    }
    return widths
  }

  private func row(_ cells: [ReportTable.Cell], columns: [ReportTable.Column], widths: [Int]) -> [String] {
    let parts = zip(cells, zip(columns, widths)).map { cell, layout in
      layout.0.wraps ? TextStyle.wrap(cell.text, width: layout.1) : [cell.text]
    }
    return (0..<(parts.map(\.count).max() ?? 0)).map { line in
      var text = ""
      var pending = indentation
      for (index, part) in parts.enumerated() {
        let content = line < part.count ? part[line] : ""
        let padding = max(0, widths[index] - TextStyle.columns(of: content))
        let isRight = columns[index].alignment == .right
        if isRight { pending += padding }
        if !content.isEmpty {
          text += String(repeating: " ", count: pending) + style.paint(content, style.ink(for: cells[index].tone))
          pending = 0
        }
        if !isRight { pending += padding }
        pending += gap
      }
      return text
    }
  }
}
