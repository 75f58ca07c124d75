import Foundation

@testable import fleetplan

/// Problems that are quick to plan.
enum Problems {
  /// Measured tables, so that nothing has to be predicted: 3 × 1 USD/h, proven optimal.
  static let small = """
    {
      "format": "fleetplan-problem/1",
      "name": "small",
      "models": [{ "id": "m", "measured_only": true }],
      "accelerators": [
        {
          "id": "a", "measured_only": true, "vendor": "v", "stock_devices": 8,
          "prices": { "on_demand_usd_per_device_hour": 1 }
        }
      ],
      "classes": [
        {
          "id": "c", "model": "m", "rate_per_s": 5,
          "lengths": { "input_tokens": 100, "output_tokens": 10 },
          "slo": { "ttft_ms": 500 }
        }
      ],
      "capacity_tables": [
        { "id": "t", "model": "m", "accelerator": "a", "rows": [{ "class": "c", "rate_per_s": 2, "ttft_ms": 100 }] }
      ], "policy": { "headroom": 0 }
    }

    """

  /// The same with one piece of text replaced; the piece must be there.
  static func small(_ piece: String, _ replacement: String) -> String {
    precondition(small.contains(piece), "the problem does not say \(piece)")
    return small.replacingOccurrences(of: piece, with: replacement)
  }

  /// A starter problem by name.
  static func starter(_ name: String) -> String {
    StarterProblem.all.first { $0.name == name }?.text ?? ""
  }
}
