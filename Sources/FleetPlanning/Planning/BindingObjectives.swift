import FleetServing

/// Latency objectives that a plan meets with next to nothing to spare: they set batches and queue loads.
enum BindingObjectives {
  /// An objective binds when its slack is at most this share of it.
  static let share = 0.02

  static func binding(_ classes: [PlanClass]) -> [BindingConstraint] {
    classes.flatMap { requestClass in
      [
        ("ttft", "TTFT", requestClass.ttft), ("tpot", "TPOT", requestClass.tpot),
        ("e2e", "end-to-end time", requestClass.endToEnd),
      ].compactMap { key, name, prediction in
        guard let slack = prediction.slackSeconds, let objective = prediction.objectiveSeconds,
          slack <= share * objective
        else { return nil }
        return BindingConstraint(
          family: "slo", name: "\(key)[\(requestClass.id)]",
          message: "\(name) ≤ \(Amount.milliseconds(objective)) for class \(requestClass.id) is met with "
            + "\(Amount.milliseconds(max(0, slack))) to spare")
      }
    }
  }
}
