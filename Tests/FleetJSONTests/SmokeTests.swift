import Testing

@testable import FleetJSON
