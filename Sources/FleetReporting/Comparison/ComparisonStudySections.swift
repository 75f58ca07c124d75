import FleetServing

/// Sections of what was found by solving the problems again.
extension ComparisonDocument {
  var studySections: [ReportDocument.Section?] {
    [
      section("What latency costs", id: "frontiers") { study, prefix, name in
        if study.frontiers.isEmpty { return [] }
        let part = FrontierSection(frontiers: study.frontiers, prefix: prefix)
        return part.sentences.map { .paragraph(name + $0) } + [.charts(part.charts)]
          + part.tables.map { .collapsed($0) }
      },
      section("Break-even prices", id: "break_even_prices") { study, prefix, name in
        if study.breakEvenPrices.isEmpty { return [] }
        let part = BreakEvenPriceSection(prices: study.breakEvenPrices, prefix: prefix)
        return [.remarks(part.remarks.map { .init(name + $0.text) }), .table(part.table)]
      },
      section("Break-even rates", id: "break_even_rates") { study, prefix, name in
        if study.breakEvenRates.isEmpty { return [] }
        let part = BreakEvenRateSection(rates: study.breakEvenRates, prefix: prefix)
        return [.remarks(part.remarks.map { .init(name + $0.text) }), .charts([part.chart]), .collapsed(part.table)]
      },
      section("What moves the cost", id: "sensitivity") { study, prefix, name in
        if study.sensitivities.isEmpty { return [] }
        let sentence = SensitivitySection.sentence(study.sensitivities).map {
          [ReportDocument.Block.paragraph(name + $0)]
        }
        return (sentence ?? []) + [.effects(SensitivitySection.chart(study.sensitivities))] + [
          .table(SensitivitySection.table(study.sensitivities, prefix: prefix))
        ]
      },
      section("Nearly as good", id: "alternatives") { study, prefix, name in
        if study.alternatives.isEmpty { return [] }
        return (name.isEmpty ? [] : [.paragraph(String(name.dropLast(2)))])
          + [.table(AlternativesSection.table(study, prefix: prefix))]
      },
    ]
  }

  /// The blocks of all studies under one title; `nil` when there are none. Each study has a prefix for its ids, and its
  /// scenario's name with a colon where there are several.
  private func section(
    _ title: String, id: String, _ blocks: (PlanStudy, _ prefix: String, _ name: String) -> [ReportDocument.Block]
  ) -> ReportDocument.Section? {
    let all = studies.enumerated().flatMap { index, entry in
      blocks(entry.study, studies.count > 1 ? "study_\(index + 1)_" : "", studies.count > 1 ? "\(entry.name): " : "")
    }
    return all.isEmpty ? nil : .init(title, id: id, blocks: all)
  }
}
