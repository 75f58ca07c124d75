import Testing

@testable import FleetServing
