// Module FleetOptimization.
