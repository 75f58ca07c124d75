import FleetJSON

extension ProblemReading {
  func readTables(_ object: JSONObject) -> [CapacityTable]? {
    guard let reader = object.optional("capacity_tables") else { return [] }
    return reader.isString ? readTablesFile(reader) : readTables(reader)
  }

  /// A JSON file with the one key `capacity_tables`, as `fleetplan tabulate` writes it.
  private func readTablesFile(_ reader: JSONReader) -> [CapacityTable]? {
    guard let name = reader.string("the path of a JSON file") else { return nil }
    let collector = FaultCollector(source: name, limit: 20)
    var tables: [CapacityTable]?
    do throws(Faults) {
      let bytes = try InputFile.read(path: resolvedPath(name))
      manifest += "\(name) \(sha256Hex(bytes))\n"
      let file = JSONReader(try JSONParser.parse(bytes, source: name), faults: collector)
      if let list = file.object("an object with capacity_tables", keys: ["capacity_tables"])?.required(
        "capacity_tables", "an array of capacity tables")
      {
        tables = readTables(list)
      }
    } catch {
      collector.add(error)
    }
    for fault in collector.faults { reader.fault("\(name), \(fault.description)") }
    return collector.isEmpty ? tables : nil
  }

  private func readTables(_ reader: JSONReader) -> [CapacityTable]? {
    guard let elements = reader.array("an array of capacity tables", count: 0...ProblemBounds.tables) else {
      return nil
    }
    var declared = DeclaredEntries<CapacityTable>(noun: "a capacity table")
    for element in elements {
      guard let entry = element.object("a capacity table", .capacityTable) else { continue }
      let id = entry.id()
      declared.add(id, at: entry, readTable(entry, id: id ?? ""))
    }
    return declared.values.count == elements.count ? declared.values : nil
  }

  private func readTable(_ entry: JSONObject, id: String) -> CapacityTable? {
    let modelID = servedModelID(at: entry.required("model", "the id of a model"))
    let poolID = pools.id(at: entry.required("accelerator", "the id of an accelerator"))
    let phase = entry.choice("phase", of: Phase.self, default: .aggregated)
    let degrees = ["tp", "pp", "ep", "dp"].map { key in
      entry.optional(key).map { $0.integer(in: .closed(1, 1024)) } ?? 1
    }
    let precision = entry.optional("precision").map { $0.precision() }
    let batch = entry.optionalInteger("max_batch", unit: "sequences", in: .closed(1, 1e6))
    let source = entry.optional("source").map { $0.string("where the rates are from") }
    let rows = tableRows(entry, modelID: modelID)
    if let source, source == nil { return nil }
    guard let tensor = degrees[0], let pipeline = degrees[1], let expert = degrees[2], let data = degrees[3] else {
      return nil
    }
    if expert > tensor * data {
      entry.fault("ep", "ep \(expert) exceeds the \(tensor * data) devices of a stage, tp · dp")
      return nil
    }
    if entry.optional("precision") != nil, precision == .some(nil) { return nil }
    if entry.optional("max_batch") != nil, batch == nil { return nil }
    guard let modelID, let poolID, let rows else { return nil }
    return CapacityTable(
      id: id, modelID: modelID, poolID: poolID, phase: phase,
      strategy: ParallelStrategy(tensor: tensor, pipeline: pipeline, expert: expert, data: data),
      weightPrecision: precision ?? nil, maximumBatch: batch, source: source ?? nil, rows: rows)
  }

  private func tableRows(_ entry: JSONObject, modelID: String?) -> [CapacityTable.Row]? {
    switch (entry.optional("rows"), entry.optional("file")) {
    case (nil, nil):
      entry.reader.fault("missing key \"rows\" or \"file\": expected measurements")
      return nil
    case (.some, let file?):
      file.fault("rows and file exclude each other", hint: "remove one of them")
      return nil
    case (let rows?, nil):
      return rows.array("an array of measurements", count: 1...ProblemBounds.rows)?.allOrNil {
        readRow($0, modelID: modelID)
      }
    case (nil, let file?):
      return tableFile(file, modelID: modelID)
    }
  }

