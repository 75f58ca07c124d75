/// A report of any kind as sections of sentences, tables and charts, free of any output format. `DocumentHTML`,
/// `DocumentMarkdown`, `DocumentCSV` and `DocumentJSON` render the same value, so that they cannot disagree.
public struct ReportDocument: Sendable, Hashable {
  /// A part with a title of its own.
  public struct Section: Sendable, Hashable {
    /// Stable name for programs and links; unique within the document.
    public var id: String
    public var title: String
    /// In reading order.
    public var blocks: [Block]

    /// - Parameter id: Derived from the title where it is not given.
    public init(_ title: String, id: String? = nil, blocks: [Block]) {
      self.id = id ?? ReportTable.identifier(title)
      self.title = title
      self.blocks = blocks
    }

    /// Sentences first, then charts, tables and remarks.
    public init(
      _ title: String, id: String? = nil, paragraphs: [String] = [], charts: [LineChart] = [],
      tables: [ReportTable] = [], remarks: [Report.Remark] = []
    ) {
      var blocks = paragraphs.map { Block.paragraph($0) }
      if !charts.isEmpty { blocks.append(.charts(charts)) }
      blocks += tables.map { .table($0) }
      if !remarks.isEmpty { blocks.append(.remarks(remarks)) }
      self.init(title, id: id, blocks: blocks)
    }

    public var tables: [ReportTable] {
      blocks.compactMap { block in
        switch block {
        case .table(let table), .collapsed(let table): table
        default: nil
        }
      }
    }

    public var charts: [LineChart] {
      blocks.flatMap { block -> [LineChart] in
        switch block {
        case .charts(let charts): charts
        default: []
        }
      }
    }
  }

  public enum Block: Sendable, Hashable {
    case paragraph(String)
    /// Said in a smaller voice: how to read what is above, or what is missing.
    case note(String)
    case remarks([Report.Remark])
    case table(ReportTable)
    /// A table that a page shows on demand.
    case collapsed(ReportTable)
    /// Side by side where there is room. Each chart's numbers are in a table of the same section.
    case charts([LineChart])
    /// Costs as bars; their numbers are in a table of the same section.
    case bars(BaselineChart)
    /// Effects to both sides of zero; their numbers are in a table of the same section.
    case effects(EffectChart)
  }

  /// A word or two over the title, for example `Fleet comparison`.
  public var kicker: String
  public var title: String
  /// Under the title; empty for none.
  public var subtitle: String
  /// The answer in one sentence.
  public var answer: String
  /// Sentences that follow the answer.
  public var findings: [String]
  public var figures: [Report.Figure]
  public var sections: [Section]

  public init(
    kicker: String, title: String, subtitle: String = "", answer: String, findings: [String] = [],
    figures: [Report.Figure] = [], sections: [Section] = []
  ) {
    self.kicker = kicker
    self.title = title
    self.subtitle = subtitle
    self.answer = answer
    self.findings = findings
    self.figures = figures
    self.sections = sections
  }

  /// What is said before the first section, as tables: the form in which CSV and JSON carry it.
  var summaryTables: [ReportTable] {
    var statements = ReportTable(
      "Summary", id: "summary", columns: [.init("What", id: "what"), .init("Text", id: "text")])
    func add(_ what: String, _ text: String) {
      if !text.isEmpty { statements.add([.init(what), .init(.text(text))]) }
    }
    add("title", title)
    add("subtitle", subtitle)
    add("answer", answer)
    for finding in findings { add("finding", finding) }
    var table = ReportTable(
      "Key figures", id: "figures",
      columns: [.init("Figure", id: "figure"), .init("Value", .right, id: "value"), .init("Note", id: "note")])
    for figure in figures {
      var cell = ReportTable.Cell(figure.value)
      cell.value = figure.number
      table.add([.init(figure.label), cell, .init(figure.note ?? "")])
    }
    return [statements] + (figures.isEmpty ? [] : [table])
  }
}
