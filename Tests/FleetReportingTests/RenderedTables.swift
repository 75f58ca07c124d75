import FleetJSON
import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A table as one rendering shows it: text of titles and cells only.
struct RenderedTable: Equatable {
  var section: String
  var columns: [String]
  var rows: [[String]]
  var total: [String]?
}

/// Reads tables back out of the renderings of a document, with code that shares nothing with the renderers.
enum Rendered {
  private static func spaced(_ text: String) -> String {
    text.replacingOccurrences(of: "\u{A0}", with: " ").trimmingCharacters(in: .whitespaces)
  }

  // MARK: HTML, read as XML

  static func html(_ page: String) throws -> [RenderedTable] {
    let reader = try PageReader(page)
    return reader.tables.map { table in
      RenderedTable(
        section: spaced(table.section), columns: table.columns.map(spaced), rows: table.rows.map { $0.map(spaced) },
        total: table.total.map { $0.map(spaced) })
    }
  }

  // MARK: Markdown

  static func markdown(_ text: String) -> [RenderedTable] {
    var tables: [RenderedTable] = []
    var section = ""
    var current: [[String]] = []
    func finish() {
      guard current.count >= 2 else { return }
      var rows = Array(current.dropFirst(2))
      var total: [String]?
      if let last = rows.last, last.first?.hasPrefix("**") == true {
        total = last.map { $0.replacingOccurrences(of: "**", with: "") }
        rows.removeLast()
      }
      tables.append(RenderedTable(section: section, columns: current[0], rows: rows, total: total))
      current = []
    }
    for line in text.components(separatedBy: "\n") + [""] {
      if line.hasPrefix("|") {
        current.append(cells(of: line))
      } else {
        finish()
        if line.hasPrefix("## ") { section = unescaped(String(line.dropFirst(3))) }
      }
    }
    return tables
  }

  private static func cells(of line: String) -> [String] {
    var cells: [String] = []
    var cell = ""
    var isEscaped = false
    for character in line.dropFirst() {
      if isEscaped {
        cell += "\\" + String(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == "|" {
        cells.append(unescaped(cell.trimmingCharacters(in: .whitespaces)))
        cell = ""
      } else {
        cell.append(character)
      }
    }
    return cells
  }

  private static func unescaped(_ text: String) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      if !isEscaped, character == "\\" {
        isEscaped = true
        continue
      }
      isEscaped = false
      result.append(character)
    }
    return result.replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&amp;", with: "&")
  }

  // MARK: CSV

  /// Records of RFC 4180 text.
  static func csv(_ text: String) -> [[String]] {
    var records: [[String]] = []
    var record: [String] = []
    var field = ""
    var isQuoted = false
    var rest = Substring(text)
    while let character = rest.popFirst() {
      if isQuoted {
        if character == "\"" {
          if rest.first == "\"" {
            field.append("\"")
            rest.removeFirst()
          } else {
            isQuoted = false
          }
        } else {
          field.append(character)
        }
      } else if character == "\"" {
        isQuoted = true
      } else if character == "," {
        record.append(field)
        field = ""
      } else if character == "\r\n" {
        records.append(record + [field])
        record = []
        field = ""
      } else {
        field.append(character)
      }
    }
    return records
  }
}

/// Walks a page as XML: what is not well-formed is an error.
private final class PageReader: NSObject, XMLParserDelegate {
  struct Table {
    var section = ""
    var columns: [String] = []
    var rows: [[String]] = []
    var total: [String]?
  }

  var tables: [Table] = []
  private var path: [String] = []
  private var section = ""
  private var text = ""
  private var row: [String] = []

  init(_ page: String) throws {
    super.init()
    var xml = page.replacingOccurrences(of: "<!doctype html>", with: "")
    for match in page.matches(of: /<meta [^>]*>/) {
      xml = xml.replacingOccurrences(of: String(match.output), with: String(match.output.dropLast()) + "/>")
    }
    let parser = XMLParser(data: Data(xml.utf8))
    parser.delegate = self
    if !parser.parse() {
      throw parser.parserError ?? CocoaError(.fileReadCorruptFile)
    }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    path.append(name)
    if name == "table" { tables.append(Table(section: section)) }
    if name == "tr" { row = [] }
    if ["th", "td", "h2"].contains(name) { text = "" }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    if name == "h2" { section = text }
    if ["th", "td"].contains(name) { row.append(text) }
    if name == "tr", !tables.isEmpty {
      if path.contains("thead") {
        tables[tables.count - 1].columns = row
      } else if path.contains("tfoot") {
        tables[tables.count - 1].total = row
      } else {
        tables[tables.count - 1].rows.append(row)
      }
    }
    path.removeLast()
  }
}
