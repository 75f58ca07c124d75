@testable import FleetServing

extension PlanningProblem {
  /// What contradicts the promise of the type: ids that do not resolve, numbers that are not finite or out of range,
  /// lists of unequal length.
  var unsoundness: [String] {
    var found: [String] = []
    func require(_ holds: Bool, _ what: @autoclosure () -> String) {
      if !holds { found.append(what()) }
    }
    let modelIDs = Set(models.map(\.id))
    let poolIDs = Set(pools.map(\.id))
    let classIDs = Set(classes.map(\.id))
    require(modelIDs.count == models.count, "models share an id")
    require(poolIDs.count == pools.count, "pools share an id")
    require(classIDs.count == classes.count, "classes share an id")
    require(Set(periods.map(\.id)).count == periods.count && !periods.isEmpty, "periods")
    require(periods.allSatisfy { $0.hours > 0 && $0.hours.isFinite }, "hours")
    require(!pools.isEmpty && !classes.isEmpty && !objectives.isEmpty, "an empty list")
    for pool in pools {
      require(!pool.tiers.isEmpty, "\(pool.id) has no tier")
      require(Set(pool.tiers.map(\.kind)).count == pool.tiers.count, "tiers of \(pool.id)")
      require(pool.tiers.allSatisfy { (0...20_000).contains($0.usdPerDeviceHour) }, "prices of \(pool.id)")
      require(pool.stockDevices.map { $0 >= 0 } ?? true, "stock of \(pool.id)")
      require(pool.accelerator.devicesPerNode >= 1, "nodes of \(pool.id)")
      require(pool.measuredOnly || pool.accelerator.memoryBytes > 0, "memory of \(pool.id)")
    }
    for item in classes {
      require(modelIDs.contains(item.modelID), "model of \(item.id)")
      require(item.ratePerSecond.count == periods.count, "rates of \(item.id)")
      require(item.ratePerSecond.allSatisfy { $0 >= 0 && $0.isFinite }, "rates of \(item.id)")
      require(abs(item.lengths.points.reduce(0) { $0 + $1.weight } - 1) < 1e-6, "weights of \(item.id)")
      require(item.lengths.points.allSatisfy { $0.inputTokens >= 1 && $0.outputTokens >= 1 }, "lengths of \(item.id)")
      require(item.lengths.points.count <= 64, "points of \(item.id)")
      for objective in [item.objective.ttft, item.objective.tpot, item.objective.endToEnd] {
        guard let objective else { continue }
        require(objective.seconds > 0 && objective.seconds.isFinite, "limits of \(item.id)")
        require(objective.percentile > 0 && objective.percentile < 1, "percentiles of \(item.id)")
      }
      if let longest = models.first(where: { $0.id == item.modelID })?.longestSequenceTokens {
        require(item.lengths.maximumSequenceTokens <= longest, "context of \(item.id)")
      }
    }
    for model in models where model.architecture != nil {
      require(!model.weightPrecisions.isEmpty && !model.kvPrecisions.isEmpty, "precisions of \(model.id)")
    }
    for table in capacityTables {
      require(modelIDs.contains(table.modelID) && poolIDs.contains(table.poolID), "ids of \(table.id)")
      require(!table.rows.isEmpty && table.rows.allSatisfy { $0.ratePerSecond > 0 }, "rows of \(table.id)")
      require(table.rows.allSatisfy { $0.classID.map(classIDs.contains) ?? true }, "classes of \(table.id)")
    }
    for link in links {
      require(poolIDs.contains(link.prefillPoolID) && poolIDs.contains(link.decodePoolID), "pools of a link")
    }
    require(currentFleet.allSatisfy { poolIDs.contains($0.poolID) && $0.devices >= 0 }, "current fleet")
    require(policy.vendorShares.allSatisfy { (0...1).contains($0.share) }, "vendor shares")
    for limit in policy.deviceLimits {
      require(!limit.poolIDs.isEmpty && limit.poolIDs.allSatisfy(poolIDs.contains), "device limits")
    }
    require(!policy.servingModes.isEmpty && policy.dataDegrees?.isEmpty != true, "policy")
    require(limits.timeSeconds > 0 && (0...1).contains(limits.relativeGap), "limits")
    return found
  }
}
