import FleetServing

/// Prefill groups on the left, decode groups on the right, ribbons as wide as the traffic between them; aggregated groups
/// below, since their requests stay on one instance.
struct FlowPicture {
  let chart: FlowChart
  private let width = 760.0
  private let cardWidth = 226.0
  private let cardHeight = 68.0
  /// Height of a ribbon's place at a card: the ribbon with room for a label above and below it.
  private let slot = 38.0
  private let widestRibbon = 12.0
  /// Ribbons end in a straight piece under their label.
  private let labelWidth = 160.0
  private let gap = 14.0

  private struct Card {
    var node: FlowChart.Node
    var x: Double
    var y: Double
    var height: Double
    /// Ribbons already attached.
    var used = 0
    var ribbons: Int

    /// Centre of the next ribbon's place.
    mutating func nextAttachment(slot: Double) -> Double {
      let top = y + (height - slot * Double(ribbons)) / 2
      defer { used += 1 }
      return top + slot * (Double(used) + 0.5)
    }
  }

  var figure: String {
    var content = ""
    var y = 0.0
    let models = chart.nodes.map(\.modelID).reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
    for model in models {
      let nodes = chart.nodes.filter { $0.modelID == model }
      if models.count > 1 {
        content += text(model, x: 0, y: y + 14, "bold")
        y += 26
      }
      content += block(nodes, y: &y)
      y += 10
    }
    let caption = [
      chart.flows.isEmpty ? nil : "Ribbons are as wide as their traffic.",
      chart.periodID.map { "Period shown: \($0), the one with the most traffic." },
    ].compactMap { $0 }.joined(separator: " ")
    let size = [("viewBox", "0 0 \(HTML.number(width)) \(HTML.number(max(y - 10, 1)))")]
    return picture(
      title: "How requests flow through the fleet", description: description, size: size, content: content,
      caption: caption.isEmpty ? nil : caption, isScrolling: true)
  }

  private func block(_ nodes: [FlowChart.Node], y: inout Double) -> String {
    let columns: [(phase: Phase, x: Double)] = [(.prefill, 0), (.decode, width - cardWidth)]
    var cards: [String: Card] = [:]
    var content = ""
    var height = 0.0
    if nodes.contains(where: { $0.phase != .aggregated }) {
      for (phase, x) in columns { content += text(phase.rawValue, x: x, y: y + 12, "soft small") }
      y += 20
    }
    for (phase, x) in columns {
      var top = y
      for node in nodes where node.phase == phase {
        let ribbons = chart.flows.count { $0.fromGroupID == node.groupID || $0.toGroupID == node.groupID }
        let size = max(cardHeight, slot * Double(ribbons))
        cards[node.groupID] = Card(node: node, x: x, y: top, height: size, ribbons: ribbons)
        top += size + gap
      }
      height = max(height, top - y)
    }
    content += ribbons(between: &cards)
    for node in nodes { if let card = cards[node.groupID] { content += draw(card) } }
    y += height
    let aggregated = nodes.filter { $0.phase == .aggregated }
    if !aggregated.isEmpty {
      content += text("prefill and decode on the same instance", x: 0, y: y + 12, "soft small")
      y += 20
    }
    for node in aggregated {
      content += draw(Card(node: node, x: 0, y: y, height: cardHeight, ribbons: 0))
      content += text(
        Quantity.rate(node.ratePerSecond) + " req/s", x: cardWidth + 12, y: y + cardHeight / 2 + 4,
        "small")
      y += cardHeight + gap
    }
    return content
  }

  private func ribbons(between cards: inout [String: Card]) -> String {
    let greatest = chart.flows.map(\.ratePerSecond).max() ?? 0
    var lines = ""
    var labels = ""
    for flow in chart.flows {
      guard var from = cards[flow.fromGroupID], var to = cards[flow.toGroupID], greatest > 0 else { continue }
      let startY = from.nextAttachment(slot: slot)
      let endY = to.nextAttachment(slot: slot)
      cards[flow.fromGroupID] = from
      cards[flow.toGroupID] = to
      let startX = from.x + cardWidth
      let thickness = max(2, flow.ratePerSecond / greatest * widestRibbon)
      let bendX = to.x - labelWidth
      let middle = (startX + bendX) / 2
      let path = [
        "M", HTML.number(startX), HTML.number(startY), "C", HTML.number(middle), HTML.number(startY),
        HTML.number(middle), HTML.number(endY), HTML.number(bendX), HTML.number(endY), "H", HTML.number(to.x),
      ].joined(separator: " ")
      lines += HTML.empty(
        "path",
        [
          ("d", path), ("class", "flow s-\(colour(of: from.node.vendor))"),
          ("stroke-width", HTML.number(thickness)),
        ])
      let label = Quantity.rate(flow.ratePerSecond) + " req/s · KV " + Quantity.time(flow.kvTransferSeconds)
      labels += HTML.text(
        "text",
        [
          ("x", HTML.number(to.x - 8)), ("text-anchor", "end"), ("class", "small"),
          ("y", HTML.number(endY - thickness / 2 - 5)),
        ], label)
    }
    return lines + labels
  }

  private func draw(_ card: Card) -> String {
    let node = card.node
    let middle = card.y + card.height / 2
    return HTML.empty(
      "rect",
      [
        ("x", HTML.number(card.x + 0.5)), ("y", HTML.number(card.y + 0.5)), ("width", HTML.number(cardWidth - 1)),
        ("height", HTML.number(card.height - 1)), ("rx", "7"), ("class", "card"),
      ])
      + HTML.empty(
        "rect",
        [
          ("x", HTML.number(card.x + 0.5)), ("y", HTML.number(card.y + 7)), ("width", "5"),
          ("height", HTML.number(card.height - 14)), ("rx", "2.5"), ("class", "f-\(colour(of: node.vendor))"),
        ])
      + text(shortened(node.title, to: 28), x: card.x + 18, y: middle - 15, "bold")
      + text("\(node.strategy), \(vendorName(node.vendor))", x: card.x + 18, y: middle + 4, "small")
      + text(node.detail, x: card.x + 18, y: middle + 22, "soft small")
  }

  private func text(_ text: String, x: Double, y: Double, _ name: String) -> String {
    HTML.text("text", [("x", HTML.number(x)), ("y", HTML.number(y)), ("class", name)], text)
  }

  private func shortened(_ text: String, to limit: Int) -> String {
    text.count <= limit ? text : text.prefix(limit - 1) + "…"
  }

  private func colour(of vendor: String) -> String {
    let known = ["nvidia", "amd", "intel", "huawei", "google", "aws"]
    let name = vendor.lowercased()
    return known.contains(name) ? name : "other"
  }

  private var description: String {
    let names = Dictionary(
      chart.nodes.map { ($0.groupID, "\($0.phase.rawValue) on \($0.title) \($0.strategy)") },
      uniquingKeysWith: { first, _ in first })
    let flows = chart.flows.map { flow in
      let from = names[flow.fromGroupID] ?? flow.fromGroupID
      let to = names[flow.toGroupID] ?? flow.toGroupID
      return "\(Quantity.rate(flow.ratePerSecond)) requests per second from \(from) to \(to)"
    }
    let alone = chart.nodes.filter { $0.phase == .aggregated }.map { node in
      "\(Quantity.rate(node.ratePerSecond)) requests per second stay on \(node.title) \(node.strategy)"
    }
    return (flows + alone).joined(separator: "; ")
  }
}
