import Testing

@testable import FleetOptimization
