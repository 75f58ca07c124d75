// Module FleetServing.
