import Testing

@testable import FleetPlanning