  private func readRow(_ reader: JSONReader, modelID: String?) -> CapacityTable.Row? {
    guard let object = reader.object("a measurement", .capacityRow) else { return nil }
    let before = reader.faults.faults.count
    let classID = object.optional("class").map { classes.id(at: $0) }
    if let id = classID ?? nil, let found = classes[id], let modelID, found.modelID != modelID {
      object.fault("class", "the class \"\(id)\" asks for \(found.modelID), not \(modelID)")
    }
    let lengths = NumberRange.closed(1, ProblemBounds.tokens)
    let input = object.optionalNumber("input_tokens", unit: "tokens", in: lengths)
    let output = object.optionalNumber("output_tokens", unit: "tokens", in: lengths)
    if (object.optional("input_tokens") == nil) != (object.optional("output_tokens") == nil) {
      object.reader.fault("input_tokens and output_tokens belong together")
    }
    let rate = object.number("rate_per_s", unit: "requests/s", in: .above(0, upTo: ProblemBounds.ratePerSecond))
    let ttft = object.optionalNumber("ttft_ms", unit: "ms", in: .above(0, upTo: 1e9))
    let tpot = object.optionalNumber("tpot_ms", unit: "ms", in: .above(0, upTo: 1e9))
    if reader.faults.faults.count > before { return nil }
    if let classID, classID == nil { return nil }
    guard let rate else { return nil }
    return CapacityTable.Row(
      classID: classID ?? nil, inputTokens: input, outputTokens: output, ratePerSecond: rate,
      ttftSeconds: ttft.map { $0 / 1000 }, tpotSeconds: tpot.map { $0 / 1000 })
  }

  // MARK: CSV

  /// A CSV file whose header names the keys of a row. Its cells go through the decoder of rows, with the place in the file.
  private func tableFile(_ reader: JSONReader, modelID: String?) -> [CapacityTable.Row]? {
    guard let name = reader.string("the path of a CSV file") else { return nil }
    let bytes: [UInt8]
    do throws(Faults) {
      bytes = try InputFile.read(path: resolvedPath(name))
    } catch {
      for fault in error.all { reader.fault("\(name): \(fault.message)") }
      return nil
    }
    manifest += "\(name) \(sha256Hex(bytes))\n"
    let lines = String(decoding: bytes, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: { $0.isNewline })
    let header = lines.first.map { cells($0) } ?? []
    let known = ProblemFormat.Part.capacityRow.keys
    for column in header where !known.contains(column) {
      let near = nearest(column, among: known).map { "did you mean \"\($0)\"?" }
      reader.fault(
        "\(name), line 1: unknown column \"\(column.prefix(60))\"",
        hint: near ?? "known columns: \(known.joined(separator: ", "))")
    }
    if !header.contains("rate_per_s") { reader.fault("\(name), line 1: missing column \"rate_per_s\"") }
    if Set(header).count != header.count { reader.fault("\(name), line 1: a column is named twice") }
    guard header.allSatisfy(known.contains), header.contains("rate_per_s"), Set(header).count == header.count else {
      return nil
    }
    let collector = FaultCollector(source: name, limit: 20)
    var rows: [CapacityTable.Row] = []
    for (index, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
      if rows.count >= ProblemBounds.rows {
        collector.add(Fault(path: "", line: index + 1, message: "more than \(ProblemBounds.rows) rows"))
        break
      }
      let node = JSONNode(.object(members(cells(line), header, line: index + 1)), line: index + 1, column: 1)
      if cells(line).count != header.count {
        collector.add(
          Fault(path: "", line: index + 1, message: "expected \(header.count) cells, found \(cells(line).count)"))
      } else if let row = readRow(JSONReader(node, faults: collector), modelID: modelID) {
        rows.append(row)
      }
    }
    if rows.isEmpty, collector.isEmpty { reader.fault("\(name): there are no rows") }
    for fault in collector.faults {
      reader.fault("\(name), \(fault.description)")
    }
    return rows.isEmpty || !collector.isEmpty ? nil : rows
  }

  private func cells(_ line: Substring) -> [String] {
    line.split(separator: ",", omittingEmptySubsequences: false).map { cell in
      let text = cell.drop(while: \.isWhitespace)
      let end = text.lastIndex { !$0.isWhitespace }
      return end.map { String(text[...$0]) } ?? ""
    }
  }

  /// The cells of a line as the members of an object; empty ones are absent.
  private func members(_ cells: [String], _ header: [String], line: Int) -> [JSONNode.Member] {
    var column = 1
    return zip(header, cells).compactMap { key, cell in
      defer { column += cell.count + 1 }
      if cell.isEmpty { return nil }
      let value: JSONNode.Value =
        if key != "class", let number = Double(cell), number.isFinite {
          .number(number, literal: cell)
        } else {
          .string(cell)
        }
      return JSONNode.Member(
        key: key, keyLine: 1, keyColumn: 1, node: JSONNode(value, line: line, column: column))
    }
  }
}
